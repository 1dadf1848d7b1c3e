/** How a straw2 bucket picks one of its items. Ceph: src/crush/mapper.c, bucket_straw2_choose. */
import { LH, LL, RH } from './crush_ln_table.ts';
import { CRUSH_ITEM_NONE, type crush_bucket_straw2, type crush_choose_arg } from './crush_types.ts';
import { CRUSH_HASH_SEED, CRUSH_HASH_X, CRUSH_HASH_Y } from './hash.ts';

const TWO_24 = 2 ** 24;
const TWO_44 = 2 ** 44;
const TWO_48 = 2 ** 48;
/** The one u whose ln is not above that of the u before it. */
const U_ODD = 0xffff;
const INT_END = 2 ** 31;

/** So many items are hashed side by side. */
const LANES = 64;
/** The registers of crush_hash32_rjenkins1_3, by lane. */
const A = new Int32Array(LANES);
const B = new Int32Array(LANES);
const C = new Int32Array(LANES);
const X = new Int32Array(LANES);
const Y = new Int32Array(LANES);
const HASH = new Int32Array(LANES);

/**
 * The item with the highest draw, which is ln(u)/weight for a u hashed from (x, item, r): the
 * longest straw of exponential lengths.
 *
 * The draw is a truncated quotient, highDraw an integer of at most 0, so `trunc(ln / w) > highDraw`
 * says the same as `ln > highDraw * w`, and only a new record costs a division. The product is
 * exact below 2^53; above, ln is greater whatever the rounding. And as ln rises with u, what has
 * neither more u nor more weight than the best so far needs no look at ln at all.
 */
export function bucketStraw2Choose(
  bucket: crush_bucket_straw2,
  x: number,
  r: number,
  arg: crush_choose_arg | undefined,
  position: number,
): number {
  const weights = chooseArgWeights(bucket, arg, position);
  const ids = chooseArgIds(bucket, arg);
  const lns = lnTable();
  let high = 0;
  let highDraw = Number.NEGATIVE_INFINITY;
  let highU = -1;
  let highWeight = 0;
  for (let from = 0; from < ids.length; from += LANES) {
    const count = Math.min(LANES, ids.length - from);
    hashLanes(ids, from, count, x, r);
    for (let i = 0; i < count; i++) {
      const u = (HASH[i] ?? 0) & 0xffff;
      const weight = weights[from + i] ?? 0;
      if (weight === 0 || (u <= highU && weight <= highWeight)) continue;
      const ln = lns[u] ?? 0;
      if (weight < INT_END ? ln > highDraw * weight : quotient(ln, weight) > highDraw) {
        high = from + i;
        highDraw = quotient(ln, weight);
        highU = weight >= INT_END || u === U_ODD ? -1 : u;
        highWeight = weight;
      }
    }
  }
  return bucket.items[high] ?? CRUSH_ITEM_NONE;
}

/**
 * HASH[i] = crushHash32_3(x, ids[from + i], r), as an int32.
 *
 * Each loop is one of its five mixes, for all lanes. One hash alone is a chain of instructions that
 * wait for each other; so the processor works on several at a time. "| 0" tells V8 that arguments
 * and imported constants are int32: without, it checks subtractions for overflow. The first three mixes
 * are written out, as what all lanes share then stays in registers: with a common function in their place a draw
 * takes a sixth longer.
 */
function hashLanes(ids: Int32Array, from: number, count: number, x: number, r: number): void {
  const seed = CRUSH_HASH_SEED ^ x ^ r;
  for (let i = 0; i < count; i++) {
    let p = x | 0;
    let q = ids[from + i] ?? 0;
    let hash = seed ^ q;
    p = (p - q - hash) ^ (hash >>> 13);
    q = (q - hash - p) ^ (p << 8);
    hash = (hash - p - q) ^ (q >>> 13);
    p = (p - q - hash) ^ (hash >>> 12);
    q = (q - hash - p) ^ (p << 16);
    hash = (hash - p - q) ^ (q >>> 5);
    p = (p - q - hash) ^ (hash >>> 3);
    q = (q - hash - p) ^ (p << 10);
    hash = (hash - p - q) ^ (q >>> 15);
    A[i] = p;
    B[i] = q;
    HASH[i] = hash;
  }
  for (let i = 0; i < count; i++) {
    let p = r | 0;
    let q = CRUSH_HASH_X | 0;
    let hash = HASH[i] ?? 0;
    p = (p - q - hash) ^ (hash >>> 13);
    q = (q - hash - p) ^ (p << 8);
    hash = (hash - p - q) ^ (q >>> 13);
    p = (p - q - hash) ^ (hash >>> 12);
    q = (q - hash - p) ^ (p << 16);
    hash = (hash - p - q) ^ (q >>> 5);
    p = (p - q - hash) ^ (hash >>> 3);
    q = (q - hash - p) ^ (p << 10);
    hash = (hash - p - q) ^ (q >>> 15);
    C[i] = p;
    X[i] = q;
    HASH[i] = hash;
  }
  for (let i = 0; i < count; i++) {
    let p = CRUSH_HASH_Y | 0;
    let q = A[i] ?? 0;
    let hash = HASH[i] ?? 0;
    p = (p - q - hash) ^ (hash >>> 13);
    q = (q - hash - p) ^ (p << 8);
    hash = (hash - p - q) ^ (q >>> 13);
    p = (p - q - hash) ^ (hash >>> 12);
    q = (q - hash - p) ^ (p << 16);
    hash = (hash - p - q) ^ (q >>> 5);
    p = (p - q - hash) ^ (hash >>> 3);
    q = (q - hash - p) ^ (p << 10);
    hash = (hash - p - q) ^ (q >>> 15);
    Y[i] = p;
    HASH[i] = hash;
  }
  mixHash(B, X, count);
  mixHash(Y, C, count);
}

/** A mix after which only the hash matters. */
function mixHash(first: Int32Array, second: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    let p = first[i] ?? 0;
    let q = second[i] ?? 0;
    let hash = HASH[i] ?? 0;
    p = (p - q - hash) ^ (hash >>> 13);
    q = (q - hash - p) ^ (p << 8);
    hash = (hash - p - q) ^ (q >>> 13);
    p = (p - q - hash) ^ (hash >>> 12);
    q = (q - hash - p) ^ (p << 16);
    hash = (hash - p - q) ^ (q >>> 5);
    p = (p - q - hash) ^ (hash >>> 3);
    q = (q - hash - p) ^ (p << 10);
    HASH[i] = (hash - p - q) ^ (q >>> 15);
  }
}

/** Ceph's weight is an int there: from 2^31 up it counts as negative, and draws above 0. */
function quotient(ln: number, weight: number): number {
  return Math.trunc(ln / (weight | 0));
}

/** What the items are hashed by. */
export function chooseArgIds(
  bucket: crush_bucket_straw2,
  arg: crush_choose_arg | undefined,
): Int32Array {
  return arg === undefined || arg.ids.length === 0 ? bucket.items : arg.ids;
}

export function chooseArgWeights(
  bucket: crush_bucket_straw2,
  arg: crush_choose_arg | undefined,
  position: number,
): Uint32Array {
  if (arg === undefined || arg.weightSet.length === 0) return bucket.itemWeights;
  return arg.weightSet[Math.min(position, arg.weightSet.length - 1)] ?? bucket.itemWeights;
}

let table: Float64Array | undefined;

/** For each 16 bits u: crush_ln(u) - 2^48, so 2^44 * log2((u + 1) / 2^16) or nearly. */
export function lnTable(): Float64Array {
  table ??= Float64Array.from({ length: 2 ** 16 }, (_, u) => crushLn(u) - TWO_48);
  return table;
}

/** 2^44 * log2(u + 1), for 16 bits u. Ceph: mapper.c, crush_ln. */
export function crushLn(u: number): number {
  let x = u + 1;
  let exponent = 15;
  while (x < 0x8000) {
    x *= 2;
    exponent--;
  }
  const k = (x >>> 8) - 128;
  const ll = LL[reciprocalProduct(x, RH[k] ?? 0) & 0xff] ?? 0;
  return exponent * TWO_44 + Math.floor(((LH[k] ?? 0) + ll) / 16);
}

/** x * rh / 2^48, rounded down, by halves: the product has up to 65 bits. */
function reciprocalProduct(x: number, rh: number): number {
  const high = Math.floor(rh / TWO_24);
  const low = rh - high * TWO_24;
  return Math.floor((x * high + Math.floor((x * low) / TWO_24)) / TWO_24);
}
