/**
 * CRUSH's straw2 bucket choose, four items at a time. The exact twin of bucketStraw2Choose in
 * src/crush, which says what a draw is and why comparing `ln > high * weight` is exact.
 *
 * Two passes: `hash` gives every item its 16 bits u, then one of two selects finds the best draw.
 * Splitting them keeps the hash, nine tenths of the work, free of branches.
 *
 * Memory, written by Straw2Engine.ts, which has the same constants:
 *   LN       f64 by u: crush_ln(u) - 2^48. Rises with u, but for one place: 65535 is below 65534.
 *   LEAST_U  i32 by n: the least u with ln >= -(n + 1) * 2^36; 0 at the end.
 *   DRAWS    i32 by item: u, of this call.
 * and buckets, anywhere behind:
 *   u32 count of items, a multiple of 4: the last item is repeated, and never wins over itself
 *   u32 1 if all weigh the same and little enough for draws to order as their ln, else 0
 *   f64 highest weight / 2^36
 *   i32[count] items
 *   f64[count] weights, absent if all weigh the same
 */
const LN: usize = 0;
const LEAST_U: usize = 0x80000;
const LEAST_U_LAST: f64 = 4095;
const DRAWS: usize = 0x84000;
const ITEMS: usize = 16;

/** The one u whose ln is not above that of the u before it. */
const U_ODD = 0xffff;

const SEED = 1315423911;
const X = 231232;
const Y = 1232;

/** The item that (x, r) chooses from the bucket at address `bucket`. */
export function choose(bucket: usize, x: i32, r: i32): i32 {
  const count = load<u32>(bucket);
  const highs = hash(bucket + ITEMS, count, x, r);
  const place = load<u32>(bucket, 4) ? selectHighest(count, highs) : selectWeighted(bucket, count);
  return load<i32>(bucket + (place << 2), ITEMS);
}

/** Writes the items' draws; answers the highest of each lane. */
function hash(items: usize, count: u32, x: i32, r: i32): v128 {
  const xs = i32x4.splat(x);
  const rs = i32x4.splat(r);
  const end = count << 2;
  let highs = i32x4.splat(0);
  let at: u32 = 0;
  // One hash is a chain of 90 instructions that wait for each other: three side by side take
  // hardly longer than one.
  for (; at + 48 <= end; at += 48) {
    const u0 = hash3(xs, v128.load(items + at), rs);
    const u1 = hash3(xs, v128.load(items + at, 16), rs);
    const u2 = hash3(xs, v128.load(items + at, 32), rs);
    v128.store(DRAWS + at, u0);
    v128.store(DRAWS + at, u1, 16);
    v128.store(DRAWS + at, u2, 32);
    highs = i32x4.max_s(i32x4.max_s(highs, u0), i32x4.max_s(u1, u2));
  }
  if (at + 32 <= end) {
    const u0 = hash3(xs, v128.load(items + at), rs);
    const u1 = hash3(xs, v128.load(items + at, 16), rs);
    v128.store(DRAWS + at, u0);
    v128.store(DRAWS + at, u1, 16);
    return i32x4.max_s(highs, i32x4.max_s(u0, u1));
  }
  if (at < end) {
    const u = hash3(xs, v128.load(items + at), rs);
    v128.store(DRAWS + at, u);
    highs = i32x4.max_s(highs, u);
  }
  return highs;
}

/** Weights are equal: the highest draw is the highest ln. */
function selectHighest(count: u32, highs: v128): i32 {
  const high = max(
    max(i32x4.extract_lane(highs, 0), i32x4.extract_lane(highs, 1)),
    max(i32x4.extract_lane(highs, 2), i32x4.extract_lane(highs, 3)),
  );
  if (high === U_ODD) return selectHighestLn(count);
  // Neighbours may share an ln; of equals the first wins.
  let least = high;
  while (least > 0 && ln(least - 1) === ln(high)) least--;
  return firstReaching(i32x4.splat(least), count);
}

/** The place of the first draw not below `leasts`; there is one. */
function firstReaching(leasts: v128, count: u32): i32 {
  let first: u32 = 0;
  let found: i32 = 0;
  // All of 32 are looked at before the first is: a loop that may end anywhere is mispredicted.
  for (; !found; first += 32) {
    const end = min(first + 32, count);
    for (let i = first; i < end; i += 4) found |= reach(i << 2, leasts) << (i - first);
  }
  return first - 32 + ctz(found);
}

function selectHighestLn(count: u32): i32 {
  let best = 0;
  let high = -Infinity;
  for (let i: u32 = 0; i < count; i++) {
    const draw = ln(load<i32>(DRAWS + (i << 2)));
    if (draw > high) {
      high = draw;
      best = i;
    }
  }
  return best;
}

/** Any weights below 2^31. An item of weight 0 never wins: ln > 0 and ln > NaN are false. */
function selectWeighted(bucket: usize, count: u32): i32 {
  const weightMax = load<f64>(bucket, 8);
  const weights = bucket + ITEMS + (count << 2);
  let best = 0;
  let high = -Infinity;
  let leasts = i32x4.splat(0);
  for (let i: u32 = 0; i < count; i += 4) {
    // What even the highest weight could not lift above `high` needs no exact comparison.
    for (let found = reach(i << 2, leasts); found; found &= found - 1) {
      const item = i + ctz(found);
      const weight = load<f64>(weights + (item << 3));
      const draw = ln(load<i32>(DRAWS + (item << 2)));
      if (draw > high * weight) {
        high = trunc(draw / weight);
        best = item;
        const n = <u32>min(-high * weightMax, LEAST_U_LAST);
        leasts = i32x4.splat(load<i32>(LEAST_U + (n << 2)));
      }
    }
  }
  return best;
}

/** One bit for each of the four draws at `at` that is not below its lane of `leasts`. */
// @ts-ignore: decorator
@inline
function reach(at: u32, leasts: v128): i32 {
  return i32x4.bitmask(i32x4.ge_s(v128.load(DRAWS + at), leasts));
}

// @ts-ignore: decorator
@inline
function ln(u: i32): f64 {
  return load<f64>(LN + (u << 3));
}

/** The lower 16 bits of crush_hash32_rjenkins1_3 of (x, id, r), of four ids. */
// @ts-ignore: decorator
@inline
function hash3(x: v128, id: v128, r: v128): v128 {
  let a = x;
  let b = id;
  let c = r;
  let s = i32x4.splat(X);
  let t = i32x4.splat(Y);
  let h = v128.xor(i32x4.splat(SEED), v128.xor(v128.xor(x, r), id));
  a = right(a, b, h, 13);
  b = left(b, h, a, 8);
  h = right(h, a, b, 13);
  a = right(a, b, h, 12);
  b = left(b, h, a, 16);
  h = right(h, a, b, 5);
  a = right(a, b, h, 3);
  b = left(b, h, a, 10);
  h = right(h, a, b, 15);

  c = right(c, s, h, 13);
  s = left(s, h, c, 8);
  h = right(h, c, s, 13);
  c = right(c, s, h, 12);
  s = left(s, h, c, 16);
  h = right(h, c, s, 5);
  c = right(c, s, h, 3);
  s = left(s, h, c, 10);
  h = right(h, c, s, 15);

  t = right(t, a, h, 13);
  a = left(a, h, t, 8);
  h = right(h, t, a, 13);
  t = right(t, a, h, 12);
  a = left(a, h, t, 16);
  h = right(h, t, a, 5);
  t = right(t, a, h, 3);
  a = left(a, h, t, 10);
  h = right(h, t, a, 15);

  b = right(b, s, h, 13);
  s = left(s, h, b, 8);
  h = right(h, b, s, 13);
  b = right(b, s, h, 12);
  s = left(s, h, b, 16);
  h = right(h, b, s, 5);
  b = right(b, s, h, 3);
  s = left(s, h, b, 10);
  h = right(h, b, s, 15);

  t = right(t, c, h, 13);
  c = left(c, h, t, 8);
  h = right(h, t, c, 13);
  t = right(t, c, h, 12);
  c = left(c, h, t, 16);
  h = right(h, t, c, 5);
  t = right(t, c, h, 3);
  c = left(c, h, t, 10);
  h = right(h, t, c, 15);
  return v128.and(h, i32x4.splat(0xffff));
}

// @ts-ignore: decorator
@inline
function right(p: v128, q: v128, z: v128, bits: i32): v128 {
  return v128.xor(i32x4.sub(i32x4.sub(p, q), z), i32x4.shr_u(z, bits));
}

// @ts-ignore: decorator
@inline
function left(p: v128, q: v128, z: v128, bits: i32): v128 {
  return v128.xor(i32x4.sub(i32x4.sub(p, q), z), i32x4.shl(z, bits));
}
