import murmurhash from 'murmurhash';
import { utf8Encode } from './utf8.ts';

/** Hashes of object names. A pool says which one is its own (pg_pool_t.object_hash). */
export const CEPH_STR_HASH_LINUX = 0x1;
export const CEPH_STR_HASH_RJENKINS = 0x2;
/** Not Ceph's: murmur3 (x86, 32 bits, seed 0), for simulated maps only. */
export const CEPH_STR_HASH_MURMUR3 = 0xf3;

/** `text` (UTF-8 if a string) to 32 bits. Ceph: ceph_str_hash, which gives -1 for an unknown type. */
export function cephStrHash(type: number, text: string | Uint8Array): number {
  const bytes = typeof text === 'string' ? utf8Encode(text) : text;
  switch (type) {
    case CEPH_STR_HASH_LINUX:
      return cephStrHashLinux(bytes);
    case CEPH_STR_HASH_RJENKINS:
      return cephStrHashRjenkins(bytes);
    case CEPH_STR_HASH_MURMUR3:
      return murmurhash.v3(bytes, 0);
    default:
      return 0xffffffff;
  }
}

export function cephStrHashName(type: number): string {
  switch (type) {
    case CEPH_STR_HASH_LINUX:
      return 'linux';
    case CEPH_STR_HASH_RJENKINS:
      return 'rjenkins';
    case CEPH_STR_HASH_MURMUR3:
      return 'murmur3';
    default:
      return 'unknown';
  }
}

/** The dcache hash of old Linux. Ceph: src/common/ceph_hash.cc, ceph_str_hash_linux. */
export function cephStrHashLinux(bytes: Uint8Array): number {
  let hash = 0;
  for (const c of bytes) hash = Math.imul(hash + (c << 4) + (c >> 4), 11);
  return hash >>> 0;
}

/** Bytes that one round of rjenkins takes. */
const BLOCK = 12;

/** Ceph: src/common/ceph_hash.cc, ceph_str_hash_rjenkins. */
export function cephStrHashRjenkins(bytes: Uint8Array): number {
  let a = 0x9e3779b9;
  let b = 0x9e3779b9;
  let c = 0;
  for (let at = 0; ; at += BLOCK) {
    const last = at + BLOCK > bytes.length;
    a = (a + word(bytes, at)) | 0;
    b = (b + word(bytes, at + 4)) | 0;
    // In the last, short block the lowest byte of c is the length's.
    c = (c + (last ? bytes.length + (word(bytes, at + 8) << 8) : word(bytes, at + 8))) | 0;

    a = (a - b - c) ^ (c >>> 13);
    b = (b - c - a) ^ (a << 8);
    c = (c - a - b) ^ (b >>> 13);
    a = (a - b - c) ^ (c >>> 12);
    b = (b - c - a) ^ (a << 16);
    c = (c - a - b) ^ (b >>> 5);
    a = (a - b - c) ^ (c >>> 3);
    b = (b - c - a) ^ (a << 10);
    c = (c - a - b) ^ (b >>> 15);
    if (last) return c >>> 0;
  }
}

/** Four bytes, little-endian; those past the end are 0. */
function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
