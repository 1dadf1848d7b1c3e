import { CRUSH_ITEM_NONE } from '../../crush/crush_types.ts';
import { crushHash32_2 } from '../../crush/hash.ts';
import type { OSDMap } from '../../osd/OSDMap.ts';
import { CEPH_OSD_IN } from '../../osd/rados.ts';

/** One descent of a mapping: where it went, what came up, and what became of that. */
export interface Descent {
  /** The buckets on the way down, and the r that each was asked with. */
  readonly path: readonly { readonly bucket: number; readonly r: number }[];
  /** CRUSH_ITEM_NONE: the last bucket has nothing to draw from. */
  readonly item: number;
  /** `undefined`: it was taken. */
  readonly refused: string | undefined;
}

/** What CRUSH tries for x in a pool, at most the first `most`; nothing if the pool has no rule. */
export function traceTries(
  map: OSDMap,
  poolId: number,
  x: number,
  most: number = Number.POSITIVE_INFINITY,
): Descent[] {
  const tries: Descent[] = [];
  const pool = map.pools.get(poolId);
  if (pool === undefined) return tries;
  let path: { bucket: number; r: number }[] = [];
  const end = (item: number, refused: string | undefined) => {
    if (tries.length < most) tries.push({ path, item, refused });
    path = [];
  };
  const ruleno = map.crush.findRule(pool.crushRule, pool.type, pool.size);
  map.crush.traceRule(ruleno, x, pool.size, map.data.osdWeight, poolId, {
    drew: (bucket, r) => path.push({ bucket, r }),
    took: (item) => end(item, undefined),
    refused: (item, isCollision) => {
      end(item, isCollision ? 'is in the set already' : refusal(map, item, x));
    },
  });
  return tries;
}

export function itemName(map: OSDMap, item: number): string {
  if (item === CRUSH_ITEM_NONE) return 'nothing';
  return map.crush.crush.nameMap.get(item) ?? (item < 0 ? `bucket ${item}` : `osd.${item}`);
}

function refusal(map: OSDMap, item: number, x: number): string {
  if (item < 0) return 'no device below it';
  if (item === CRUSH_ITEM_NONE) return 'the bucket is empty';
  const weight = map.getWeight(item);
  if (weight === 0) return 'is out';
  if (weight >= CEPH_OSD_IN) return 'is a device, where a bucket is wanted';
  const draw = crushHash32_2(x, item) & 0xffff;
  return `is out for this x: drew ${draw}, not below its weight ${weight}`;
}
