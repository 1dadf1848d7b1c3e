/**
 * CRC-32C (Castagnoli) as Ceph has it: no inversion before or after, so a crc goes on from any
 * seed. Ceph: src/common/crc32c.cc, ceph_crc32c.
 */
import { Crc32cEngine } from '../wasm/Crc32cEngine.ts';
import { CRC32C_TABLES, crc32cPlain } from './crc32c_plain.ts';

/** From so many bytes on, what the engine saves is more than copying them into its memory costs. */
const ENGINE_MIN = 256;

/** Its memory is scratch: one serves all. Made when it is first wanted. */
let engine: Crc32cEngine | undefined;
let tried = false;

/** The crc (0 to 2^32-1) of `bytes` from `start` to `end`, going on from `seed`. */
export function crc32c(
  seed: number,
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): number {
  if (end - start < ENGINE_MIN) return crc32cPlain(seed, bytes, start, end);
  if (!tried) engine = Crc32cEngine.create(CRC32C_TABLES);
  tried = true;
  return engine === undefined
    ? crc32cPlain(seed, bytes, start, end)
    : engine.crc32c(seed, bytes, start, end);
}
