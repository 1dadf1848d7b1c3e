import type { Json } from '../../common/json_formatter.ts';
import { pgToString } from '../osd_types.ts';
import { POOL_FLAG_POOL_SNAPS, type pg_merge_meta_t, type pg_pool_t } from '../pg_pool.ts';
import { eversionText, snapsText, type TimeZone, utimeText } from './ceph_text.ts';
import { dumpHitSet } from './hit_set_text.ts';
import { autoscaleModeName, cacheModeName, poolFlagNames } from './names.ts';
import { namedOpts } from './print_osdmap.ts';

/** Ceph: pg_pool_t::dump, of 16.2. */
export function dumpPool(pool: pg_pool_t, zone?: TimeZone): { readonly [key: string]: Json } {
  return {
    create_time: utimeText(pool.createTime, zone),
    flags: pool.flags,
    flags_names: poolFlagNames(pool.flags).join(),
    type: pool.type,
    size: pool.size,
    min_size: pool.minSize,
    crush_rule: pool.crushRule,
    peering_crush_bucket_count: pool.peeringCrushBucketCount,
    peering_crush_bucket_target: pool.peeringCrushBucketTarget,
    peering_crush_bucket_barrier: pool.peeringCrushBucketBarrier,
    peering_crush_bucket_mandatory_member: pool.peeringCrushMandatoryMember,
    object_hash: pool.objectHash,
    pg_autoscale_mode: autoscaleModeName(pool.pgAutoscaleMode),
    pg_num: pool.pgNum,
    pg_placement_num: pool.pgpNum,
    pg_placement_num_target: pool.pgpNumTarget,
    pg_num_target: pool.pgNumTarget,
    pg_num_pending: pool.pgNumPending,
    last_pg_merge_meta: dumpMergeMeta(pool.lastPgMergeMeta),
    last_change: String(pool.lastChange),
    last_force_op_resend: String(pool.lastForceOpResend),
    last_force_op_resend_prenautilus: String(pool.lastForceOpResendPrenautilus),
    last_force_op_resend_preluminous: String(pool.lastForceOpResendPreluminous),
    auid: pool.auid,
    ...dumpSnapshots(pool, zone),
    quota_max_bytes: pool.quotaMaxBytes,
    quota_max_objects: pool.quotaMaxObjects,
    ...dumpTiering(pool),
    stripe_width: pool.stripeWidth,
    expected_num_objects: pool.expectedNumObjects,
    fast_read: pool.fastRead,
    options: Object.fromEntries(namedOpts(pool).map(([name, { value }]) => [name, value])),
    application_metadata: new Map(
      [...pool.applicationMetadata].map(([name, values]) => [name, new Map(values)]),
    ),
  };
}

function dumpSnapshots(
  pool: pg_pool_t,
  zone: TimeZone | undefined,
): { readonly [key: string]: Json } {
  return {
    snap_mode: pool.flags & POOL_FLAG_POOL_SNAPS ? 'pool' : 'selfmanaged',
    snap_seq: pool.snapSeq,
    snap_epoch: pool.snapEpoch,
    pool_snaps: [...pool.snaps.values()].map(({ snapid, stamp, name }) => ({
      snapid,
      stamp: utimeText(stamp, zone),
      name,
    })),
    removed_snaps: snapsText(pool.removedSnaps),
  };
}

function dumpTiering(pool: pg_pool_t): { readonly [key: string]: Json } {
  return {
    tiers: pool.tiers,
    tier_of: pool.tierOf,
    read_tier: pool.readTier,
    write_tier: pool.writeTier,
    cache_mode: cacheModeName(pool.cacheMode),
    target_max_bytes: pool.targetMaxBytes,
    target_max_objects: pool.targetMaxObjects,
    cache_target_dirty_ratio_micro: pool.cacheTargetDirtyRatioMicro,
    cache_target_dirty_high_ratio_micro: pool.cacheTargetDirtyHighRatioMicro,
    cache_target_full_ratio_micro: pool.cacheTargetFullRatioMicro,
    cache_min_flush_age: pool.cacheMinFlushAge,
    cache_min_evict_age: pool.cacheMinEvictAge,
    erasure_code_profile: pool.erasureCodeProfile,
    hit_set_params: dumpHitSet(pool.hitSetParams),
    hit_set_period: pool.hitSetPeriod,
    hit_set_count: pool.hitSetCount,
    use_gmt_hitset: pool.useGmtHitset,
    min_read_recency_for_promote: pool.minReadRecencyForPromote,
    min_write_recency_for_promote: pool.minWriteRecencyForPromote,
    hit_set_grade_decay_rate: pool.hitSetGradeDecayRate,
    hit_set_search_last_n: pool.hitSetSearchLastN,
    grade_table: gradeTable(pool),
  };
}

function dumpMergeMeta(meta: pg_merge_meta_t): Json {
  return {
    source_pgid: pgToString(meta.sourcePgid),
    ready_epoch: meta.readyEpoch,
    last_epoch_started: meta.lastEpochStarted,
    last_epoch_clean: meta.lastEpochClean,
    source_version: eversionText(meta.sourceVersion),
    target_version: eversionText(meta.targetVersion),
  };
}

/** What a hit in each older set counts, in a million. Ceph: pg_pool_t::calc_grade_table. */
function gradeTable({ hitSetCount, hitSetGradeDecayRate }: pg_pool_t): number[] {
  const grades: number[] = [];
  let grade = 1_000_000;
  for (let i = 0; i < hitSetCount; i++) {
    grade = Math.trunc(grade * (1 - hitSetGradeDecayRate / 100));
    grades.push(grade);
  }
  return grades;
}
