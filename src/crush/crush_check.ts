import type { Decoder } from '../common/Decoder.ts';
import type { crush_bucket } from './crush_types.ts';

/**
 * Buckets within buckets, at most. Ceph's default types nest eleven deep and nothing stops a map
 * there; the limit only keeps a hostile one from costing much.
 */
export const CRUSH_DEPTH_MAX = 32;

/** Throws DecodeError unless all buckets in buckets exist, with no cycle, and not too deep. */
export function checkHierarchy(dec: Decoder, buckets: readonly (crush_bucket | undefined)[]): void {
  /** Levels from a bucket down to the lowest below it. */
  const heights = new Map<number, number>();
  const heightOf = (bucket: crush_bucket, depth: number): number => {
    const known = heights.get(bucket.id);
    if (known !== undefined) return known;
    let below = 0;
    for (const item of bucket.items) {
      if (item >= 0) continue;
      const child = buckets[-1 - item];
      if (child === undefined) throw dec.error(`holds ${item}, no bucket`, `bucket ${bucket.id}`);
      below = Math.max(below, depth < CRUSH_DEPTH_MAX ? heightOf(child, depth + 1) : depth);
    }
    if (below >= CRUSH_DEPTH_MAX) throw dec.error('in a cycle or too deep', `bucket ${bucket.id}`);
    heights.set(bucket.id, below + 1);
    return below + 1;
  };
  for (const bucket of buckets) if (bucket !== undefined) heightOf(bucket, 1);
}
