/**
 * The straw lengths of a straw bucket, 16.16. Light items come first: each heavier weight gets a
 * straw longer by as much as makes the chances come out. Version 0 counts items of equal weight
 * wrongly, and existing maps depend on it. Ceph: builder.c, crush_calc_straw.
 */
export function straws(weights: Uint32Array, version: number): Uint32Array {
  const lengths = new Uint32Array(weights.length);
  const order = [...weights.keys()].sort((a, b) => (weights[a] ?? 0) - (weights[b] ?? 0));
  const sorted = order.map((i) => weights[i] ?? 0);
  let left = sorted.length;
  let straw = 1;
  let below = 0;
  let last = 0;
  for (const [n, item] of order.entries()) {
    const weight = sorted[n] ?? 0;
    const next = sorted[n + 1];
    if (weight === 0) {
      if (version > 0) left--;
      continue;
    }
    lengths[item] = straw * 0x10000;
    if (next === undefined || (version === 0 && next === weight)) continue;
    below += (weight - last) * left;
    left -= version > 0 ? 1 : countRun(sorted, n + 1);
    // A product of two u32 in the original.
    const above = Math.imul(left, next - weight) >>> 0;
    straw *= (1 / (below / (below + above))) ** (1 / left);
    last = weight;
  }
  return lengths;
}

/** How many places from `from` on hold the same weight. */
function countRun(sorted: readonly number[], from: number): number {
  let end = from;
  while (end < sorted.length && sorted[end] === sorted[from]) end++;
  return end - from;
}
