import { describe, expect, it } from 'vitest';
import { Keyring } from '../../../src/auth/Keyring.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_MON } from '../../../src/common/entity_name.ts';
import { recordedV2 } from '../../helpers/golden_cephx.ts';

const ADMIN = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
const MON = { type: CEPH_ENTITY_TYPE_MON, id: '' };
const { keyring, key } = recordedV2();

function secretOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64').subarray(12));
}

describe('a keyring', () => {
  it('as ceph-authtool writes it has each entity, its key and what it may', () => {
    const parsed = Keyring.parse(keyring);
    expect(parsed.names).toEqual(['mon.', 'client.admin']);
    expect(parsed.get(ADMIN)?.key?.reveal()).toEqual(secretOf(key));
    expect(parsed.get(ADMIN)?.caps.get('osd')).toBe('allow *');
    expect(parsed.get(MON)?.caps).toEqual(new Map([['mon', 'allow *']]));
    expect(parsed.get({ ...ADMIN, id: 'other' })).toBeUndefined();
  });

  it.each([
    ['ends of line of Windows', `[client.admin]\r\n\tkey = ${key}\r\n`],
    ['comments and blanks', `# mine\n\n [ client.admin ] \n; key\n  key=${key}  \n`],
    ['a quoted key', `[client.admin]\nkey = "${key}"`],
    ['a line in two', `[client.admin]\nkey = \\\n${key}`],
    ['what it does not know', `[client.admin]\nauid = 0\nkey = ${key}`],
    [
      'an entity twice',
      `[client.admin]\nkey = ${key}\n[mon.]\n[client.admin]\ncaps mon = "allow r"`,
    ],
  ])('may have %s', (_, text) => {
    expect(Keyring.parse(text).get(ADMIN)?.key?.reveal()).toEqual(secretOf(key));
  });

  it('has what was said last', () => {
    const other = Buffer.from(Buffer.from(key, 'base64').fill(7, 12)).toString('base64');
    const text = `[client.admin]\nkey = ${other}\n[client.admin]\nkey = ${key}`;
    expect(Keyring.parse(text).get(ADMIN)?.key?.reveal()).toEqual(secretOf(key));
  });

  it.each([
    ['a line before an entity', `key = ${key}`, 1],
    ['a line that says nothing', `[client.admin]\n${key.slice(0, 30)}`, 2],
    ['a bad key', `[client.admin]\n\nkey = ${key.slice(0, 30)}`, 3],
  ])('with %s is refused; the line is told by its number', (_, text, line) => {
    const parse = (): unknown => Keyring.parse(text);
    expect(parse).toThrow(expect.objectContaining({ name: 'DecodeError', offset: line }));
    expect(parse).not.toThrow(key.slice(8, 20));
  });
});
