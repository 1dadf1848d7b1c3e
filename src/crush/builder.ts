/**
 * Buckets from items and weights, and a map's buckets and rules by slot. Ceph: src/crush/builder.c.
 * A bucket is never changed: another one with the same id takes its slot.
 */
import { straws } from './builder_straw.ts';
import type { CrushData } from './crush_codec.ts';
import {
  CRUSH_BUCKET_LIST,
  CRUSH_BUCKET_STRAW,
  CRUSH_BUCKET_STRAW2,
  CRUSH_BUCKET_TREE,
  CRUSH_BUCKET_UNIFORM,
  CRUSH_MAX_BUCKET_WEIGHT,
  type crush_bucket,
  type crush_rule,
} from './crush_types.ts';
import { CRUSH_HASH_RJENKINS1 } from './hash.ts';

/** Slots that a map begins with; it doubles them when they are full. */
const BUCKET_SLOTS_MIN = 8;
/** Node counts are a byte on the wire. */
const TREE_ITEMS_MAX = 64;
/** Slots that may be taken when one more is added, which itself may lie further out. */
const RULES_MAX = 256;
const RULE_ID_MAX = 0xffff;

export interface BucketParts {
  readonly id: number;
  readonly alg: number;
  readonly type: number;
  readonly items: readonly number[];
  /** 16.16, one for each item; of a uniform bucket the first counts. */
  readonly weights: readonly number[];
}

/** Throws RangeError for what no bucket can hold. Ceph: crush_make_bucket. */
export function makeBucket(parts: BucketParts, strawCalcVersion: number): crush_bucket {
  const { id, alg, type } = parts;
  const items = Int32Array.from(parts.items);
  const itemWeights = Uint32Array.from(parts.weights);
  const weight = parts.weights.reduce((sum, item) => sum + item, 0);
  if (weight > CRUSH_MAX_BUCKET_WEIGHT) throw new RangeError(`bucket ${id} would weigh ${weight}`);
  const header = { id, type, hash: CRUSH_HASH_RJENKINS1, weight, items };
  switch (alg) {
    case CRUSH_BUCKET_UNIFORM: {
      const itemWeight = itemWeights[0] ?? 0;
      return { ...header, alg, itemWeight, weight: itemWeight * items.length };
    }
    case CRUSH_BUCKET_LIST:
      return { ...header, alg, itemWeights, sumWeights: sums(itemWeights) };
    case CRUSH_BUCKET_TREE:
      if (items.length > TREE_ITEMS_MAX) throw new RangeError(`tree of ${items.length} items`);
      return { ...header, alg, nodeWeights: nodes(itemWeights) };
    case CRUSH_BUCKET_STRAW:
      return { ...header, alg, itemWeights, straws: straws(itemWeights, strawCalcVersion) };
    case CRUSH_BUCKET_STRAW2:
      return { ...header, alg, itemWeights };
    default:
      throw new RangeError(`no bucket algorithm ${alg}`);
  }
}

function sums(weights: Uint32Array): Uint32Array {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** Leaves are the odd nodes; the node between two others holds their sum. */
function nodes(weights: Uint32Array): Uint32Array {
  if (weights.length === 0) return new Uint32Array(0);
  const depth = Math.ceil(Math.log2(weights.length)) + 1;
  const tree = new Uint32Array(1 << depth);
  for (let i = 0; i < weights.length; i++) tree[2 * i + 1] = weights[i] ?? 0;
  for (let half = 1; half < tree.length / 2; half *= 2) {
    for (let node = half * 2; node < tree.length; node += half * 4) {
      tree[node] = (tree[node - half] ?? 0) + (tree[node + half] ?? 0);
    }
  }
  return tree;
}

/** The weight of each item. Ceph: crush_get_bucket_item_weight. */
export function bucketItemWeights(bucket: crush_bucket): number[] {
  switch (bucket.alg) {
    case CRUSH_BUCKET_UNIFORM:
      return Array.from(bucket.items, () => bucket.itemWeight);
    case CRUSH_BUCKET_TREE:
      return Array.from(bucket.items, (_, i) => bucket.nodeWeights[2 * i + 1] ?? 0);
    default:
      return [...bucket.itemWeights];
  }
}

/** Puts a bucket into the slot of its id. Ceph: crush_add_bucket. */
export function addBucket(crush: CrushData, bucket: crush_bucket): void {
  const slot = -1 - bucket.id;
  while (slot >= crush.buckets.length) {
    const length = Math.max(BUCKET_SLOTS_MIN, crush.buckets.length * 2);
    while (crush.buckets.length < length) crush.buckets.push(undefined);
  }
  crush.buckets[slot] = bucket;
}

/** The id for the next bucket: that of the first free slot. Ceph: crush_get_next_bucket_id. */
export function nextBucketId(crush: CrushData): number {
  const free = crush.buckets.indexOf(undefined);
  return -1 - (free < 0 ? crush.buckets.length : free);
}

/** Puts a rule into slot `ruleno`, which is free. Ceph: crush_add_rule. */
export function addRule(crush: CrushData, rule: crush_rule, ruleno: number): void {
  const isFull = ruleno >= crush.rules.length && crush.rules.length >= RULES_MAX;
  if (isFull || ruleno > RULE_ID_MAX) throw new RangeError(`a map holds ${RULES_MAX} rules`);
  while (ruleno >= crush.rules.length) crush.rules.push(undefined);
  crush.rules[ruleno] = rule;
}
