import { CEPH_STR_HASH_RJENKINS, cephStrHash } from '../common/ceph_hash.ts';
import { UTIME_ZERO, type utime_t } from '../common/utime_t.ts';
import { crushHash32_2 } from '../crush/hash.ts';
import { EVERSION_ZERO, type eversion_t, type pg_t } from './osd_types.ts';
import type { snap_interval_set_t } from './snap_intervals.ts';

export const POOL_TYPE_REPLICATED = 1;
export const POOL_TYPE_ERASURE = 3;

export const POOL_FLAG_HASHPSPOOL: number = 1 << 0;
export const POOL_FLAG_FULL: number = 1 << 1;
export const POOL_FLAG_EC_OVERWRITES: number = 1 << 2;
export const POOL_FLAG_FULL_QUOTA: number = 1 << 10;
export const POOL_FLAG_SELFMANAGED_SNAPS: number = 1 << 13;
export const POOL_FLAG_POOL_SNAPS: number = 1 << 14;

export const PG_AUTOSCALE_MODE_WARN = 1;
export const PG_AUTOSCALE_MODE_ON = 2;

/** A pool. Fields as in Ceph's pg_pool_t (src/osd/osd_types.h); sizes in bytes, ages in seconds. */
export interface pg_pool_t {
  readonly type: number;
  /** Copies, or shards (k + m). */
  readonly size: number;
  readonly crushRule: number;
  /** CEPH_STR_HASH_*. */
  readonly objectHash: number;
  readonly pgNum: number;
  /** PGs are placed as if there were only so many of them. */
  readonly pgpNum: number;
  readonly lastChange: number;
  readonly snapSeq: number;
  readonly snapEpoch: number;
  readonly snaps: ReadonlyMap<number, pool_snap_info_t>;
  readonly removedSnaps: snap_interval_set_t;
  readonly auid: number;
  /** POOL_FLAG_*; more than 32 bits are read, those above mean nothing yet. */
  readonly flags: number;
  readonly minSize: number;
  readonly quotaMaxBytes: number;
  readonly quotaMaxObjects: number;
  readonly tiers: readonly number[];
  readonly tierOf: number;
  readonly cacheMode: number;
  readonly readTier: number;
  readonly writeTier: number;
  readonly properties: ReadonlyMap<string, string>;
  readonly hitSetParams: hit_set_params;
  readonly hitSetPeriod: number;
  readonly hitSetCount: number;
  readonly stripeWidth: number;
  readonly targetMaxBytes: number;
  readonly targetMaxObjects: number;
  readonly cacheTargetDirtyRatioMicro: number;
  readonly cacheTargetFullRatioMicro: number;
  readonly cacheMinFlushAge: number;
  readonly cacheMinEvictAge: number;
  readonly erasureCodeProfile: string;
  readonly lastForceOpResendPreluminous: number;
  readonly minReadRecencyForPromote: number;
  readonly expectedNumObjects: number;
  readonly cacheTargetDirtyHighRatioMicro: number;
  readonly minWriteRecencyForPromote: number;
  readonly useGmtHitset: boolean;
  readonly fastRead: boolean;
  readonly hitSetGradeDecayRate: number;
  readonly hitSetSearchLastN: number;
  readonly opts: ReadonlyMap<number, pool_opt>;
  readonly lastForceOpResendPrenautilus: number;
  readonly applicationMetadata: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly createTime: utime_t;
  readonly pgNumTarget: number;
  readonly pgpNumTarget: number;
  readonly pgNumPending: number;
  readonly lastForceOpResend: number;
  readonly pgAutoscaleMode: number;
  readonly lastPgMergeMeta: pg_merge_meta_t;
  /** Of stretch pools; 0 for all others. */
  readonly peeringCrushBucketCount: number;
  readonly peeringCrushBucketTarget: number;
  readonly peeringCrushBucketBarrier: number;
  readonly peeringCrushMandatoryMember: number;
}

export interface pool_snap_info_t {
  readonly snapid: number;
  readonly stamp: utime_t;
  readonly name: string;
}

/** `impl`: the parameters of that type, encoded. Type 0 (none) has none. */
export interface hit_set_params {
  readonly type: number;
  readonly impl: Uint8Array;
}

/** A value of pool_opts_t, of the type that it has on the wire. */
export type pool_opt =
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number };

export interface pg_merge_meta_t {
  readonly sourcePgid: pg_t;
  readonly readyEpoch: number;
  readonly lastEpochStarted: number;
  readonly lastEpochClean: number;
  readonly sourceVersion: eversion_t;
  readonly targetVersion: eversion_t;
}

/** What a pool has that nobody has said anything about. */
export const PG_POOL_NEW: pg_pool_t = {
  type: POOL_TYPE_REPLICATED,
  size: 3,
  crushRule: 0,
  objectHash: CEPH_STR_HASH_RJENKINS,
  pgNum: 1,
  pgpNum: 1,
  lastChange: 0,
  snapSeq: 0,
  snapEpoch: 0,
  snaps: new Map(),
  removedSnaps: [],
  auid: 0,
  flags: POOL_FLAG_HASHPSPOOL,
  minSize: 2,
  quotaMaxBytes: 0,
  quotaMaxObjects: 0,
  tiers: [],
  tierOf: -1,
  cacheMode: 0,
  readTier: -1,
  writeTier: -1,
  properties: new Map(),
  hitSetParams: { type: 0, impl: new Uint8Array() },
  hitSetPeriod: 0,
  hitSetCount: 0,
  stripeWidth: 0,
  targetMaxBytes: 0,
  targetMaxObjects: 0,
  cacheTargetDirtyRatioMicro: 400000,
  cacheTargetFullRatioMicro: 800000,
  cacheMinFlushAge: 0,
  cacheMinEvictAge: 0,
  erasureCodeProfile: '',
  lastForceOpResendPreluminous: 0,
  minReadRecencyForPromote: 0,
  expectedNumObjects: 0,
  cacheTargetDirtyHighRatioMicro: 600000,
  minWriteRecencyForPromote: 0,
  useGmtHitset: true,
  fastRead: false,
  hitSetGradeDecayRate: 0,
  hitSetSearchLastN: 0,
  opts: new Map(),
  lastForceOpResendPrenautilus: 0,
  applicationMetadata: new Map(),
  createTime: UTIME_ZERO,
  pgNumTarget: 1,
  pgpNumTarget: 1,
  pgNumPending: 1,
  lastForceOpResend: 0,
  pgAutoscaleMode: PG_AUTOSCALE_MODE_ON,
  lastPgMergeMeta: {
    sourcePgid: { pool: 0, seed: 0 },
    readyEpoch: 0,
    lastEpochStarted: 0,
    lastEpochClean: 0,
    sourceVersion: EVERSION_ZERO,
    targetVersion: EVERSION_ZERO,
  },
  peeringCrushBucketCount: 0,
  peeringCrushBucketTarget: 0,
  peeringCrushBucketBarrier: 0,
  peeringCrushMandatoryMember: 0x7fffffff,
};

/** A pool of `pgNum` PGs; what is not said is as in {@link PG_POOL_NEW}. */
export function newPgPool(pool: Partial<pg_pool_t> & { pgNum: number }): pg_pool_t {
  const { pgNum } = pool;
  const pgpNum = pool.pgpNum ?? pgNum;
  return {
    ...PG_POOL_NEW,
    pgpNum,
    pgNumTarget: pgNum,
    pgpNumTarget: pgpNum,
    pgNumPending: pgNum,
    ...pool,
  };
}

/** Whether a missing OSD leaves no gap in the set: true of copies, false of shards. */
export function canShiftOsds(pool: pg_pool_t): boolean {
  return pool.type === POOL_TYPE_REPLICATED;
}

/** Bytes of the name that go into the hash between namespace and key. */
const NAMESPACE_SEPARATOR = '\x1f';

/** Ceph: pg_pool_t::hash_key. */
export function hashKey(pool: pg_pool_t, key: string, nspace: string): number {
  return cephStrHash(pool.objectHash, nspace === '' ? key : nspace + NAMESPACE_SEPARATOR + key);
}

/**
 * `x` folded to 0 … `b` - 1 so that, as `b` grows by one, only the numbers of one of the results
 * move. Ceph: src/include/rados.h, ceph_stable_mod, with the mask that goes with `b`.
 */
export function cephStableMod(x: number, b: number): number {
  const mask = b > 1 ? -1 >>> Math.clz32(b - 1) : 0;
  const folded = x & mask;
  return folded < b ? folded : x & (mask >>> 1);
}

/** A PG of the pool from a raw one. Ceph: pg_pool_t::raw_pg_to_pg. */
export function rawPgToPg(pool: pg_pool_t, raw: pg_t): pg_t {
  return { pool: raw.pool, seed: cephStableMod(raw.seed, pool.pgNum) };
}

/** The x that CRUSH is asked for. Ceph: pg_pool_t::raw_pg_to_pps. */
export function rawPgToPps(pool: pg_pool_t, pg: pg_t): number {
  const seed = cephStableMod(pg.seed, pool.pgpNum);
  // Without the flag the PGs of all pools lie on top of each other, as old clusters have them.
  return pool.flags & POOL_FLAG_HASHPSPOOL ? crushHash32_2(seed, pg.pool) : (seed + pg.pool) >>> 0;
}
