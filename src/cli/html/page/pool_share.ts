import { bucketItemWeights } from '../../../crush/builder.ts';
import {
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSELEAF_FIRSTN,
  CRUSH_RULE_CHOOSELEAF_INDEP,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_TAKE,
  type crush_rule_step,
} from '../../../crush/crush_types.ts';
import type { OSDMap } from '../../../osd/OSDMap.ts';
import { CEPH_OSD_IN } from '../../../osd/rados.ts';

/** Items looked at below one `take`, at most: buckets may hang in many others. */
const VISITS_MAX = 1_000_000;

/** By OSD: how many PGs of a pool each would have if all had just what their weights say. */
export interface PoolShare {
  /** With the pool's ideal spread, had the OSD no reweight. */
  readonly full: Float64Array;
  /** With its reweight: 0 for one that is out. */
  readonly ideal: Float64Array;
}

/** A `take` of a rule, up to its `emit`. */
interface Branch {
  readonly root: number;
  /** PGs get so many OSDs from it. */
  readonly copies: number;
}

export function poolShare(map: OSDMap, poolId: number): PoolShare {
  const full = new Float64Array(map.maxOsd);
  const ideal = new Float64Array(map.maxOsd);
  const pool = map.pools.get(poolId);
  if (pool === undefined) return { full, ideal };
  const rule = map.crush.crush.rules[map.crush.findRule(pool.crushRule, pool.type, pool.size)];
  for (const { root, copies } of branches(rule?.steps ?? [], pool.size)) {
    const weights = deviceWeights(map, root);
    let total = 0;
    for (const [osd, weight] of weights) total += weight * reweight(map, osd);
    if (total === 0) continue;
    for (const [osd, weight] of weights) {
      if (osd >= map.maxOsd) continue;
      const pgs = (pool.pgNum * copies * weight) / total;
      full[osd] = (full[osd] ?? 0) + pgs;
      ideal[osd] = (ideal[osd] ?? 0) + pgs * reweight(map, osd);
    }
  }
  return { full, ideal };
}

function reweight(map: OSDMap, osd: number): number {
  return map.exists(osd) ? Math.min(map.getWeight(osd) / CEPH_OSD_IN, 1) : 0;
}

function branches(steps: readonly crush_rule_step[], size: number): Branch[] {
  const found: Branch[] = [];
  let root = 0;
  let copies = 1;
  let left = size;
  for (const { op, arg1 } of steps) {
    switch (op) {
      case CRUSH_RULE_TAKE:
        root = arg1;
        copies = 1;
        break;
      case CRUSH_RULE_CHOOSE_FIRSTN:
      case CRUSH_RULE_CHOOSE_INDEP:
      case CRUSH_RULE_CHOOSELEAF_FIRSTN:
      case CRUSH_RULE_CHOOSELEAF_INDEP:
        copies *= Math.max(0, arg1 > 0 ? arg1 : arg1 + size);
        break;
      case CRUSH_RULE_EMIT:
        copies = Math.min(copies, left);
        left -= copies;
        found.push({ root, copies });
        break;
    }
  }
  return found;
}

function deviceWeights(map: OSDMap, root: number): Map<number, number> {
  const weights = new Map<number, number>();
  const todo = [root];
  for (let visits = 0; visits < VISITS_MAX; visits++) {
    const id = todo.pop();
    if (id === undefined) break;
    const bucket = map.crush.crush.buckets[-1 - id];
    if (bucket === undefined) continue;
    const itemWeights = bucketItemWeights(bucket);
    for (const [i, item] of bucket.items.entries()) {
      if (item < 0) todo.push(item);
      else weights.set(item, (weights.get(item) ?? 0) + (itemWeights[i] ?? 0));
    }
  }
  return weights;
}
