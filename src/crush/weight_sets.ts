import { bucketItemWeights } from './builder.ts';
import type { CrushData } from './crush_codec.ts';
import type { crush_bucket, crush_choose_arg } from './crush_types.ts';

type Args = Map<number, crush_choose_arg>;

/**
 * Gives `item` of `bucket` the same weight (16.16) in all weight sets that the bucket has, and all
 * above it their sums. Ceph: CrushWrapper::adjust_item_weight_in_bucket.
 */
export function adjustWeightSets(
  crush: CrushData,
  bucket: crush_bucket,
  item: number,
  weight: number,
): void {
  for (const args of crush.chooseArgs.values()) {
    const { weightSet = [] } = args.get(-1 - bucket.id) ?? {};
    if (weightSet.length === 0) continue;
    setWeights(args, bucket, item, new Array<number>(weightSet.length).fill(weight));
    adjustParents(crush, args, bucket);
  }
}

function adjustParents(crush: CrushData, args: Args, bucket: crush_bucket): void {
  const { weightSet = [] } = args.get(-1 - bucket.id) ?? {};
  const sums = weightSet.map((set) => set.reduce((sum, weight) => sum + weight, 0));
  for (const parent of crush.buckets) {
    if (!parent?.items.includes(bucket.id)) continue;
    if (setWeights(args, parent, bucket.id, sums)) adjustParents(crush, args, parent);
  }
}

/** One weight for each position; false where the bucket's weight sets have others. */
function setWeights(
  args: Args,
  bucket: crush_bucket,
  item: number,
  weights: readonly number[],
): boolean {
  const slot = -1 - bucket.id;
  const arg = args.get(slot);
  const sets = arg?.weightSet.length
    ? arg.weightSet
    : Array.from({ length: positionsOf(args) }, () => Uint32Array.from(bucketItemWeights(bucket)));
  if (sets.length !== weights.length) return false;
  const weightSet = sets.map((set, position) =>
    set.map((old, i) => (bucket.items[i] === item ? (weights[position] ?? 0) : old)),
  );
  args.set(slot, { ids: arg?.ids ?? new Int32Array(), weightSet });
  return true;
}

function positionsOf(args: Args): number {
  for (const { weightSet } of args.values()) if (weightSet.length > 0) return weightSet.length;
  return 1;
}
