/** Weights (16.16) of items, and of all above them. Ceph: CrushWrapper, adjust_item_weight and kin. */

import { setBucketItemWeight, setItems } from './bucket_items.ts';
import { bucketItemWeights } from './builder.ts';
import type { CrushData } from './crush_codec.ts';
import {
  CRUSH_BUCKET_LIST,
  CRUSH_BUCKET_TREE,
  CRUSH_BUCKET_UNIFORM,
  type crush_bucket,
  type crush_bucket_uniform,
  type crush_choose_arg,
} from './crush_types.ts';
import { findRoots, isShadowName, rebuildRootsWithClasses } from './device_classes.ts';
import { sumWeightSets } from './weight_sets.ts';

/**
 * Sets an item's weight in all buckets that hold it; answers in how many. `inSets`: in their weight
 * sets too. Ceph: adjust_item_weight.
 */
export function adjustItemWeight(
  crush: CrushData,
  item: number,
  weight: number,
  inSets: boolean,
): number {
  let changed = 0;
  for (const slot of crush.buckets.keys()) {
    if (adjustItemWeightInBucket(crush, item, weight, -1 - slot, inSets)) changed++;
  }
  return changed;
}

/** Whether the bucket holds the item. Ceph: adjust_item_weight_in_bucket. */
export function adjustItemWeightInBucket(
  crush: CrushData,
  item: number,
  weight: number,
  id: number,
  inSets: boolean,
): boolean {
  const bucket = crush.buckets[-1 - id];
  if (bucket === undefined) return false;
  const isHeld = bucket.items.includes(item);
  if (isHeld) {
    const changed = setBucketItemWeight(crush, bucket, item, weight, inSets);
    adjustItemWeight(crush, id, changed.weight, false);
  }
  sumWeightSets(crush, bucket);
  return isHeld;
}

/** The weight of a bucket, or of a device where it is found first. Ceph: get_item_weight. */
export function itemWeight(crush: CrushData, item: number): number | undefined {
  for (const bucket of crush.buckets) {
    if (bucket === undefined) continue;
    if (bucket.id === item) return bucket.weight;
    const at = bucket.items.indexOf(item);
    if (at >= 0) return bucketItemWeights(bucket)[at];
  }
  return undefined;
}

/** Works out the weight of all buckets from their devices'. Ceph: CrushWrapper::reweight. */
export function reweight(crush: CrushData): void {
  for (const root of findRoots(crush)) {
    if (isShadowName(crush.nameMap.get(root.id))) continue;
    reweightBucket(crush, root);
    for (const args of crush.chooseArgs.values()) reweightSets(crush, args, root);
  }
  rebuildRootsWithClasses(crush);
}

/** Ceph: crush_reweight_bucket. */
function reweightBucket(crush: CrushData, bucket: crush_bucket): crush_bucket {
  const weights = bucketItemWeights(bucket);
  for (const [i, item] of bucket.items.entries()) {
    const child = crush.buckets[-1 - item];
    if (child !== undefined) weights[i] = reweightBucket(crush, child).weight;
  }
  const changed = reweighted(crush, bucket, weights);
  crush.buckets[-1 - bucket.id] = changed;
  return changed;
}

/** The original leaves the sums of lists, and those within trees, as they were. */
function reweighted(
  crush: CrushData,
  bucket: crush_bucket,
  weights: readonly number[],
): crush_bucket {
  const weight = weights.reduce((sum, each) => sum + each, 0);
  switch (bucket.alg) {
    case CRUSH_BUCKET_UNIFORM: {
      const itemWeight = uniformWeight(bucket, weights);
      return { ...bucket, itemWeight, weight: itemWeight * weights.length };
    }
    case CRUSH_BUCKET_LIST:
      return { ...bucket, weight, itemWeights: Uint32Array.from(weights) };
    case CRUSH_BUCKET_TREE: {
      const nodeWeights = bucket.nodeWeights.map((old, node) =>
        node % 2 === 1 ? (weights[node >> 1] ?? old) : old,
      );
      return { ...bucket, weight, nodeWeights };
    }
    default:
      return setItems(crush, bucket, [...bucket.items], weights);
  }
}

/** The mean of the buckets in it, where those are more than the devices. */
function uniformWeight(bucket: crush_bucket_uniform, weights: readonly number[]): number {
  const ofBuckets = weights.filter((_, i) => (bucket.items[i] ?? 0) < 0);
  if (ofBuckets.length <= weights.length - ofBuckets.length) return bucket.itemWeight;
  return Math.floor(ofBuckets.reduce((sum, weight) => sum + weight, 0) / ofBuckets.length);
}

/**
 * Sums of a bucket's weight sets. All positions are read from the first set, and what is below is
 * written there, as the original does. Ceph: reweight_bucket.
 */
function reweightSets(
  crush: CrushData,
  args: Map<number, crush_choose_arg>,
  bucket: crush_bucket,
): number[] {
  const arg = args.get(-1 - bucket.id);
  const positions = arg?.weightSet.length ?? 0;
  const sums = new Array<number>(positions).fill(0);
  const first = Uint32Array.from(arg?.weightSet[0] ?? []);
  for (const [i, item] of bucket.items.entries()) {
    const child = crush.buckets[-1 - item];
    const below = child === undefined ? undefined : reweightSets(crush, args, child);
    for (let position = 0; position < positions; position++) {
      if (below !== undefined) first[i] = below[position] ?? 0;
      sums[position] = (sums[position] ?? 0) + (first[i] ?? 0);
    }
  }
  if (arg !== undefined && positions > 0) {
    args.set(-1 - bucket.id, { ...arg, weightSet: arg.weightSet.with(0, first) });
  }
  return sums;
}
