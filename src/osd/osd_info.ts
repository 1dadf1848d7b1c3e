import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUtime, encodeUtime, UTIME_ZERO, type utime_t } from '../common/utime_t.ts';

/** Epochs in an OSD's life. */
export interface osd_info_t {
  readonly lastCleanBegin: number;
  readonly lastCleanEnd: number;
  readonly upFrom: number;
  readonly upThru: number;
  readonly downAt: number;
  readonly lostAt: number;
}

export const OSD_INFO_LENGTH = 25;

export const OSD_INFO_NEW: osd_info_t = {
  lastCleanBegin: 0,
  lastCleanEnd: 0,
  upFrom: 0,
  upThru: 0,
  downAt: 0,
  lostAt: 0,
};

/** u8 1, six u32 in the order of the fields. */
export function encodeOsdInfo(enc: Encoder, info: osd_info_t): void {
  enc.u8(1);
  enc.u32(info.lastCleanBegin);
  enc.u32(info.lastCleanEnd);
  enc.u32(info.upFrom);
  enc.u32(info.upThru);
  enc.u32(info.downAt);
  enc.u32(info.lostAt);
}

export function decodeOsdInfo(dec: Decoder): osd_info_t {
  dec.skip(1);
  return {
    lastCleanBegin: dec.u32(),
    lastCleanEnd: dec.u32(),
    upFrom: dec.u32(),
    upThru: dec.u32(),
    downAt: dec.u32(),
    lostAt: dec.u32(),
  };
}

/** What the monitor remembers of an OSD. */
export interface osd_xinfo_t {
  readonly downStamp: utime_t;
  /** In 2^-32, as on the wire. */
  readonly laggyProbability: number;
  readonly laggyInterval: number;
  readonly features: bigint;
  /** The weight to restore when an OSD that was marked out by itself comes back. */
  readonly oldWeight: number;
  readonly lastPurgedSnapsScrub: utime_t;
  readonly deadEpoch: number;
}

/** Of version 1, the shortest. */
export const OSD_XINFO_LENGTH_MIN = 22;

export const OSD_XINFO_NEW: osd_xinfo_t = {
  downStamp: UTIME_ZERO,
  laggyProbability: 0,
  laggyInterval: 0,
  features: 0n,
  oldWeight: 0,
  lastPurgedSnapsScrub: UTIME_ZERO,
  deadEpoch: 0,
};

/**
 * Section v4 compat 1: utime down_stamp, u32 laggy_probability, u32 laggy_interval,
 * v2: u64 features, v3: u32 old_weight, v4: utime last_purged_snaps_scrub, u32 dead_epoch.
 */
export function encodeOsdXinfo(enc: Encoder, xinfo: osd_xinfo_t): void {
  enc.encodeStart(4, 1);
  encodeUtime(enc, xinfo.downStamp);
  enc.u32(xinfo.laggyProbability);
  enc.u32(xinfo.laggyInterval);
  enc.bigU64(xinfo.features);
  enc.u32(xinfo.oldWeight);
  encodeUtime(enc, xinfo.lastPurgedSnapsScrub);
  enc.u32(xinfo.deadEpoch);
  enc.encodeFinish();
}

export function decodeOsdXinfo(dec: Decoder): osd_xinfo_t {
  const version = dec.decodeStart('osd_xinfo_t', 4);
  const xinfo = {
    downStamp: decodeUtime(dec),
    laggyProbability: dec.u32(),
    laggyInterval: dec.u32(),
    features: version >= 2 ? dec.bigU64() : 0n,
    oldWeight: version >= 3 ? dec.u32() : 0,
    lastPurgedSnapsScrub: version >= 4 ? decodeUtime(dec) : UTIME_ZERO,
    deadEpoch: version >= 4 ? dec.u32() : 0,
  };
  dec.decodeFinish();
  return xinfo;
}
