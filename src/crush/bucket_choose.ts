/**
 * How each kind of bucket picks one of its items from (x, r): x is what is being placed, r counts
 * places and retries. Ceph: src/crush/mapper.c, bucket_*_choose. Every step is exact: placement
 * that differs in one bit is a read that hangs.
 */
import type { CrushWork } from './CrushWork.ts';
import {
  CRUSH_BUCKET_LIST,
  CRUSH_BUCKET_STRAW,
  CRUSH_BUCKET_STRAW2,
  CRUSH_BUCKET_TREE,
  CRUSH_BUCKET_UNIFORM,
  CRUSH_ITEM_NONE,
  type crush_bucket,
  type crush_bucket_list,
  type crush_bucket_straw,
  type crush_bucket_tree,
  type crush_choose_arg,
} from './crush_types.ts';
import { crushHash32_3, crushHash32_4 } from './hash.ts';
import { bucketStraw2Choose } from './straw2.ts';

const TWO_16 = 2 ** 16;

/**
 * An item of a bucket that is not empty; {@link CRUSH_ITEM_NONE} if a tree's weights lead nowhere.
 * `position`: place in the result, which chooses among `arg`'s weight sets.
 */
export function crushBucketChoose(
  bucket: crush_bucket,
  work: CrushWork,
  x: number,
  r: number,
  arg: crush_choose_arg | undefined,
  position: number,
): number {
  switch (bucket.alg) {
    case CRUSH_BUCKET_STRAW2:
      return work.straw2 === undefined
        ? bucketStraw2Choose(bucket, x, r, arg, position)
        : work.straw2.choose(bucket, x, r, arg, position);
    case CRUSH_BUCKET_UNIFORM:
      return bucketPermChoose(bucket, work, x, r);
    case CRUSH_BUCKET_LIST:
      return bucketListChoose(bucket, x, r);
    case CRUSH_BUCKET_TREE:
      return bucketTreeChoose(bucket, x, r);
    case CRUSH_BUCKET_STRAW:
      return bucketStrawChoose(bucket, x, r);
  }
}

/**
 * The r-th item of a random permutation that x gives; also the fallback for any kind of bucket.
 * The permutation is worked out as far as it was asked for and kept until x changes.
 */
export function bucketPermChoose(
  bucket: crush_bucket,
  work: CrushWork,
  x: number,
  r: number,
): number {
  const size = bucket.items.length;
  const place = (r >>> 0) % size;
  const perm = work.permutation(bucket, x);
  const order = perm.order;
  for (; perm.known <= place; perm.known++) {
    const p = perm.known;
    const other = p + (crushHash32_3(x, bucket.id, p) % (size - p));
    const held = order[p] ?? 0;
    order[p] = order[other] ?? 0;
    order[other] = held;
  }
  return bucket.items[order[place] ?? 0] ?? CRUSH_ITEM_NONE;
}

function bucketListChoose(bucket: crush_bucket_list, x: number, r: number): number {
  for (let i = bucket.items.length - 1; i >= 0; i--) {
    const item = bucket.items[i] ?? 0;
    const draw = crushHash32_4(x, item, r, bucket.id) & 0xffff;
    const scaled = Math.floor((draw * (bucket.sumWeights[i] ?? 0)) / TWO_16);
    if (scaled < (bucket.itemWeights[i] ?? 0)) return item;
  }
  return bucket.items[0] ?? CRUSH_ITEM_NONE;
}

function bucketTreeChoose(bucket: crush_bucket_tree, x: number, r: number): number {
  const weights = bucket.nodeWeights;
  let node = weights.length >>> 1;
  while ((node & 1) === 0) {
    const point = mulHigh(crushHash32_4(x, node, r, bucket.id), weights[node] ?? 0);
    const half = (node & -node) >>> 1;
    node += point < (weights[node - half] ?? 0) ? -half : half;
  }
  return bucket.items[node >>> 1] ?? CRUSH_ITEM_NONE;
}

/** The upper 32 bits of the product of two u32. */
function mulHigh(a: number, b: number): number {
  const low = Math.floor(((a & 0xffff) * b) / TWO_16);
  return Math.floor(((a >>> 16) * b + low) / TWO_16);
}

function bucketStrawChoose(bucket: crush_bucket_straw, x: number, r: number): number {
  let high = 0;
  let highDraw = -1;
  for (let i = 0; i < bucket.items.length; i++) {
    const draw = (crushHash32_3(x, bucket.items[i] ?? 0, r) & 0xffff) * (bucket.straws[i] ?? 0);
    if (draw > highDraw) {
      high = i;
      highDraw = draw;
    }
  }
  return bucket.items[high] ?? CRUSH_ITEM_NONE;
}
