import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CryptoKey } from '../../../src/auth/CryptoKey.ts';
import { Keyring } from '../../../src/auth/Keyring.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../../src/common/entity_name.ts';
import { MonAuth } from '../../../src/mon/MonAuth.ts';
import { NodeCrypto } from '../../../src/node/NodeCrypto.ts';
import { MemoryNet } from '../../helpers/MemoryNet.ts';

const SECRET = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);

/** u16 type, u32 s, u32 ns, u16 length, secret. */
function encoded(secret: Uint8Array, { type = 1, length = secret.length } = {}): string {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(length, 10);
  return Buffer.concat([head, secret]).toString('base64');
}

function everyForm(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  const numbers = inspect(bytes).replace('<Buffer ', '').replace('>', '');
  return [
    bytes.toString('hex'),
    bytes.toString('base64').slice(0, 20),
    numbers,
    [...secret].join(', '),
  ];
}

describe('a key', () => {
  const key = CryptoKey.parse(encoded(SECRET));

  it('has the secret of its text', () => {
    expect(key.reveal()).toEqual(SECRET);
  });

  const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
  const cct = { ...new MemoryNet().context(), crypto: new NodeCrypto() };
  const used = CryptoKey.parse(encoded(SECRET));
  used.encrypt(cct.crypto, SECRET);
  it.each([
    ['itself', key],
    ['that has been used', used],
    ['in a keyring', Keyring.parse(`[client.admin]\nkey = ${encoded(SECRET)}`)],
    ['of who authenticates', MonAuth.create(cct, { name, key })],
  ])('%s shows nothing of it when it is printed', (_, holder) => {
    const printed = [
      inspect(holder, { depth: 20, showHidden: true, maxArrayLength: null }),
      JSON.stringify(holder),
      String(holder),
      `${inspect(new Error('x', { cause: holder }))}`,
    ];
    for (const text of printed) {
      for (const form of everyForm(SECRET)) expect(text).not.toContain(form);
    }
  });

  it.each([
    ['of 15 bytes', encoded(SECRET.subarray(1)), /15 bytes/],
    ['of 17 bytes', encoded(Uint8Array.of(...SECRET, 1)), /17 bytes/],
    ['of no bytes', encoded(new Uint8Array(0)), /0 bytes/],
    ['of another kind', encoded(SECRET, { type: 2 }), /type 2/],
    ['that is cut off', encoded(SECRET, { length: 400 }), /400 bytes wanted/],
    ['that is no base64', `${encoded(SECRET)}?`, /base64/],
  ])('%s is refused, and not quoted', (_, text, why) => {
    const parse = (): unknown => CryptoKey.parse(text);
    expect(parse).toThrow(why);
    expect(parse).not.toThrow(text.slice(12));
  });
});
