import {
  decodeMap,
  decodeStringMap,
  decodeStringMaps,
  decodeVector,
  encodeMap,
  encodeStringMap,
  encodeStringMaps,
  encodeVector,
} from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUtime, encodeUtime, UTIME_ZERO } from '../common/utime_t.ts';
import { decodeEversion, decodePg, encodeEversion, encodePg } from './osd_types.ts';
import {
  type hit_set_params,
  PG_AUTOSCALE_MODE_WARN,
  PG_POOL_NEW,
  POOL_FLAG_POOL_SNAPS,
  POOL_FLAG_SELFMANAGED_SNAPS,
  POOL_TYPE_ERASURE,
  POOL_TYPE_REPLICATED,
  type pg_merge_meta_t,
  type pg_pool_t,
  type pool_opt,
  type pool_snap_info_t,
} from './pg_pool.ts';
import { decodeSnapIntervals, encodeSnapIntervals } from './snap_intervals.ts';

/** Fewer bytes than any pool has. */
export const PG_POOL_LENGTH_MIN = 100;

/** More PGs in a pool than any cluster has; Ceph's own limit, mon_max_pool_pg_num, is 65,536. */
const PG_NUM_MAX = 2 ** 20;

/**
 * Section v29 compat 5; of stretch pools v30. The layout is the order of the lines below.
 * Ceph: src/osd/osd_types.cc, pg_pool_t::encode.
 */
export function encodePgPool(enc: Encoder, pool: pg_pool_t): void {
  const stretch = pool.peeringCrushBucketCount !== 0;
  enc.encodeStart(stretch ? 30 : 29, 5);
  encodePlacement(enc, pool);
  enc.u32(pool.lastChange);
  enc.u64(pool.snapSeq);
  enc.u32(pool.snapEpoch);
  encodeMap(
    enc,
    pool.snaps,
    (snapid) => enc.u64(snapid),
    (snap) => encodeSnapInfo(enc, snap),
  );
  encodeSnapIntervals(enc, pool.removedSnaps);
  enc.u64(pool.auid);
  enc.u64(pool.flags);
  enc.u32(0); // crash_replay_interval
  enc.u8(pool.minSize);
  enc.u64(pool.quotaMaxBytes);
  enc.u64(pool.quotaMaxObjects);
  encodeTiering(enc, pool);
  enc.string(pool.erasureCodeProfile);
  enc.u32(pool.lastForceOpResendPreluminous);
  enc.u32(pool.minReadRecencyForPromote);
  enc.u64(pool.expectedNumObjects);
  enc.u32(pool.cacheTargetDirtyHighRatioMicro);
  enc.u32(pool.minWriteRecencyForPromote);
  enc.u8(pool.useGmtHitset ? 1 : 0);
  enc.u8(pool.fastRead ? 1 : 0);
  enc.u32(pool.hitSetGradeDecayRate);
  enc.u32(pool.hitSetSearchLastN);
  encodeOpts(enc, pool.opts);
  enc.u32(pool.lastForceOpResendPrenautilus);
  encodeStringMaps(enc, pool.applicationMetadata);
  encodeUtime(enc, pool.createTime);
  encodeTargets(enc, pool);
  encodeMergeMeta(enc, pool.lastPgMergeMeta);
  if (stretch) {
    enc.u32(pool.peeringCrushBucketCount);
    enc.u32(pool.peeringCrushBucketTarget);
    enc.u32(pool.peeringCrushBucketBarrier);
    enc.s32(pool.peeringCrushMandatoryMember);
  }
  enc.encodeFinish();
}

/** As {@link encodePgPool}; versions from 24 (the first of Luminous's clusters) on. */
export function decodePgPool(dec: Decoder): pg_pool_t {
  const version = dec.decodeStart('pg_pool_t', 5);
  if (version < 24) throw dec.error(`version ${version} is from before Luminous`);
  const placement = decodePlacement(dec);
  const base = {
    ...placement,
    lastChange: dec.u32(),
    snapSeq: dec.u64(),
    snapEpoch: dec.u32(),
    snaps: decodeMap(
      dec,
      'snaps',
      30,
      () => dec.u64(),
      () => decodeSnapInfo(dec),
    ),
    removedSnaps: decodeSnapIntervals(dec, 'removed_snaps'),
    auid: dec.s64(),
    flags: decodeFlags(dec),
    minSize: dec.u8(),
    quotaMaxBytes: dec.u64(),
    quotaMaxObjects: dec.u64(),
    ...decodeTiering(dec),
    erasureCodeProfile: dec.string('erasure_code_profile'),
    lastForceOpResendPreluminous: dec.u32(),
    minReadRecencyForPromote: dec.u32(),
    expectedNumObjects: dec.u64(),
    cacheTargetDirtyHighRatioMicro: dec.u32(),
    minWriteRecencyForPromote: dec.u32(),
    useGmtHitset: dec.bool(),
    fastRead: dec.bool(),
    hitSetGradeDecayRate: dec.u32(),
    hitSetSearchLastN: dec.u32(),
    opts: decodeOpts(dec),
  };
  const prenautilus = version >= 25 ? dec.u32() : base.lastForceOpResendPreluminous;
  const pool = {
    ...base,
    flags: snapMode(base),
    lastForceOpResendPrenautilus: prenautilus,
    applicationMetadata:
      version >= 26 ? decodeStringMaps(dec, 'application_metadata') : new Map<string, never>(),
    createTime: version >= 27 ? decodeUtime(dec) : UTIME_ZERO,
    ...(version >= 28 ? decodeTargets(dec) : targetsBeforeNautilus(placement, prenautilus)),
    lastPgMergeMeta: version >= 29 ? decodeMergeMeta(dec) : PG_POOL_NEW.lastPgMergeMeta,
    ...decodeStretchOf(dec, version),
  };
  dec.decodeFinish();
  return pool;
}

/** u8 type, u8 size, u8 crush_rule, u8 object_hash, u32 pg_num, u32 pgp_num, u32 0, u32 0. */
function encodePlacement(enc: Encoder, pool: pg_pool_t): void {
  enc.u8(pool.type);
  enc.u8(pool.size);
  enc.u8(pool.crushRule);
  enc.u8(pool.objectHash);
  enc.u32(pool.pgNum);
  enc.u32(pool.pgpNum);
  enc.zeros(8);
}

function decodePlacement(dec: Decoder) {
  const type = dec.u8();
  if (type !== POOL_TYPE_REPLICATED && type !== POOL_TYPE_ERASURE) {
    throw dec.error(`unknown pool type ${type}`, 'type');
  }
  const size = dec.u8();
  if (size === 0) throw dec.error('no copy at all', 'size');
  const crushRule = dec.u8();
  const objectHash = dec.u8();
  const pgNum = decodePgNum(dec, 'pg_num');
  const pgpNum = decodePgNum(dec, 'pgp_num');
  dec.skip(8);
  return { type, size, crushRule, objectHash, pgNum, pgpNum };
}

function decodePgNum(dec: Decoder, field: string): number {
  const pgNum = dec.u32();
  if (pgNum === 0 || pgNum > PG_NUM_MAX) {
    throw dec.error(`${pgNum} is not between 1 and ${PG_NUM_MAX}`, field);
  }
  return pgNum;
}

/** u64 flags, u32 crash_replay_interval. */
function decodeFlags(dec: Decoder): number {
  const flags = dec.u64();
  dec.skip(4);
  return flags;
}

/** Before Mimic no flag said how a pool with snapshots is used. Ceph: pg_pool_t::decode. */
function snapMode(pool: Pick<pg_pool_t, 'flags' | 'snapSeq' | 'removedSnaps'>): number {
  const known = POOL_FLAG_SELFMANAGED_SNAPS | POOL_FLAG_POOL_SNAPS;
  if (pool.snapSeq === 0 || (pool.flags & known) !== 0) return pool.flags;
  return (
    pool.flags + (pool.removedSnaps.length > 0 ? POOL_FLAG_SELFMANAGED_SNAPS : POOL_FLAG_POOL_SNAPS)
  );
}

/** Section v2 { u64 snapid, utime stamp, string name }. */
function encodeSnapInfo(enc: Encoder, snap: pool_snap_info_t): void {
  enc.encodeStart(2, 2);
  enc.u64(snap.snapid);
  encodeUtime(enc, snap.stamp);
  enc.string(snap.name);
  enc.encodeFinish();
}

function decodeSnapInfo(dec: Decoder): pool_snap_info_t {
  dec.decodeStart('pool_snap_info_t', 2);
  const snap = { snapid: dec.u64(), stamp: decodeUtime(dec), name: dec.string('name') };
  dec.decodeFinish();
  return snap;
}

function encodeTiering(enc: Encoder, pool: pg_pool_t): void {
  encodeVector(enc, pool.tiers, (tier) => enc.u64(tier));
  enc.u64(pool.tierOf);
  enc.u8(pool.cacheMode);
  enc.u64(pool.readTier);
  enc.u64(pool.writeTier);
  encodeStringMap(enc, pool.properties);
  encodeHitSetParams(enc, pool.hitSetParams);
  enc.u32(pool.hitSetPeriod);
  enc.u32(pool.hitSetCount);
  enc.u32(pool.stripeWidth);
  enc.u64(pool.targetMaxBytes);
  enc.u64(pool.targetMaxObjects);
  enc.u32(pool.cacheTargetDirtyRatioMicro);
  enc.u32(pool.cacheTargetFullRatioMicro);
  enc.u32(pool.cacheMinFlushAge);
  enc.u32(pool.cacheMinEvictAge);
}

function decodeTiering(dec: Decoder) {
  return {
    tiers: decodeVector(dec, 'tiers', 8, () => dec.s64()),
    tierOf: dec.s64(),
    cacheMode: dec.u8(),
    readTier: dec.s64(),
    writeTier: dec.s64(),
    properties: decodeStringMap(dec, 'properties'),
    hitSetParams: decodeHitSetParams(dec),
    hitSetPeriod: dec.u32(),
    hitSetCount: dec.u32(),
    stripeWidth: dec.u32(),
    targetMaxBytes: dec.u64(),
    targetMaxObjects: dec.u64(),
    cacheTargetDirtyRatioMicro: dec.u32(),
    cacheTargetFullRatioMicro: dec.u32(),
    cacheMinFlushAge: dec.u32(),
    cacheMinEvictAge: dec.u32(),
  };
}

/** Section v1 { u8 type, the type's own section }. Ceph: src/osd/HitSet.cc, HitSet::Params. */
function encodeHitSetParams(enc: Encoder, params: hit_set_params): void {
  enc.encodeStart(1, 1);
  enc.u8(params.type);
  enc.raw(params.impl);
  enc.encodeFinish();
}

function decodeHitSetParams(dec: Decoder): hit_set_params {
  dec.decodeStart('HitSet::Params', 1);
  const params = { type: dec.u8(), impl: dec.raw(dec.remaining).slice() };
  dec.decodeFinish();
  return params;
}

const OPT_STR = 0;
const OPT_INT = 1;
const OPT_DOUBLE = 2;

/** Section v2 { u32 count, { s32 key, s32 type, string | s64 | f64 } }; before v2 an s32 for the s64. */
function encodeOpts(enc: Encoder, opts: ReadonlyMap<number, pool_opt>): void {
  enc.encodeStart(2, 1);
  encodeMap(
    enc,
    opts,
    (key) => enc.s32(key),
    (opt) => encodeOpt(enc, opt),
  );
  enc.encodeFinish();
}

function encodeOpt(enc: Encoder, opt: pool_opt): void {
  switch (opt.type) {
    case 'str':
      enc.s32(OPT_STR);
      enc.string(opt.value);
      break;
    case 'int':
      enc.s32(OPT_INT);
      enc.bigU64(opt.value);
      break;
    case 'double':
      enc.s32(OPT_DOUBLE);
      enc.f64(opt.value);
  }
}

function decodeOpts(dec: Decoder): Map<number, pool_opt> {
  const version = dec.decodeStart('pool_opts_t', 1);
  const opts = decodeMap(
    dec,
    'opts',
    12,
    () => dec.s32(),
    () => decodeOpt(dec, version),
  );
  dec.decodeFinish();
  return opts;
}

function decodeOpt(dec: Decoder, version: number): pool_opt {
  const type = dec.s32();
  switch (type) {
    case OPT_STR:
      return { type: 'str', value: dec.string('value') };
    case OPT_INT:
      return {
        type: 'int',
        value: version >= 2 ? BigInt.asIntN(64, dec.bigU64()) : BigInt(dec.s32()),
      };
    case OPT_DOUBLE:
      return { type: 'double', value: dec.f64() };
    default:
      throw dec.error(`unknown type ${type}`, 'value');
  }
}

/** u32 pg_num_target, pgp_num_target, pg_num_pending, 0, 0, last_force_op_resend, u8 autoscale mode. */
function encodeTargets(enc: Encoder, pool: pg_pool_t): void {
  enc.u32(pool.pgNumTarget);
  enc.u32(pool.pgpNumTarget);
  enc.u32(pool.pgNumPending);
  enc.zeros(8);
  enc.u32(pool.lastForceOpResend);
  enc.u8(pool.pgAutoscaleMode);
}

function decodeTargets(dec: Decoder) {
  const pgNumTarget = dec.u32();
  const pgpNumTarget = dec.u32();
  const pgNumPending = dec.u32();
  dec.skip(8);
  return {
    pgNumTarget,
    pgpNumTarget,
    pgNumPending,
    lastForceOpResend: dec.u32(),
    pgAutoscaleMode: dec.u8(),
  };
}

function targetsBeforeNautilus(
  { pgNum, pgpNum }: Pick<pg_pool_t, 'pgNum' | 'pgpNum'>,
  lastForceOpResend: number,
) {
  return {
    pgNumTarget: pgNum,
    pgpNumTarget: pgpNum,
    pgNumPending: pgNum,
    lastForceOpResend,
    pgAutoscaleMode: PG_AUTOSCALE_MODE_WARN,
  };
}

/** Section v1 { pg_t, u32 ready, u32 last started, u32 last clean, eversion source, eversion target }. */
function encodeMergeMeta(enc: Encoder, meta: pg_merge_meta_t): void {
  enc.encodeStart(1, 1);
  encodePg(enc, meta.sourcePgid);
  enc.u32(meta.readyEpoch);
  enc.u32(meta.lastEpochStarted);
  enc.u32(meta.lastEpochClean);
  encodeEversion(enc, meta.sourceVersion);
  encodeEversion(enc, meta.targetVersion);
  enc.encodeFinish();
}

function decodeMergeMeta(dec: Decoder): pg_merge_meta_t {
  dec.decodeStart('pg_merge_meta_t', 1);
  const meta = {
    sourcePgid: decodePg(dec),
    readyEpoch: dec.u32(),
    lastEpochStarted: dec.u32(),
    lastEpochClean: dec.u32(),
    sourceVersion: decodeEversion(dec),
    targetVersion: decodeEversion(dec),
  };
  dec.decodeFinish();
  return meta;
}

/** Of v30 always; from v31 (Tentacle) on an optional: u8 whether it is there, then the same. */
function decodeStretchOf(dec: Decoder, version: number) {
  if (version < 30) return NO_STRETCH;
  const isThere = version === 30 || dec.bool();
  return isThere ? decodeStretch(dec) : NO_STRETCH;
}

function decodeStretch(dec: Decoder) {
  return {
    peeringCrushBucketCount: dec.u32(),
    peeringCrushBucketTarget: dec.u32(),
    peeringCrushBucketBarrier: dec.u32(),
    peeringCrushMandatoryMember: dec.s32(),
  };
}

const NO_STRETCH = {
  peeringCrushBucketCount: PG_POOL_NEW.peeringCrushBucketCount,
  peeringCrushBucketTarget: PG_POOL_NEW.peeringCrushBucketTarget,
  peeringCrushBucketBarrier: PG_POOL_NEW.peeringCrushBucketBarrier,
  peeringCrushMandatoryMember: PG_POOL_NEW.peeringCrushMandatoryMember,
};
