import { CEPH_FEATURES_ALL } from '../common/ceph_features.ts';
import {
  decodeMap,
  decodeStringMaps,
  decodeVector,
  encodeMap,
  encodeSet,
  encodeStringMaps,
} from '../common/containers.ts';
import { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { decodeUtime, encodeUtime, UTIME_ZERO, type utime_t } from '../common/utime_t.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import type { entity_addr_t, entity_addrvec_t } from '../msg/msg_types.ts';
import {
  decodeOsdXinfo,
  encodeOsdXinfo,
  OSD_XINFO_LENGTH_MIN,
  type osd_xinfo_t,
} from './osd_info.ts';
import type { pg_t } from './osd_types.ts';
import type { BlocklistEntry, Osds, StretchMode, UpmapItem } from './osdmap_data.ts';
import {
  decodeAddrs,
  decodeAddrvecsByOsd,
  decodeBlocklist,
  decodeOsds,
  decodePoolNames,
  decodePools,
  decodeS32U32s,
  decodeUpmapItems,
  encodeAddrs,
  encodeAddrvecsByOsd,
  encodeBlocklist,
  encodeOsds,
  encodePoolNames,
  encodePools,
  encodeS32U32s,
  encodeUpmapItems,
} from './osdmap_fields.ts';
import { checkCrc, sealCrc } from './osdmap_seal.ts';
import { decodePgMap, decodePgs, encodePgMap, encodePgs, PgMap } from './PgMap.ts';
import type { pg_pool_t } from './pg_pool.ts';
import {
  decodeSnapsOfPools,
  encodeSnapsOfPools,
  type snap_interval_set_t,
} from './snap_intervals.ts';

/** A release that is not set. */
export const RELEASE_UNSET = 0xff;

/**
 * What changes from the map of `epoch` - 1 to that of `epoch`. Names as in Ceph's OSDMap::Incremental
 * (src/osd/OSDMap.h); a fresh one changes nothing but the epoch. Fill it in, then encode it or hand
 * it to `OSDMap.applyIncremental`.
 */
export class OSDMapIncremental {
  fsid: string;
  /** Of the map that it makes. */
  epoch: number;
  modified: utime_t = UTIME_ZERO;
  /** -1: unchanged; so for all numbers here that stand alone. */
  newPoolMax = -1;
  newFlags = -1;
  /** If not empty, the whole new map, encoded; all the rest means nothing then. */
  fullmap: Uint8Array = new Uint8Array();
  /** If not empty, the new CRUSH map, encoded. */
  crush: Uint8Array = new Uint8Array();
  newMaxOsd = -1;
  newPools: Map<number, pg_pool_t> = new Map();
  newPoolNames: Map<number, string> = new Map();
  oldPools: Set<number> = new Set();
  /** OSDs that come up, with the addresses for clients. */
  newUpClient: Map<number, entity_addrvec_t> = new Map();
  /** State bits to flip; 0 stands for CEPH_OSD_UP. */
  newState: Map<number, number> = new Map();
  newWeight: Map<number, number> = new Map();
  /** An empty set removes the entry. */
  newPgTemp: PgMap<Osds> = new PgMap();
  /** -1 removes the entry. */
  newPrimaryTemp: PgMap<number> = new PgMap();
  newPrimaryAffinity: Map<number, number> = new Map();
  newErasureCodeProfiles: Map<string, ReadonlyMap<string, string>> = new Map();
  oldErasureCodeProfiles: string[] = [];
  newPgUpmap: PgMap<Osds> = new PgMap();
  oldPgUpmap: pg_t[] = [];
  newPgUpmapItems: PgMap<readonly UpmapItem[]> = new PgMap();
  oldPgUpmapItems: pg_t[] = [];
  newRemovedSnaps: Map<number, snap_interval_set_t> = new Map();
  newPurgedSnaps: Map<number, snap_interval_set_t> = new Map();
  /** Zero: unchanged. */
  newLastUpChange: utime_t = UTIME_ZERO;
  newLastInChange: utime_t = UTIME_ZERO;
  /** Not in Pacific. */
  newPgUpmapPrimary: PgMap<number> = new PgMap();
  oldPgUpmapPrimary: pg_t[] = [];

  newHbBackUp: Map<number, entity_addrvec_t> = new Map();
  newUpThru: Map<number, number> = new Map();
  newLastCleanInterval: Map<number, readonly [begin: number, end: number]> = new Map();
  newLost: Map<number, number> = new Map();
  newBlocklist: BlocklistEntry[] = [];
  oldBlocklist: entity_addr_t[] = [];
  newUpCluster: Map<number, entity_addrvec_t> = new Map();
  clusterSnapshot = '';
  newUuid: Map<number, string> = new Map();
  newXinfo: Map<number, osd_xinfo_t> = new Map();
  newHbFrontUp: Map<number, entity_addrvec_t> = new Map();
  /** What the encoder's cluster could do. */
  encodeFeatures: bigint = CEPH_FEATURES_ALL;
  newNearfullRatio = -1;
  newFullRatio = -1;
  newBackfillfullRatio = -1;
  newRequireMinCompatClient: number = RELEASE_UNSET;
  newRequireOsdRelease: number = RELEASE_UNSET;
  /** 0 removes the entry. */
  newCrushNodeFlags: Map<number, number> = new Map();
  newDeviceClassFlags: Map<number, number> = new Map();
  /** `undefined`: unchanged. */
  newStretchMode: StretchMode | undefined = undefined;
  newRangeBlocklist: BlocklistEntry[] = [];
  oldRangeBlocklist: entity_addr_t[] = [];
  /** The crc of the map that comes out, in the encoding of the release that made it; 0: not known. */
  fullCrc = 0;

  constructor(fsid: string, epoch: number) {
    this.fsid = fsid;
    this.epoch = epoch;
  }

  /** Throws DecodeError. Reads what Luminous and all later releases write; checks the crc. */
  static decode(bytes: Uint8Array): OSDMapIncremental {
    const dec = new Decoder(bytes, 'OSDMap::Incremental');
    const version = dec.decodeStart('OSDMap::Incremental', OUTER_COMPAT);
    if (version < OUTER_VERSION) throw dec.error(`version ${version} is from before Luminous`);
    const inc = decodeClientSection(dec);
    decodeOsdSection(dec, inc);
    const crcAt = dec.offset;
    dec.skip(4);
    inc.fullCrc = dec.u32();
    dec.decodeFinish();
    checkCrc(dec, bytes, crcAt, dec.offset);
    return inc;
  }

  /**
   * As Pacific writes it: section v8 compat 7 { client section v8, osd section v9, u32 crc of all but
   * itself, u32 crc of the full map that comes out }. Ceph: OSDMap::Incremental::encode.
   */
  encode(): Uint8Array {
    const enc = new Encoder(1024);
    enc.encodeStart(OUTER_VERSION, OUTER_COMPAT);
    encodeClientSection(enc, this);
    encodeOsdSection(enc, this);
    const crcAt = enc.length;
    enc.u32(0);
    enc.u32(this.fullCrc);
    enc.encodeFinish();
    sealCrc(enc, crcAt);
    return enc.take();
  }
}

const OUTER_VERSION = 8;
const OUTER_COMPAT = 7;

function encodeClientSection(enc: Encoder, inc: OSDMapIncremental): void {
  const upmapPrimary = inc.newPgUpmapPrimary.size > 0 || inc.oldPgUpmapPrimary.length > 0;
  enc.encodeStart(upmapPrimary ? 9 : 8, 1);
  encodeUuid(enc, inc.fsid);
  enc.u32(inc.epoch);
  encodeUtime(enc, inc.modified);
  enc.u64(inc.newPoolMax);
  enc.s32(inc.newFlags);
  enc.blob(inc.fullmap);
  enc.blob(inc.crush);
  enc.s32(inc.newMaxOsd);
  encodePools(enc, inc.newPools);
  encodePoolNames(enc, inc.newPoolNames);
  encodeSet(enc, inc.oldPools, (pool) => enc.u64(pool));
  encodeAddrvecsByOsd(enc, inc.newUpClient);
  encodeS32U32s(enc, inc.newState);
  encodeS32U32s(enc, inc.newWeight);
  encodePgMap(enc, inc.newPgTemp, (osds) => encodeOsds(enc, osds));
  encodePgMap(enc, inc.newPrimaryTemp, (osd) => enc.s32(osd));
  encodeS32U32s(enc, inc.newPrimaryAffinity);
  encodeStringMaps(enc, inc.newErasureCodeProfiles);
  encodeSet(enc, new Set(inc.oldErasureCodeProfiles), (name) => enc.string(name));
  encodePgMap(enc, inc.newPgUpmap, (osds) => encodeOsds(enc, osds));
  encodePgs(enc, inc.oldPgUpmap);
  encodePgMap(enc, inc.newPgUpmapItems, (items) => encodeUpmapItems(enc, items));
  encodePgs(enc, inc.oldPgUpmapItems);
  encodeSnapsOfPools(enc, inc.newRemovedSnaps);
  encodeSnapsOfPools(enc, inc.newPurgedSnaps);
  encodeUtime(enc, inc.newLastUpChange);
  encodeUtime(enc, inc.newLastInChange);
  if (upmapPrimary) {
    encodePgMap(enc, inc.newPgUpmapPrimary, (osd) => enc.s32(osd));
    encodePgs(enc, inc.oldPgUpmapPrimary);
  }
  enc.encodeFinish();
}

function decodeClientSection(dec: Decoder): OSDMapIncremental {
  const version = dec.decodeStart('OSDMap::Incremental client data', 1);
  if (version < 5) throw dec.error(`version ${version} is from before Luminous`);
  const inc = new OSDMapIncremental(decodeUuid(dec), dec.u32());
  inc.modified = decodeUtime(dec);
  inc.newPoolMax = dec.s64();
  inc.newFlags = dec.s32();
  inc.fullmap = dec.blob('fullmap').slice();
  inc.crush = dec.blob('crush').slice();
  inc.newMaxOsd = dec.s32();
  inc.newPools = decodePools(dec, 'new_pools');
  inc.newPoolNames = decodePoolNames(dec, 'new_pool_names');
  inc.oldPools = new Set(decodeVector(dec, 'old_pools', 8, () => dec.s64()));
  inc.newUpClient = decodeAddrvecsByOsd(dec, 'new_up_client');
  inc.newState = decodeS32U32s(dec, 'new_state');
  inc.newWeight = decodeS32U32s(dec, 'new_weight');
  inc.newPgTemp = decodePgMap(dec, 'new_pg_temp', 4, () => decodeOsds(dec, 'new_pg_temp'));
  inc.newPrimaryTemp = decodePgMap(dec, 'new_primary_temp', 4, () => dec.s32());
  inc.newPrimaryAffinity = decodeS32U32s(dec, 'new_primary_affinity');
  inc.newErasureCodeProfiles = decodeStringMaps(dec, 'new_erasure_code_profiles');
  inc.oldErasureCodeProfiles = decodeVector(dec, 'old_erasure_code_profiles', 4, () =>
    dec.string('old_erasure_code_profiles'),
  );
  inc.newPgUpmap = decodePgMap(dec, 'new_pg_upmap', 4, () => decodeOsds(dec, 'new_pg_upmap'));
  inc.oldPgUpmap = decodePgs(dec, 'old_pg_upmap');
  inc.newPgUpmapItems = decodePgMap(dec, 'new_pg_upmap_items', 4, () =>
    decodeUpmapItems(dec, 'new_pg_upmap_items'),
  );
  inc.oldPgUpmapItems = decodePgs(dec, 'old_pg_upmap_items');
  if (version >= 6) {
    inc.newRemovedSnaps = decodeSnapsOfPools(dec, 'new_removed_snaps');
    inc.newPurgedSnaps = decodeSnapsOfPools(dec, 'new_purged_snaps');
  }
  if (version >= 8) {
    inc.newLastUpChange = decodeUtime(dec);
    inc.newLastInChange = decodeUtime(dec);
  }
  if (version >= 9) {
    inc.newPgUpmapPrimary = decodePgMap(dec, 'new_pg_upmap_primary', 4, () => dec.s32());
    inc.oldPgUpmapPrimary = decodePgs(dec, 'old_pg_upmap_primary');
  }
  dec.decodeFinish();
  return inc;
}

function encodeOsdSection(enc: Encoder, inc: OSDMapIncremental): void {
  const version = osdSectionVersion(inc);
  enc.encodeStart(version, 1);
  encodeAddrvecsByOsd(enc, inc.newHbBackUp);
  encodeS32U32s(enc, inc.newUpThru);
  encodeMap(
    enc,
    inc.newLastCleanInterval,
    (osd) => enc.s32(osd),
    ([begin, end]) => {
      enc.u32(begin);
      enc.u32(end);
    },
  );
  encodeS32U32s(enc, inc.newLost);
  encodeBlocklist(enc, inc.newBlocklist);
  encodeAddrs(enc, inc.oldBlocklist);
  encodeAddrvecsByOsd(enc, inc.newUpCluster);
  enc.string(inc.clusterSnapshot);
  encodeMap(
    enc,
    inc.newUuid,
    (osd) => enc.s32(osd),
    (uuid) => encodeUuid(enc, uuid),
  );
  encodeMap(
    enc,
    inc.newXinfo,
    (osd) => enc.s32(osd),
    (xinfo) => encodeOsdXinfo(enc, xinfo),
  );
  encodeAddrvecsByOsd(enc, inc.newHbFrontUp);
  enc.bigU64(inc.encodeFeatures);
  enc.f32(inc.newNearfullRatio);
  enc.f32(inc.newFullRatio);
  enc.f32(inc.newBackfillfullRatio);
  enc.u8(inc.newRequireMinCompatClient);
  enc.u8(inc.newRequireOsdRelease);
  encodeS32U32s(enc, inc.newCrushNodeFlags);
  encodeS32U32s(enc, inc.newDeviceClassFlags);
  if (version >= 10) encodeStretchChange(enc, inc.newStretchMode);
  if (version >= 11) {
    encodeBlocklist(enc, inc.newRangeBlocklist);
    encodeAddrs(enc, inc.oldRangeBlocklist);
  }
  enc.encodeFinish();
}

function osdSectionVersion(inc: OSDMapIncremental): number {
  if (inc.newRangeBlocklist.length > 0 || inc.oldRangeBlocklist.length > 0) return 11;
  return inc.newStretchMode === undefined ? 9 : 10;
}

function decodeOsdSection(dec: Decoder, inc: OSDMapIncremental): void {
  const version = dec.decodeStart('OSDMap::Incremental osd data', 1);
  if (version < 6) throw dec.error(`version ${version} is from before Luminous`);
  inc.newHbBackUp = decodeAddrvecsByOsd(dec, 'new_hb_back_up');
  inc.newUpThru = decodeS32U32s(dec, 'new_up_thru');
  inc.newLastCleanInterval = decodeMap(
    dec,
    'new_last_clean_interval',
    12,
    () => dec.s32(),
    () => [dec.u32(), dec.u32()] as const,
  );
  inc.newLost = decodeS32U32s(dec, 'new_lost');
  inc.newBlocklist = decodeBlocklist(dec, 'new_blocklist');
  inc.oldBlocklist = decodeAddrs(dec, 'old_blocklist');
  inc.newUpCluster = decodeAddrvecsByOsd(dec, 'new_up_cluster');
  inc.clusterSnapshot = dec.string('cluster_snapshot');
  inc.newUuid = decodeMap(
    dec,
    'new_uuid',
    20,
    () => dec.s32(),
    () => decodeUuid(dec),
  );
  inc.newXinfo = decodeMap(
    dec,
    'new_xinfo',
    4 + OSD_XINFO_LENGTH_MIN,
    () => dec.s32(),
    () => decodeOsdXinfo(dec),
  );
  inc.newHbFrontUp = decodeAddrvecsByOsd(dec, 'new_hb_front_up');
  inc.encodeFeatures = dec.bigU64();
  inc.newNearfullRatio = dec.f32();
  inc.newFullRatio = dec.f32();
  inc.newBackfillfullRatio = dec.f32();
  inc.newRequireMinCompatClient = dec.u8();
  inc.newRequireOsdRelease = dec.u8();
  if (version >= 8) inc.newCrushNodeFlags = decodeS32U32s(dec, 'new_crush_node_flags');
  if (version >= 9) inc.newDeviceClassFlags = decodeS32U32s(dec, 'new_device_class_flags');
  if (version >= 10) inc.newStretchMode = decodeStretchChange(dec);
  if (version >= 11) {
    inc.newRangeBlocklist = decodeBlocklist(dec, 'new_range_blocklist');
    inc.oldRangeBlocklist = decodeAddrs(dec, 'old_range_blocklist');
  }
  dec.decodeFinish();
}

/** u8 whether it changes, u32 bucket count, u32 degraded, u32 recovering, s32 bucket, u8 enabled. */
function encodeStretchChange(enc: Encoder, mode: StretchMode | undefined): void {
  enc.u8(mode === undefined ? 0 : 1);
  enc.u32(mode?.bucketCount ?? 0);
  enc.u32(mode?.degraded ?? 0);
  enc.u32(mode?.recovering ?? 0);
  enc.s32(mode?.bucket ?? 0);
  enc.u8(mode?.enabled ? 1 : 0);
}

function decodeStretchChange(dec: Decoder): StretchMode | undefined {
  const changes = dec.bool();
  const mode = {
    bucketCount: dec.u32(),
    degraded: dec.u32(),
    recovering: dec.u32(),
    bucket: dec.s32(),
    enabled: dec.bool(),
  };
  return changes ? mode : undefined;
}
