/**
 * Items put into buckets, taken out and weighed, with their columns in the choose_args. Ceph:
 * src/crush/builder.c, crush_bucket_*_item, and CrushWrapper::bucket_*_item around them. All answer
 * the bucket that now stands in the slot.
 */
import { bucketItemWeights, makeBucket } from './builder.ts';
import { CrushEditError } from './CrushEditError.ts';
import type { CrushData } from './crush_codec.ts';
import {
  CRUSH_BUCKET_TREE,
  CRUSH_BUCKET_UNIFORM,
  type crush_bucket,
  type crush_choose_arg,
} from './crush_types.ts';

export function addBucketItem(
  crush: CrushData,
  bucket: crush_bucket,
  item: number,
  weight: number,
): crush_bucket {
  if (bucket.alg === CRUSH_BUCKET_UNIFORM && bucket.itemWeight !== weight) {
    const others = `weigh ${bucket.itemWeight}, not ${weight}`;
    throw new CrushEditError('EINVAL', `all items of uniform bucket ${bucket.id} ${others}`);
  }
  changeArgs(crush, bucket, ({ weightSet, ids }) => ({
    weightSet: weightSet.map((set) => Uint32Array.of(...set, weight)),
    ids: ids.length === 0 ? ids : Int32Array.of(...ids, item),
  }));
  return setItems(crush, bucket, [...bucket.items, item], [...bucketItemWeights(bucket), weight]);
}

/** Takes out the first such item. In a tree the others keep their nodes: it leaves a hole. */
export function removeBucketItem(
  crush: CrushData,
  bucket: crush_bucket,
  item: number,
): crush_bucket {
  const at = bucket.items.indexOf(item);
  const weights = bucketItemWeights(bucket);
  if (bucket.alg === CRUSH_BUCKET_TREE) {
    const items = bucket.items.with(at, 0);
    weights[at] = 0;
    const size = weights.findLastIndex((weight) => weight > 0) + 1;
    return setItems(crush, bucket, [...items.subarray(0, size)], weights.slice(0, size));
  }
  changeArgs(crush, bucket, ({ weightSet, ids }) => ({
    weightSet: weightSet.map((set) => set.filter((_, i) => i !== at)),
    ids: ids.filter((_, i) => i !== at),
  }));
  return setItems(crush, bucket, [...bucket.items].toSpliced(at, 1), weights.toSpliced(at, 1));
}

/** `inSets`: in all weight sets too. */
export function setBucketItemWeight(
  crush: CrushData,
  bucket: crush_bucket,
  item: number,
  weight: number,
  inSets: boolean,
): crush_bucket {
  const at = bucket.items.indexOf(item);
  if (inSets) {
    changeArgs(crush, bucket, ({ weightSet, ids }) => ({
      weightSet: weightSet.map((set) => set.with(at, weight)),
      ids,
    }));
  }
  if (bucket.alg === CRUSH_BUCKET_UNIFORM) {
    return put(crush, { ...bucket, itemWeight: weight, weight: weight * bucket.items.length });
  }
  return setItems(crush, bucket, [...bucket.items], bucketItemWeights(bucket).with(at, weight));
}

/** The same bucket with other items. */
export function setItems(
  crush: CrushData,
  bucket: crush_bucket,
  items: readonly number[],
  weights: readonly number[],
): crush_bucket {
  if (bucket.alg === CRUSH_BUCKET_UNIFORM) {
    const weight = bucket.itemWeight * items.length;
    return put(crush, { ...bucket, items: Int32Array.from(items), weight });
  }
  const { id, alg, type } = bucket;
  return put(crush, makeBucket({ id, alg, type, items, weights }, crush.tunables.strawCalcVersion));
}

function put(crush: CrushData, bucket: crush_bucket): crush_bucket {
  crush.buckets[-1 - bucket.id] = bucket;
  return bucket;
}

function changeArgs(
  crush: CrushData,
  { id }: crush_bucket,
  change: (arg: crush_choose_arg) => crush_choose_arg,
): void {
  for (const args of crush.chooseArgs.values()) {
    const arg = args.get(-1 - id);
    if (arg !== undefined) args.set(-1 - id, change(arg));
  }
}
