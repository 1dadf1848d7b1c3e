/** xxHash by Yann Collet, as its specification says (doc/xxhash_spec.md of the xxHash project). */

const PRIME32_1 = 0x9e3779b1;
const PRIME32_2 = 0x85ebca77;
const PRIME32_3 = 0xc2b2ae3d;
const PRIME32_4 = 0x27d4eb2f;
const PRIME32_5 = 0x165667b1;

const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;

export function xxhash32(seed: number, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let hash: number;
  if (bytes.length >= 16) {
    const lanes = [seed + PRIME32_1 + PRIME32_2, seed + PRIME32_2, seed, seed - PRIME32_1];
    for (; at + 16 <= bytes.length; at += 16) {
      for (let i = 0; i < 4; i++) {
        const mixed = (lanes[i] ?? 0) + Math.imul(view.getUint32(at + i * 4, true), PRIME32_2);
        lanes[i] = Math.imul(rotate32(mixed, 13), PRIME32_1);
      }
    }
    const [a = 0, b = 0, c = 0, d = 0] = lanes;
    hash = rotate32(a, 1) + rotate32(b, 7) + rotate32(c, 12) + rotate32(d, 18);
  } else hash = seed + PRIME32_5;
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (hash + Math.imul(view.getUint32(at, true), PRIME32_3)) | 0;
    hash = Math.imul(rotate32(hash, 17), PRIME32_4);
  }
  for (; at < bytes.length; at++) {
    hash = (hash + Math.imul(view.getUint8(at), PRIME32_5)) | 0;
    hash = Math.imul(rotate32(hash, 11), PRIME32_1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME32_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME32_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function xxhash64(seed: bigint, bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    const lanes = [seed + PRIME64_1 + PRIME64_2, seed + PRIME64_2, seed, seed - PRIME64_1].map(u64);
    for (; at + 32 <= bytes.length; at += 32) {
      for (let i = 0; i < 4; i++) {
        lanes[i] = round64(lanes[i] ?? 0n, view.getBigUint64(at + i * 8, true));
      }
    }
    const [a = 0n, b = 0n, c = 0n, d = 0n] = lanes;
    hash = rotate64(a, 1n) + rotate64(b, 7n) + rotate64(c, 12n) + rotate64(d, 18n);
    for (const lane of lanes) hash = (u64(hash) ^ round64(0n, lane)) * PRIME64_1 + PRIME64_4;
  } else hash = seed + PRIME64_5;
  hash = u64(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    hash ^= round64(0n, view.getBigUint64(at, true));
    hash = u64(rotate64(hash, 27n) * PRIME64_1 + PRIME64_4);
  }
  if (at + 4 <= bytes.length) {
    hash ^= u64(BigInt(view.getUint32(at, true)) * PRIME64_1);
    hash = u64(rotate64(hash, 23n) * PRIME64_2 + PRIME64_3);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash ^= u64(BigInt(view.getUint8(at)) * PRIME64_5);
    hash = u64(rotate64(hash, 11n) * PRIME64_1);
  }
  hash = u64((hash ^ (hash >> 33n)) * PRIME64_2);
  hash = u64((hash ^ (hash >> 29n)) * PRIME64_3);
  return hash ^ (hash >> 32n);
}

function rotate32(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function u64(x: bigint): bigint {
  return BigInt.asUintN(64, x);
}

function rotate64(x: bigint, by: bigint): bigint {
  return u64(x << by) | (x >> (64n - by));
}

function round64(lane: bigint, input: bigint): bigint {
  return u64(rotate64(u64(lane + input * PRIME64_2), 31n) * PRIME64_1);
}
