/**
 * The CRUSH map as Ceph holds it in memory. Ceph: src/crush/crush.h.
 *
 * Items at or above 0 are devices (OSDs), below 0 buckets: bucket `id` stands in slot `-1 - id`.
 * Weights are 16.16 fixed point.
 */

export const CRUSH_MAGIC = 0x00010000;

/** No device could be chosen for this place. */
export const CRUSH_ITEM_NONE = 0x7fffffff;
/** Not chosen yet; never leaves the mapper. */
export const CRUSH_ITEM_UNDEF = 0x7ffffffe;

export const CRUSH_MAX_DEVICE_WEIGHT: number = 100 * 0x10000;
export const CRUSH_MAX_BUCKET_WEIGHT: number = 65535 * 0x10000;

export const CRUSH_BUCKET_UNIFORM = 1;
export const CRUSH_BUCKET_LIST = 2;
export const CRUSH_BUCKET_TREE = 3;
export const CRUSH_BUCKET_STRAW = 4;
export const CRUSH_BUCKET_STRAW2 = 5;

export const CRUSH_RULE_NOOP = 0;
export const CRUSH_RULE_TAKE = 1;
export const CRUSH_RULE_CHOOSE_FIRSTN = 2;
export const CRUSH_RULE_CHOOSE_INDEP = 3;
export const CRUSH_RULE_EMIT = 4;
export const CRUSH_RULE_CHOOSELEAF_FIRSTN = 6;
export const CRUSH_RULE_CHOOSELEAF_INDEP = 7;
export const CRUSH_RULE_SET_CHOOSE_TRIES = 8;
export const CRUSH_RULE_SET_CHOOSELEAF_TRIES = 9;
export const CRUSH_RULE_SET_CHOOSE_LOCAL_TRIES = 10;
export const CRUSH_RULE_SET_CHOOSE_LOCAL_FALLBACK_TRIES = 11;
export const CRUSH_RULE_SET_CHOOSELEAF_VARY_R = 12;
export const CRUSH_RULE_SET_CHOOSELEAF_STABLE = 13;
export const CRUSH_RULE_SET_MSR_DESCENTS = 14;
export const CRUSH_RULE_SET_MSR_COLLISION_TRIES = 15;
export const CRUSH_RULE_CHOOSE_MSR = 16;

export const CRUSH_RULE_TYPE_REPLICATED = 1;
export const CRUSH_RULE_TYPE_ERASURE = 3;
export const CRUSH_RULE_TYPE_MSR_FIRSTN = 4;
export const CRUSH_RULE_TYPE_MSR_INDEP = 5;

interface crush_bucket_header {
  /** Below 0. */
  readonly id: number;
  /** Of the bucket; above 0. */
  readonly type: number;
  readonly hash: number;
  readonly weight: number;
  readonly items: Int32Array;
}

/** All items weigh the same. */
export interface crush_bucket_uniform extends crush_bucket_header {
  readonly alg: typeof CRUSH_BUCKET_UNIFORM;
  readonly itemWeight: number;
}

export interface crush_bucket_list extends crush_bucket_header {
  readonly alg: typeof CRUSH_BUCKET_LIST;
  readonly itemWeights: Uint32Array;
  /** Of items 0 to i. */
  readonly sumWeights: Uint32Array;
}

/** A binary tree in an array: item `i` is node `2i + 1`, the root is the middle one. */
export interface crush_bucket_tree extends crush_bucket_header {
  readonly alg: typeof CRUSH_BUCKET_TREE;
  readonly nodeWeights: Uint32Array;
}

export interface crush_bucket_straw extends crush_bucket_header {
  readonly alg: typeof CRUSH_BUCKET_STRAW;
  readonly itemWeights: Uint32Array;
  /** What a draw of 16 bits is multiplied by. */
  readonly straws: Uint32Array;
}

export interface crush_bucket_straw2 extends crush_bucket_header {
  readonly alg: typeof CRUSH_BUCKET_STRAW2;
  readonly itemWeights: Uint32Array;
}

export type crush_bucket =
  | crush_bucket_uniform
  | crush_bucket_list
  | crush_bucket_tree
  | crush_bucket_straw
  | crush_bucket_straw2;

export interface crush_rule_step {
  readonly op: number;
  readonly arg1: number;
  readonly arg2: number;
}

/** The first four are Ceph's crush_rule_mask: which pools the rule is meant for. */
export interface crush_rule {
  readonly ruleset: number;
  readonly type: number;
  readonly minSize: number;
  readonly maxSize: number;
  readonly steps: readonly crush_rule_step[];
}

/** What stands in for one straw2 bucket's weights and ids while choosing. */
export interface crush_choose_arg {
  /** By position in the result; the last one serves all positions behind it. May be empty. */
  readonly weightSet: readonly Uint32Array[];
  /** Hashed in place of the items. May be empty. */
  readonly ids: Int32Array;
}

/** By bucket slot. */
export type crush_choose_arg_map = ReadonlyMap<number, crush_choose_arg>;

/** Of MSR rules. */
export interface crush_msr_tunables {
  /** Descents from the root, at most. */
  readonly descents: number;
  /** Tries for an item that collides with none. */
  readonly collisionTries: number;
}

export interface crush_tunables {
  /** Tries in the same bucket after a collision. */
  readonly chooseLocalTries: number;
  /** Tries in a permutation of the same bucket. */
  readonly chooseLocalFallbackTries: number;
  /** Retries of a whole descent: one less than tries. */
  readonly chooseTotalTries: number;
  /** Not 0: a chooseleaf tries each inner descent once. */
  readonly chooseleafDescendOnce: number;
  /** Not 0: inner descents start from r shifted right by one less than this. */
  readonly chooseleafVaryR: number;
  /** Not 0: inner descents do not depend on the place in the result. */
  readonly chooseleafStable: number;
  /** How the straws of a straw bucket are worked out; no part of mapping. */
  readonly strawCalcVersion: number;
  /** Bit n: buckets of algorithm n may be made. */
  readonly allowedBucketAlgs: number;
  /** Maps of releases before 19 say nothing of these. */
  readonly msr?: crush_msr_tunables;
}

export interface crush_map {
  readonly buckets: readonly (crush_bucket | undefined)[];
  readonly rules: readonly (crush_rule | undefined)[];
  /** One more than the highest device known. */
  readonly maxDevices: number;
  readonly tunables: crush_tunables;
}
