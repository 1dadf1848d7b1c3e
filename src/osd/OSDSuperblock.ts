import { decodeMap, encodeMap } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUtime, encodeUtime, UTIME_ZERO, type utime_t } from '../common/utime_t.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';

/** Bit → name: what a store on disk needs of who opens it. Ceph: CompatSet::FeatureSet. */
export type FeatureSet = ReadonlyMap<number, string>;

/** Ceph: src/include/CompatSet.h. */
export interface CompatSet {
  readonly compat: FeatureSet;
  readonly roCompat: FeatureSet;
  readonly incompat: FeatureSet;
}

/** What an OSD knows of itself. Ceph: src/osd/osd_types.h. */
export interface OSDSuperblock {
  readonly clusterFsid: string;
  readonly osdFsid: string;
  readonly whoami: number;
  /** Of its newest map. */
  readonly currentEpoch: number;
  readonly oldestMap: number;
  readonly newestMap: number;
  readonly weight: number;
  readonly compatFeatures: CompatSet;
  /** The epochs in which it was last mounted, and up to which it was then clean. */
  readonly mounted: number;
  readonly cleanThru: number;
  readonly lastMapMarkedFull: number;
  /** Pool → epoch. */
  readonly poolLastMapMarkedFull: ReadonlyMap<number, number>;
  readonly purgedSnapsLast: number;
  readonly lastPurgedSnapsScrub: utime_t;
  /** Maps before it are needed by nobody in the cluster. */
  readonly clusterOsdmapTrimLowerBound: number;
}

const NO_FEATURES: CompatSet = { compat: new Map(), roCompat: new Map(), incompat: new Map() };

/** Of an OSD without a disk. */
export const SUPERBLOCK_NEW: Omit<OSDSuperblock, 'clusterFsid' | 'osdFsid' | 'whoami'> = {
  currentEpoch: 0,
  oldestMap: 0,
  newestMap: 0,
  weight: 0,
  compatFeatures: NO_FEATURES,
  mounted: 0,
  cleanThru: 0,
  lastMapMarkedFull: 0,
  poolLastMapMarkedFull: new Map(),
  purgedSnapsLast: 0,
  lastPurgedSnapsScrub: UTIME_ZERO,
  clusterOsdmapTrimLowerBound: 0,
};

/** Bytes of the smallest feature: a bit's number and an empty name. */
const FEATURE_LENGTH_MIN = 12;

/** A mask has 64 bits. */
const FEATURE_MAX = 63;

/**
 * Section v10 compat 5: uuid clusterFsid, s32 whoami, u32 currentEpoch, u32 oldestMap, u32 newestMap, f64 weight,
 * CompatSet, u32 cleanThru, u32 mounted, uuid osdFsid, u32 lastMapMarkedFull, map<s64 pool, u32>
 * poolLastMapMarkedFull, u32 purgedSnapsLast, utime_t lastPurgedSnapsScrub, from v10 on u32
 * clusterOsdmapTrimLowerBound.
 */
export function encodeSuperblock(enc: Encoder, sb: OSDSuperblock): void {
  enc.encodeStart(10, 5);
  encodeUuid(enc, sb.clusterFsid);
  enc.s32(sb.whoami);
  enc.u32(sb.currentEpoch);
  enc.u32(sb.oldestMap);
  enc.u32(sb.newestMap);
  enc.f64(sb.weight);
  encodeFeatureSet(enc, sb.compatFeatures.compat);
  encodeFeatureSet(enc, sb.compatFeatures.roCompat);
  encodeFeatureSet(enc, sb.compatFeatures.incompat);
  enc.u32(sb.cleanThru);
  enc.u32(sb.mounted);
  encodeUuid(enc, sb.osdFsid);
  enc.u32(sb.lastMapMarkedFull);
  encodeMap(
    enc,
    sb.poolLastMapMarkedFull,
    (pool) => enc.u64(pool),
    (epoch) => enc.u32(epoch),
  );
  enc.u32(sb.purgedSnapsLast);
  encodeUtime(enc, sb.lastPurgedSnapsScrub);
  enc.u32(sb.clusterOsdmapTrimLowerBound);
  enc.encodeFinish();
}

export function decodeSuperblock(dec: Decoder): OSDSuperblock {
  const version = dec.decodeStart('OSDSuperblock', 10);
  if (version < 9) throw dec.error(`version ${version} is older than 9`);
  const sb = {
    clusterFsid: decodeUuid(dec),
    whoami: dec.s32(),
    currentEpoch: dec.u32(),
    oldestMap: dec.u32(),
    newestMap: dec.u32(),
    weight: dec.f64(),
    compatFeatures: {
      compat: decodeFeatureSet(dec),
      roCompat: decodeFeatureSet(dec),
      incompat: decodeFeatureSet(dec),
    },
    cleanThru: dec.u32(),
    mounted: dec.u32(),
    osdFsid: decodeUuid(dec),
    lastMapMarkedFull: dec.u32(),
    poolLastMapMarkedFull: decodeMap(
      dec,
      'poolLastMapMarkedFull',
      12,
      () => dec.s64(),
      () => dec.u32(),
    ),
    purgedSnapsLast: dec.u32(),
    lastPurgedSnapsScrub: decodeUtime(dec),
    clusterOsdmapTrimLowerBound: version >= 10 ? dec.u32() : 0,
  };
  dec.decodeFinish();
  return sb;
}

/** u64 mask, map<u64 bit, string name>. */
function encodeFeatureSet(enc: Encoder, features: FeatureSet): void {
  let mask = 0n;
  for (const bit of features.keys()) mask |= 1n << BigInt(bit);
  enc.bigU64(mask);
  encodeMap(
    enc,
    features,
    (bit) => enc.u64(bit),
    (name) => enc.string(name),
  );
}

/** The names say which bits the mask has. */
function decodeFeatureSet(dec: Decoder): FeatureSet {
  dec.skip(8);
  const bit = (): number => {
    const value = dec.u64();
    if (value > FEATURE_MAX) throw dec.error(`feature ${value} is above ${FEATURE_MAX}`);
    return value;
  };
  return decodeMap(dec, 'features', FEATURE_LENGTH_MIN, bit, () => dec.string('feature'));
}
