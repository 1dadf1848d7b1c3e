import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/** s64, but for the two that are s32. Ceph: object_stat_sum_t (src/osd/osd_types.h), v20 compat 14. */
const SUM_FIELDS = [
  'numBytes',
  'numObjects',
  'numObjectClones',
  'numObjectCopies',
  'numObjectsMissingOnPrimary',
  'numObjectsDegraded',
  'numObjectsUnfound',
  'numRd',
  'numRdKb',
  'numWr',
  'numWrKb',
  'numScrubErrors',
  'numObjectsRecovered',
  'numBytesRecovered',
  'numKeysRecovered',
  'numShallowScrubErrors',
  'numDeepScrubErrors',
  'numObjectsDirty',
  'numWhiteouts',
  'numObjectsOmap',
  'numObjectsHitSetArchive',
  'numObjectsMisplaced',
  'numBytesHitSetArchive',
  'numFlush',
  'numFlushKb',
  'numEvict',
  'numEvictKb',
  'numPromote',
  'numFlushModeHigh',
  'numFlushModeLow',
  'numEvictModeSome',
  'numEvictModeFull',
  'numObjectsPinned',
  'numObjectsMissing',
  'numLegacySnapsets',
  'numLargeOmapObjects',
  'numObjectsManifest',
  'numOmapBytes',
  'numOmapKeys',
  'numObjectsRepaired',
] as const;

type SumField = (typeof SUM_FIELDS)[number];

const S32_FIELDS: ReadonlySet<SumField> = new Set([
  'numFlushModeHigh',
  'numFlushModeLow',
  'numEvictModeSome',
  'numEvictModeFull',
]);

/** Ceph: store_statfs_t (src/osd/osd_types.h), v1. */
const STORE_FIELDS = [
  'total',
  'available',
  'internallyReserved',
  'allocated',
  'dataStored',
  'dataCompressed',
  'dataCompressedAllocated',
  'dataCompressedOriginal',
  'omapAllocated',
  'internalMetadata',
] as const;

type StoreField = (typeof STORE_FIELDS)[number];

export type object_stat_sum_t = Readonly<Record<SumField, number>>;
export type store_statfs_t = Readonly<Record<StoreField, number>>;

/** What a pool's OSDs have reported, added up. */
export interface pool_stat_t {
  readonly sum: object_stat_sum_t;
  readonly logSize: number;
  readonly ondiskLogSize: number;
  readonly up: number;
  readonly acting: number;
  readonly storeStats: store_statfs_t;
  readonly numStoreStats: number;
}

/**
 * Section v7 compat 5: object_stat_collection_t (section v2 compat 2: object_stat_sum_t, u32 0), s64 logSize,
 * s64 ondiskLogSize, from v6 on s32 up, s32 acting, from v7 on store_statfs_t, s32 numStoreStats.
 * Ceph: pool_stat_t::encode (src/osd/osd_types.cc).
 */
export function encodePoolStat(enc: Encoder, stat: pool_stat_t): void {
  enc.encodeStart(7, 5);
  enc.encodeStart(2, 2);
  enc.encodeStart(20, 14);
  for (const field of SUM_FIELDS) {
    if (S32_FIELDS.has(field)) enc.s32(stat.sum[field]);
    else enc.u64(stat.sum[field]);
  }
  enc.encodeFinish();
  enc.u32(0);
  enc.encodeFinish();
  enc.u64(stat.logSize);
  enc.u64(stat.ondiskLogSize);
  enc.s32(stat.up);
  enc.s32(stat.acting);
  enc.encodeStart(1, 1);
  for (const field of STORE_FIELDS) enc.u64(stat.storeStats[field]);
  enc.encodeFinish();
  enc.s32(stat.numStoreStats);
  enc.encodeFinish();
}

export function decodePoolStat(dec: Decoder): pool_stat_t {
  const version = dec.decodeStart('pool_stat_t', 7);
  dec.decodeStart('object_stat_collection_t', 2);
  const sum = decodeSum(dec);
  dec.decodeFinish();
  const [logSize, ondiskLogSize] = [dec.s64(), dec.s64()];
  const up = version >= 6 ? dec.s32() : 0;
  const acting = version >= 6 ? dec.s32() : 0;
  const storeStats = version >= 7 ? decodeStoreStatfs(dec) : zeros(STORE_FIELDS);
  const numStoreStats = version >= 7 ? dec.s32() : 0;
  dec.decodeFinish();
  return { sum, logSize, ondiskLogSize, up, acting, storeStats, numStoreStats };
}

/** Fields that an older encoder did not have are at the end, and 0. */
function decodeSum(dec: Decoder): object_stat_sum_t {
  dec.decodeStart('object_stat_sum_t', 20);
  const sum = zeros(SUM_FIELDS);
  for (const field of SUM_FIELDS) {
    if (dec.remaining === 0) break;
    sum[field] = S32_FIELDS.has(field) ? dec.s32() : dec.s64();
  }
  dec.decodeFinish();
  return sum;
}

function decodeStoreStatfs(dec: Decoder): store_statfs_t {
  dec.decodeStart('store_statfs_t', 1);
  const statfs = zeros(STORE_FIELDS);
  for (const field of STORE_FIELDS) statfs[field] = dec.s64();
  dec.decodeFinish();
  return statfs;
}

function zeros<K extends string>(fields: readonly K[]): Record<K, number>;
function zeros(fields: readonly string[]): Record<string, number> {
  return Object.fromEntries(fields.map((field) => [field, 0]));
}

/** Of a pool that nobody has reported anything of. */
export function emptyPoolStat(): pool_stat_t {
  return {
    sum: zeros(SUM_FIELDS),
    logSize: 0,
    ondiskLogSize: 0,
    up: 0,
    acting: 0,
    storeStats: zeros(STORE_FIELDS),
    numStoreStats: 0,
  };
}

/** Of a pool whose OSDs report `sum`, and that it takes `allocated` bytes of theirs. */
export function newPoolStat(sum: Partial<object_stat_sum_t>, allocated: number): pool_stat_t {
  const storeStats = { ...zeros(STORE_FIELDS), allocated, dataStored: allocated };
  return {
    ...emptyPoolStat(),
    sum: { ...zeros(SUM_FIELDS), ...sum },
    storeStats,
    numStoreStats: 1,
  };
}
