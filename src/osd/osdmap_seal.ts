import { crc32c } from '../common/crc32c.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/**
 * The crc inside an encoded map: it covers the whole encoding, from the version byte to the end of
 * the outer section, without itself. Seed -1. Ceph: OSDMap::encode, OSDMap::Incremental::encode.
 */
const SEED = 0xffffffff;

/** Fills in the crc that was left open at `at` in an encoding that began at 0 and is complete. */
export function sealCrc(enc: Encoder, at: number): void {
  const bytes = enc.peek();
  enc.patchU32(at, crcWithout(bytes, at, bytes.length));
}

/** Refuses `bytes` if their first `end`, without the crc at `at`, are not those of `crc`. */
export function checkCrc(dec: Decoder, bytes: Uint8Array, at: number, end: number): void {
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
  const actual = crcWithout(bytes, at, end);
  if (stored === actual) return;
  throw dec.error(`is ${hex(stored)}, the bytes have ${hex(actual)}`, 'crc', at);
}

function crcWithout(bytes: Uint8Array, at: number, end: number): number {
  return crc32c(crc32c(SEED, bytes, 0, at), bytes, at + 4, end);
}

function hex(crc: number): string {
  return `0x${crc.toString(16)}`;
}
