import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../../src/common/entity_name.ts';
import { readKey } from '../../../src/node/keyring_file.ts';
import { Rados } from '../../../src/node/Rados.ts';
import { recordedV2 } from '../../helpers/golden_cephx.ts';

const ADMIN = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
const { keyring, key } = recordedV2();

describe('a keyring file', () => {
  let dir = '';

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'radosim-keyring-'));
  });

  afterAll(() => rmSync(dir, { recursive: true }));

  function file(text: string | Uint8Array): string {
    const path = join(dir, 'keyring');
    writeFileSync(path, text);
    return path;
  }

  it('has the key of its entity', () => {
    const secret = new Uint8Array(Buffer.from(key, 'base64').subarray(12));
    expect(readKey(file(keyring), ADMIN)?.reveal()).toEqual(secret);
  });

  it('that lacks the entity has no key for it', () => {
    expect(readKey(file(keyring), { ...ADMIN, id: 'other' })).toBeUndefined();
  });

  it('that lacks the entity is named when cephx is all that the options allow', async () => {
    const path = file(keyring);
    const conf = { auth_client_required: 'cephx' };
    const rados = new Rados({ monHost: '127.0.0.1', name: 'client.other', keyring: path, conf });
    await expect(rados.connect()).rejects.toThrow(`client.other has no key (key: none in ${path})`);
  });

  it('is not read where none is all that the options allow', () => {
    const conf = { auth_client_required: 'none' };
    const make = (): unknown => new Rados({ monHost: '127.0.0.1', keyring: join(dir, 'no'), conf });
    expect(make).not.toThrow();
  });

  it('that is not there is refused by its path', () => {
    expect(() => readKey(join(dir, 'nothing'), ADMIN)).toThrow(/ENOENT.*nothing/);
  });

  it('that is far too long is not read', () => {
    const path = file(new Uint8Array(1024 * 1024 + 1));
    expect(() => readKey(path, ADMIN)).toThrow(/1048577 bytes are no keyring/);
  });

  it('with a bad key is refused by path and line, and not quoted', () => {
    const path = file(`[client.admin]\nkey = ${key.slice(0, 30)}\n`);
    const read = (): unknown => readKey(path, ADMIN);
    expect(read).toThrow(`${path}:2: `);
    expect(read).not.toThrow(key.slice(8, 20));
  });

  it('or a key that cannot be used is EINVAL when a client is made', () => {
    const make = (options: { key?: string; keyring?: string }): unknown =>
      new Rados({ monHost: '127.0.0.1', ...options });
    const refused = expect.objectContaining({ code: 'EINVAL', syscall: 'connect' });
    expect(() => make({ keyring: join(dir, 'nothing') })).toThrow(refused);
    expect(() => make({ key: key.slice(0, 30) })).toThrow(refused);
  });
});
