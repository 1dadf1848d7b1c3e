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

/**
 * The item with the highest draw, which is ln(u)/weight for a u hashed from (x, item, r): the
 * longest straw of exponential lengths.
 *
 * The draw is a truncated quotient, highDraw an integer of at most 0, so `trunc(ln / w) > highDraw`
 * says the same as `ln > highDraw * w`, and only a new record costs a division. The product is
 * exact below 2^53; above, ln is greater whatever the rounding. And as ln rises with u, what has
 * neither more u nor more weight than the best so far needs no look at ln at all.
 *
 * The middle of the loop is crushHash32_3(x, id, r).
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
  const seed = CRUSH_HASH_SEED ^ x ^ r;
  let high = 0;
  let highDraw = Number.NEGATIVE_INFINITY;
  let highU = -1;
  let highWeight = 0;
  for (let i = 0; i < ids.length; i++) {
    let a = x | 0;
    let b = ids[i] ?? 0;
    let c = r | 0;
    let s = CRUSH_HASH_X;
    let t = CRUSH_HASH_Y;
    let hash = seed ^ b;
    a = (a - b - hash) ^ (hash >>> 13);
    b = (b - hash - a) ^ (a << 8);
    hash = (hash - a - b) ^ (b >>> 13);
    a = (a - b - hash) ^ (hash >>> 12);
    b = (b - hash - a) ^ (a << 16);
    hash = (hash - a - b) ^ (b >>> 5);
    a = (a - b - hash) ^ (hash >>> 3);
    b = (b - hash - a) ^ (a << 10);
    hash = (hash - a - b) ^ (b >>> 15);

    c = (c - s - hash) ^ (hash >>> 13);
    s = (s - hash - c) ^ (c << 8);
    hash = (hash - c - s) ^ (s >>> 13);
    c = (c - s - hash) ^ (hash >>> 12);
    s = (s - hash - c) ^ (c << 16);
    hash = (hash - c - s) ^ (s >>> 5);
    c = (c - s - hash) ^ (hash >>> 3);
    s = (s - hash - c) ^ (c << 10);
    hash = (hash - c - s) ^ (s >>> 15);

    t = (t - a - hash) ^ (hash >>> 13);
    a = (a - hash - t) ^ (t << 8);
    hash = (hash - t - a) ^ (a >>> 13);
    t = (t - a - hash) ^ (hash >>> 12);
    a = (a - hash - t) ^ (t << 16);
    hash = (hash - t - a) ^ (a >>> 5);
    t = (t - a - hash) ^ (hash >>> 3);
    a = (a - hash - t) ^ (t << 10);
    hash = (hash - t - a) ^ (a >>> 15);

    b = (b - s - hash) ^ (hash >>> 13);
    s = (s - hash - b) ^ (b << 8);
    hash = (hash - b - s) ^ (s >>> 13);
    b = (b - s - hash) ^ (hash >>> 12);
    s = (s - hash - b) ^ (b << 16);
    hash = (hash - b - s) ^ (s >>> 5);
    b = (b - s - hash) ^ (hash >>> 3);
    s = (s - hash - b) ^ (b << 10);
    hash = (hash - b - s) ^ (s >>> 15);

    t = (t - c - hash) ^ (hash >>> 13);
    c = (c - hash - t) ^ (t << 8);
    hash = (hash - t - c) ^ (c >>> 13);
    t = (t - c - hash) ^ (hash >>> 12);
    c = (c - hash - t) ^ (t << 16);
    hash = (hash - t - c) ^ (c >>> 5);
    t = (t - c - hash) ^ (hash >>> 3);
    c = (c - hash - t) ^ (t << 10);
    hash = (hash - t - c) ^ (c >>> 15);

    const u = hash & 0xffff;
    const weight = weights[i] ?? 0;
    if (weight === 0 || (u <= highU && weight <= highWeight)) continue;
    const ln = lns[u] ?? 0;
    if (weight < INT_END ? ln > highDraw * weight : quotient(ln, weight) > highDraw) {
      high = i;
      highDraw = quotient(ln, weight);
      highU = weight >= INT_END || u === U_ODD ? -1 : u;
      highWeight = weight;
    }
  }
  return bucket.items[high] ?? CRUSH_ITEM_NONE;
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
