/**
 * CRUSH's hash of one to five 32-bit integers. Ceph: src/crush/hash.c, crush_hash32_rjenkins1_*.
 *
 * The five hashes differ only in which registers each round of the mix takes, so that is a table
 * here and the mix is written once. straw2.ts has the hash of three in its own way, for many items.
 */

export const CRUSH_HASH_RJENKINS1 = 0;

export const CRUSH_HASH_SEED = 1315423911;
export const CRUSH_HASH_X = 231232;
export const CRUSH_HASH_Y = 1232;

/** Places of the registers in `registers`. */
const A = 0;
const B = 1;
const C = 2;
const D = 3;
const E = 4;
const X = 5;
const Y = 6;

const ROUNDS_1 = Uint8Array.of(B, X, Y, A);
const ROUNDS_2 = Uint8Array.of(A, B, X, A, B, Y);
const ROUNDS_3 = Uint8Array.of(A, B, C, X, Y, A, B, X, Y, C);
const ROUNDS_4 = Uint8Array.of(A, B, C, D, A, X, Y, B, C, X, Y, D);
const ROUNDS_5 = Uint8Array.of(A, B, C, D, E, X, Y, A, B, X, Y, C, D, X, Y, E);

/** Written before it is read in every call: nothing is kept from one to the next. */
const registers = new Int32Array(7);

export function crushHash32(a: number): number {
  // The hash of one starts with its second register equal to the first.
  return rjenkins1(ROUNDS_1, CRUSH_HASH_SEED ^ a, a, a, 0, 0, 0);
}

export function crushHash32_2(a: number, b: number): number {
  return rjenkins1(ROUNDS_2, CRUSH_HASH_SEED ^ a ^ b, a, b, 0, 0, 0);
}

export function crushHash32_3(a: number, b: number, c: number): number {
  return rjenkins1(ROUNDS_3, CRUSH_HASH_SEED ^ a ^ b ^ c, a, b, c, 0, 0);
}

export function crushHash32_4(a: number, b: number, c: number, d: number): number {
  return rjenkins1(ROUNDS_4, CRUSH_HASH_SEED ^ a ^ b ^ c ^ d, a, b, c, d, 0);
}

export function crushHash32_5(a: number, b: number, c: number, d: number, e: number): number {
  return rjenkins1(ROUNDS_5, CRUSH_HASH_SEED ^ a ^ b ^ c ^ d ^ e, a, b, c, d, e);
}

function rjenkins1(
  rounds: Uint8Array,
  seed: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
): number {
  registers[A] = a;
  registers[B] = b;
  registers[C] = c;
  registers[D] = d;
  registers[E] = e;
  registers[X] = CRUSH_HASH_X;
  registers[Y] = CRUSH_HASH_Y;
  let hash = seed;
  for (let i = 0; i < rounds.length; i += 2) {
    const first = rounds[i] ?? 0;
    const second = rounds[i + 1] ?? 0;
    let p = registers[first] ?? 0;
    let q = registers[second] ?? 0;
    p = (p - q - hash) ^ (hash >>> 13);
    q = (q - hash - p) ^ (p << 8);
    hash = (hash - p - q) ^ (q >>> 13);
    p = (p - q - hash) ^ (hash >>> 12);
    q = (q - hash - p) ^ (p << 16);
    hash = (hash - p - q) ^ (q >>> 5);
    p = (p - q - hash) ^ (hash >>> 3);
    q = (q - hash - p) ^ (p << 10);
    hash = (hash - p - q) ^ (q >>> 15);
    registers[first] = p;
    registers[second] = q;
  }
  return hash >>> 0;
}
