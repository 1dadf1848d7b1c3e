import { CEPH_STR_HASH_MURMUR3 } from '../common/ceph_hash.ts';
import {
  decodeStringMaps,
  decodeU32s,
  encodeStringMaps,
  encodeU32s,
} from '../common/containers.ts';
import { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { decodeUtime, encodeUtime, UTIME_ZERO } from '../common/utime_t.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { decodeAddrvec, encodeAddrvec, type entity_addrvec_t } from '../msg/msg_types.ts';
import { decodeOsdVector, encodeOsdVector, type OsdVector, type UsualLength } from './OsdVector.ts';
import {
  decodeOsdInfo,
  decodeOsdXinfo,
  encodeOsdInfo,
  encodeOsdXinfo,
  OSD_INFO_LENGTH,
  OSD_XINFO_LENGTH_MIN,
} from './osd_info.ts';
import type { OSDMapData, StretchMode } from './osdmap_data.ts';
import {
  ADDRVEC_LENGTH_MIN,
  decodeBlocklist,
  decodeOsds,
  decodePoolNames,
  decodePools,
  decodeS32U32s,
  decodeUpmapItems,
  encodeBlocklist,
  encodeOsds,
  encodePoolNames,
  encodePools,
  encodeS32U32s,
  encodeUpmapItems,
} from './osdmap_fields.ts';
import { flagsOfRelease } from './osdmap_release.ts';
import { checkCrc, sealCrc } from './osdmap_seal.ts';
import { decodePgMap, encodePgMap, PgMap } from './PgMap.ts';
import {
  decodeSnapsOfPools,
  encodeSnapsOfPools,
  type snap_interval_set_t,
} from './snap_intervals.ts';
import { usualAddrvec, usualOsdInfo, usualOsdXinfo, usualUuid } from './usual_lengths.ts';

/**
 * A full OSDMap on the wire: section v8 compat 7 { client section v9, osd section v9, u32 crc }.
 * Clients of old read the first section only; each of the two goes by versions of its own.
 * Ceph: src/osd/OSDMap.cc, OSDMap::encode and decode.
 */

/** Ceph's own limit, mon_max_osd, is 10,000. */
export const MAX_OSD_MAX: number = 2 ** 20;

const OUTER_VERSION = 8;
const OUTER_COMPAT = 7;

export interface EncodeOptions {
  /** The map is for a simulated cluster: its pools may hash with murmur3, which Ceph does not have. */
  readonly simulated?: boolean;
}

/** As Pacific writes it. Throws RangeError for a pool that Ceph could not read. */
export function encodeOSDMap(
  map: OSDMapData,
  { simulated = false }: EncodeOptions = {},
): Uint8Array {
  for (const [id, pool] of map.pools) {
    if (pool.objectHash === CEPH_STR_HASH_MURMUR3 && !simulated) {
      throw new RangeError(`pool ${id} hashes names with murmur3, which Ceph does not have`);
    }
  }
  const enc = new Encoder(4096 + map.maxOsd * 512);
  enc.encodeStart(OUTER_VERSION, OUTER_COMPAT);
  encodeClientSection(enc, map);
  encodeOsdSection(enc, map);
  const crcAt = enc.length;
  enc.u32(0);
  enc.encodeFinish();
  sealCrc(enc, crcAt);
  return enc.take();
}

/** Reads maps from Luminous on, skips what newer releases add, and checks the crc. */
export function decodeOSDMap(bytes: Uint8Array): OSDMapData {
  const dec = new Decoder(bytes, 'OSDMap');
  const version = dec.decodeStart('OSDMap', OUTER_COMPAT);
  if (version < OUTER_VERSION) throw dec.error(`version ${version} is from before Luminous`);
  const client = decodeClientSection(dec);
  const osd = decodeOsdSection(dec, client.maxOsd);
  const crcAt = dec.offset;
  dec.skip(4);
  dec.decodeFinish();
  checkCrc(dec, bytes, crcAt, dec.offset);
  return { ...client, ...osd, flags: flagsOfRelease(client.flags, osd.requireOsdRelease) };
}

function encodeClientSection(enc: Encoder, map: OSDMapData): void {
  const upmapPrimaries = map.pgUpmapPrimaries.size > 0;
  enc.encodeStart(upmapPrimaries ? 10 : 9, 1);
  encodeUuid(enc, map.fsid);
  enc.u32(map.epoch);
  encodeUtime(enc, map.created);
  encodeUtime(enc, map.modified);
  encodePools(enc, map.pools);
  encodePoolNames(enc, map.poolName);
  enc.s32(map.poolMax);
  enc.u32(map.flags);
  enc.u32(map.maxOsd);
  encodeU32s(enc, map.osdState);
  encodeU32s(enc, map.osdWeight);
  encodeAddrvecs(enc, map.clientAddrs);
  encodePgMap(enc, map.pgTemp, (osds) => encodeOsds(enc, osds));
  encodePgMap(enc, map.primaryTemp, (osd) => enc.s32(osd));
  encodeU32s(enc, map.osdPrimaryAffinity ?? new Uint32Array());
  enc.blob(map.crush);
  encodeStringMaps(enc, map.erasureCodeProfiles);
  encodePgMap(enc, map.pgUpmap, (osds) => encodeOsds(enc, osds));
  encodePgMap(enc, map.pgUpmapItems, (items) => encodeUpmapItems(enc, items));
  enc.u32(map.crushVersion);
  encodeSnapsOfPools(enc, map.newRemovedSnaps);
  encodeSnapsOfPools(enc, map.newPurgedSnaps);
  encodeUtime(enc, map.lastUpChange);
  encodeUtime(enc, map.lastInChange);
  if (upmapPrimaries) encodePgMap(enc, map.pgUpmapPrimaries, (osd) => enc.s32(osd));
  enc.encodeFinish();
}

function decodeClientSection(dec: Decoder) {
  const version = dec.decodeStart('OSDMap client data', 1);
  if (version < 5) throw dec.error(`version ${version} is from before Luminous`);
  const head = {
    fsid: decodeUuid(dec),
    epoch: dec.u32(),
    created: decodeUtime(dec),
    modified: decodeUtime(dec),
    pools: decodePools(dec, 'pools'),
    poolName: decodePoolNames(dec, 'pool_name'),
    poolMax: dec.s32(),
    flags: dec.u32(),
  };
  const maxOsd = dec.u32();
  if (maxOsd > MAX_OSD_MAX) throw dec.error(`${maxOsd} is more than ${MAX_OSD_MAX}`, 'max_osd');
  const client = {
    ...head,
    maxOsd,
    osdState: decodeU32sOf(dec, 'osd_state', maxOsd),
    osdWeight: decodeU32sOf(dec, 'osd_weight', maxOsd),
    clientAddrs: decodeAddrvecs(dec, 'client_addrs', maxOsd),
    pgTemp: decodePgMap(dec, 'pg_temp', 4, () => decodeOsds(dec, 'pg_temp')),
    primaryTemp: decodePgMap(dec, 'primary_temp', 4, () => dec.s32()),
    osdPrimaryAffinity: decodePrimaryAffinity(dec, maxOsd),
    crush: dec.blob('crush').slice(),
    erasureCodeProfiles: decodeStringMaps(dec, 'erasure_code_profiles'),
    pgUpmap: decodePgMap(dec, 'pg_upmap', 4, () => decodeOsds(dec, 'pg_upmap')),
    pgUpmapItems: decodePgMap(dec, 'pg_upmap_items', 4, () =>
      decodeUpmapItems(dec, 'pg_upmap_items'),
    ),
    crushVersion: version >= 6 ? dec.u32() : 1,
    newRemovedSnaps: version >= 7 ? decodeSnapsOfPools(dec, 'new_removed_snaps') : NO_SNAPS,
    newPurgedSnaps: version >= 7 ? decodeSnapsOfPools(dec, 'new_purged_snaps') : NO_SNAPS,
    lastUpChange: version >= 9 ? decodeUtime(dec) : UTIME_ZERO,
    lastInChange: version >= 9 ? decodeUtime(dec) : UTIME_ZERO,
    pgUpmapPrimaries:
      version >= 10
        ? decodePgMap(dec, 'pg_upmap_primaries', 4, () => dec.s32())
        : new PgMap<number>(),
  };
  dec.decodeFinish();
  return client;
}

function encodeOsdSection(enc: Encoder, map: OSDMapData): void {
  enc.encodeStart(osdSectionVersion(map), 1);
  encodeAddrvecs(enc, map.hbBackAddrs);
  encodeOsdVector(enc, map.osdInfo, (info) => encodeOsdInfo(enc, info));
  encodeBlocklist(enc, map.blocklist);
  encodeAddrvecs(enc, map.clusterAddrs);
  enc.u32(map.clusterSnapshotEpoch);
  enc.string(map.clusterSnapshot);
  encodeOsdVector(enc, map.osdUuid, (uuid) => encodeUuid(enc, uuid));
  encodeOsdVector(enc, map.osdXinfo, (xinfo) => encodeOsdXinfo(enc, xinfo));
  encodeAddrvecs(enc, map.hbFrontAddrs);
  enc.f32(map.nearfullRatio);
  enc.f32(map.fullRatio);
  enc.f32(map.backfillfullRatio);
  enc.u8(map.requireMinCompatClient);
  enc.u8(map.requireOsdRelease);
  encodeSnapsOfPools(enc, map.removedSnapsQueue);
  encodeS32U32s(enc, map.crushNodeFlags);
  encodeS32U32s(enc, map.deviceClassFlags);
  if (osdSectionVersion(map) >= 10) encodeStretchMode(enc, map.stretchMode);
  if (osdSectionVersion(map) >= 11) encodeBlocklist(enc, map.rangeBlocklist);
  enc.encodeFinish();
}

/** Ceph writes what only few clusters use only where it is used. */
function osdSectionVersion(map: OSDMapData): number {
  if (map.rangeBlocklist.length > 0) return 11;
  return map.stretchMode.enabled ? 10 : 9;
}

function decodeOsdSection(dec: Decoder, maxOsd: number) {
  const version = dec.decodeStart('OSDMap osd data', 1);
  if (version < 5) throw dec.error(`version ${version} is from before Luminous`);
  const osd = {
    hbBackAddrs: decodeAddrvecs(dec, 'hb_back_addrs', maxOsd),
    osdInfo: decodeByOsd(dec, 'osd_info', maxOsd, OSD_INFO_LENGTH, usualOsdInfo, decodeOsdInfo),
    blocklist: decodeBlocklist(dec, 'blocklist'),
    clusterAddrs: decodeAddrvecs(dec, 'cluster_addrs', maxOsd),
    clusterSnapshotEpoch: dec.u32(),
    clusterSnapshot: dec.string('cluster_snapshot'),
    osdUuid: decodeByOsd(dec, 'osd_uuid', maxOsd, 16, usualUuid, decodeUuid),
    osdXinfo: decodeByOsd(
      dec,
      'osd_xinfo',
      maxOsd,
      OSD_XINFO_LENGTH_MIN,
      usualOsdXinfo,
      decodeOsdXinfo,
    ),
    hbFrontAddrs: decodeAddrvecs(dec, 'hb_front_addrs', maxOsd),
    nearfullRatio: dec.f32(),
    fullRatio: dec.f32(),
    backfillfullRatio: dec.f32(),
    requireMinCompatClient: dec.u8(),
    requireOsdRelease: dec.u8(),
    removedSnapsQueue: version >= 6 ? decodeSnapsOfPools(dec, 'removed_snaps_queue') : NO_SNAPS,
    crushNodeFlags: version >= 8 ? decodeS32U32s(dec, 'crush_node_flags') : NO_FLAGS,
    deviceClassFlags: version >= 9 ? decodeS32U32s(dec, 'device_class_flags') : NO_FLAGS,
    stretchMode: version >= 10 ? decodeStretchMode(dec) : NO_STRETCH_MODE,
    rangeBlocklist: version >= 11 ? decodeBlocklist(dec, 'range_blocklist') : [],
  };
  dec.decodeFinish();
  return osd;
}

const NO_SNAPS: ReadonlyMap<number, snap_interval_set_t> = new Map();
const NO_FLAGS: ReadonlyMap<number, number> = new Map();

export const NO_STRETCH_MODE: StretchMode = {
  enabled: false,
  bucketCount: 0,
  degraded: 0,
  recovering: 0,
  bucket: 0,
};

/** u8 enabled, u32 bucket count, u32 degraded, u32 recovering, s32 bucket. */
function encodeStretchMode(enc: Encoder, mode: StretchMode): void {
  enc.u8(mode.enabled ? 1 : 0);
  enc.u32(mode.bucketCount);
  enc.u32(mode.degraded);
  enc.u32(mode.recovering);
  enc.s32(mode.bucket);
}

function decodeStretchMode(dec: Decoder): StretchMode {
  return {
    enabled: dec.bool(),
    bucketCount: dec.u32(),
    degraded: dec.u32(),
    recovering: dec.u32(),
    bucket: dec.s32(),
  };
}

function encodeAddrvecs(enc: Encoder, addrs: OsdVector<entity_addrvec_t>): void {
  encodeOsdVector(enc, addrs, (addrvec) => encodeAddrvec(enc, addrvec));
}

/** Also the vector<entity_addr_t> of maps before Nautilus: a lone address reads as an addrvec. */
function decodeAddrvecs(dec: Decoder, field: string, maxOsd: number): OsdVector<entity_addrvec_t> {
  return decodeByOsd(dec, field, maxOsd, ADDRVEC_LENGTH_MIN, usualAddrvec, decodeAddrvec);
}

function decodeByOsd<T>(
  dec: Decoder,
  field: string,
  maxOsd: number,
  size: number,
  usualLength: UsualLength,
  decode: (dec: Decoder) => T,
): OsdVector<T> {
  return ofOsds(dec, field, maxOsd, decodeOsdVector(dec, field, size, usualLength, decode));
}

function decodePrimaryAffinity(dec: Decoder, maxOsd: number): Uint32Array | undefined {
  const affinity = decodeU32s(dec, 'osd_primary_affinity');
  if (affinity.length === 0) return undefined;
  return ofOsds(dec, 'osd_primary_affinity', maxOsd, affinity);
}

function decodeU32sOf(dec: Decoder, field: string, maxOsd: number): Uint32Array {
  return ofOsds(dec, field, maxOsd, decodeU32s(dec, field));
}

/** All that is by OSD must be there for every OSD, or an index could lie behind its end. */
function ofOsds<T extends { readonly length: number }>(
  dec: Decoder,
  field: string,
  maxOsd: number,
  array: T,
): T {
  if (array.length === maxOsd) return array;
  throw dec.error(`${array.length} elements for a max_osd of ${maxOsd}`, field);
}
