import { bucketItemWeights } from './builder.ts';
import type { CrushData } from './crush_codec.ts';
import { CRUSH_BUCKET_STRAW2, type crush_bucket, type crush_choose_arg } from './crush_types.ts';

type Args = Map<number, crush_choose_arg>;

/**
 * Where `bucket` has weight sets, gives it their sums in the weight sets of what holds it, and so on
 * upwards. Ceph: the end of CrushWrapper::adjust_item_weight_in_bucket.
 */
export function sumWeightSets(crush: CrushData, bucket: crush_bucket): void {
  for (const args of crush.chooseArgs.values()) {
    const { weightSet = [] } = args.get(-1 - bucket.id) ?? {};
    if (weightSet.length > 0) adjustParents(crush, args, bucket);
  }
}

/** Every bucket without weight sets gets some on the way, as the original has it. */
function adjustParents(crush: CrushData, args: Args, bucket: crush_bucket): void {
  const { weightSet = [] } = args.get(-1 - bucket.id) ?? {};
  const sums = weightSet.map((set) => set.reduce((sum, weight) => sum + weight, 0));
  for (const parent of crush.buckets) {
    if (parent === undefined) continue;
    if (setWeights(args, parent, bucket.id, sums)) adjustParents(crush, args, parent);
  }
}

/** One weight for each position; whether that changed something. */
function setWeights(
  args: Args,
  bucket: crush_bucket,
  item: number,
  weights: readonly number[],
): boolean {
  const slot = -1 - bucket.id;
  const arg = args.get(slot);
  const known = arg?.weightSet ?? [];
  const sets =
    known.length > 0
      ? known
      : Array.from({ length: positionsOf(args) }, () =>
          Uint32Array.from(bucketItemWeights(bucket)),
        );
  const isHeld = sets.length === weights.length && bucket.items.includes(item);
  const weightSet = !isHeld
    ? sets
    : sets.map((set, position) =>
        set.map((old, i) => (bucket.items[i] === item ? (weights[position] ?? 0) : old)),
      );
  args.set(slot, { ids: arg?.ids ?? new Int32Array(), weightSet });
  return sets.length === weights.length && (isHeld || known.length === 0);
}

/** Gives a new bucket with items weight sets of its weights. Ceph: CrushWrapper::add_bucket. */
export function addWeightSets(crush: CrushData, bucket: crush_bucket): void {
  if (bucket.items.length === 0) return;
  const weights = bucketItemWeights(bucket);
  for (const args of crush.chooseArgs.values()) {
    const length = positionsOf(args);
    const weightSet = Array.from({ length }, () => Uint32Array.from(weights));
    args.set(-1 - bucket.id, { ids: new Int32Array(), weightSet });
  }
}

/** Forgets what no bucket can have. Ceph: update_choose_args. */
export function trimChooseArgs(crush: CrushData): void {
  for (const args of crush.chooseArgs.values()) {
    for (const slot of args.keys()) {
      if (crush.buckets[slot]?.alg !== CRUSH_BUCKET_STRAW2) args.delete(slot);
    }
  }
}

/** Of the first bucket that has some. */
function positionsOf(args: Args): number {
  const slots = [...args.keys()].sort((a, b) => a - b);
  for (const slot of slots) {
    const { weightSet = [] } = args.get(slot) ?? {};
    if (weightSet.length > 0) return weightSet.length;
  }
  return 1;
}
