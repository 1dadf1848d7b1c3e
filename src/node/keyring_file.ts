import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { CryptoKey } from '../auth/CryptoKey.ts';
import { Keyring } from '../auth/Keyring.ts';
import type { EntityName } from '../common/entity_name.ts';
import { DecodeError } from '../common/errors.ts';

/** A keyring file that cannot be used. It names the file and quotes nothing of it. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError';
}

/** Far more than all the entities of a cluster take. */
const KEYRING_BYTES_MAX = 1024 * 1024;

/** The key of `name` in the keyring at `path`; undefined: it has none. Throws `KeyringError`. */
export function readKey(path: string, name: EntityName): CryptoKey | undefined {
  return parse(path, readText(path)).get(name)?.key;
}

function parse(path: string, text: string): Keyring {
  try {
    return Keyring.parse(text);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new KeyringError(`${path}:${error.offset}: ${error.reason}`);
  }
}

/** What is longer than it may be is not read. */
function readText(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    if (size > KEYRING_BYTES_MAX) throw new KeyringError(`${path}: ${size} bytes are no keyring`);
    const bytes = Buffer.alloc(size);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } catch (error) {
    if (error instanceof KeyringError || !(error instanceof Error)) throw error;
    throw new KeyringError(error.message, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
