import type { Json } from '../../common/json_formatter.ts';
import type { entity_addr_t, entity_addrvec_t } from '../../msg/msg_types.ts';
import { ADDR_TYPE_LEGACY, BLANK_ADDR } from '../../msg/msg_types.ts';
import type { OSDMap } from '../OSDMap.ts';
import { OSD_INFO_NEW, OSD_XINFO_NEW } from '../osd_info.ts';
import { pgToString } from '../osd_types.ts';
import type { BlocklistEntry } from '../osdmap_data.ts';
import { CEPH_OSD_DEFAULT_PRIMARY_AFFINITY } from '../rados.ts';
import type { snap_interval_set_t } from '../snap_intervals.ts';
import { addrText, addrTypeName, sockaddrText, type TimeZone, utimeText } from './ceph_text.ts';
import { dumpPool } from './dump_pool.ts';
import { minCompatClient } from './min_compat_client.ts';
import { mapFlagNames, osdStateNames, releaseName } from './names.ts';
import { hashAddr, unorderedOrder } from './unordered_order.ts';

const WEIGHT_ONE = 0x10000;
const TWO_32 = 2 ** 32;

/** The whole map as an object. Ceph: OSDMap::dump, of 16.2. */
export function dumpOSDMap(map: OSDMap, zone?: TimeZone): Json {
  const { data } = map;
  const osds = map.getAllOsds();
  return {
    epoch: data.epoch,
    fsid: data.fsid,
    created: utimeText(data.created, zone),
    modified: utimeText(data.modified, zone),
    last_up_change: utimeText(data.lastUpChange, zone),
    last_in_change: utimeText(data.lastInChange, zone),
    flags: mapFlagNames(data.flags).join(),
    flags_num: data.flags,
    flags_set: mapFlagNames(data.flags).sort(),
    crush_version: data.crushVersion,
    full_ratio: data.fullRatio,
    backfillfull_ratio: data.backfillfullRatio,
    nearfull_ratio: data.nearfullRatio,
    cluster_snapshot: data.clusterSnapshot,
    pool_max: data.poolMax,
    max_osd: data.maxOsd,
    require_min_compat_client: releaseName(data.requireMinCompatClient),
    min_compat_client: minCompatClient(map),
    require_osd_release: releaseName(data.requireOsdRelease),
    pools: [...data.pools].map(([id, pool]) => ({
      pool: id,
      pool_name: map.poolName(id) ?? '<unknown>',
      ...dumpPool(pool, zone),
    })),
    osds: osds.map((osd) => dumpOsd(map, osd)),
    osd_xinfo: osds.map((osd) => dumpXinfo(map, osd, zone)),
    ...dumpPgs(map),
    blocklist: dumpBlocklist(
      unorderedOrder(data.blocklist, ([addr]) => hashAddr(addr)),
      zone,
    ),
    range_blocklist: dumpBlocklist(data.rangeBlocklist, zone),
    erasure_code_profiles: new Map(
      [...data.erasureCodeProfiles].map(([name, profile]) => [name, new Map(profile)]),
    ),
    removed_snaps_queue: dumpSnaps(data.removedSnapsQueue),
    new_removed_snaps: dumpSnaps(data.newRemovedSnaps),
    new_purged_snaps: dumpSnaps(data.newPurgedSnaps),
    crush_node_flags: dumpFlags(data.crushNodeFlags, map.crush.crush.nameMap),
    device_class_flags: dumpFlags(data.deviceClassFlags, map.crush.crush.className),
    stretch_mode: {
      stretch_mode_enabled: data.stretchMode.enabled,
      stretch_bucket_count: data.stretchMode.bucketCount,
      degraded_stretch_mode: data.stretchMode.degraded,
      recovering_stretch_mode: data.stretchMode.recovering,
      stretch_mode_bucket: data.stretchMode.bucket,
    },
  };
}

function dumpOsd(map: OSDMap, osd: number): Json {
  const { data } = map;
  const info = data.osdInfo.at(osd) ?? OSD_INFO_NEW;
  const affinity = data.osdPrimaryAffinity?.[osd] ?? CEPH_OSD_DEFAULT_PRIMARY_AFFINITY;
  return {
    osd,
    uuid: data.osdUuid.at(osd) ?? '',
    up: map.isUp(osd) ? 1 : 0,
    in: map.isIn(osd) ? 1 : 0,
    weight: map.getWeight(osd) / WEIGHT_ONE,
    primary_affinity: affinity / WEIGHT_ONE,
    last_clean_begin: info.lastCleanBegin,
    last_clean_end: info.lastCleanEnd,
    up_from: info.upFrom,
    up_thru: info.upThru,
    down_at: info.downAt,
    lost_at: info.lostAt,
    public_addrs: dumpAddrvec(map.getAddrs(osd)),
    cluster_addrs: dumpAddrvec(map.getClusterAddrs(osd)),
    heartbeat_back_addrs: dumpAddrvec(map.getHbBackAddrs(osd)),
    heartbeat_front_addrs: dumpAddrvec(map.getHbFrontAddrs(osd)),
    public_addr: legacyText(map.getAddrs(osd)),
    cluster_addr: legacyText(map.getClusterAddrs(osd)),
    heartbeat_back_addr: legacyText(map.getHbBackAddrs(osd)),
    heartbeat_front_addr: legacyText(map.getHbFrontAddrs(osd)),
    state: osdStateNames(map.getState(osd)),
  };
}

function dumpXinfo(map: OSDMap, osd: number, zone?: TimeZone): Json {
  const xinfo = map.data.osdXinfo.at(osd) ?? OSD_XINFO_NEW;
  return {
    osd,
    down_stamp: utimeText(xinfo.downStamp, zone),
    laggy_probability: Math.fround(xinfo.laggyProbability / TWO_32),
    laggy_interval: xinfo.laggyInterval,
    features: xinfo.features,
    old_weight: xinfo.oldWeight,
    last_purged_snaps_scrub: utimeText(xinfo.lastPurgedSnapsScrub, zone),
    dead_epoch: xinfo.deadEpoch,
  };
}

function dumpPgs({ data }: OSDMap): { readonly [key: string]: Json } {
  return {
    pg_upmap: Array.from(data.pgUpmap, ([pg, osds]) => ({ pgid: pgToString(pg), osds })),
    pg_upmap_items: Array.from(data.pgUpmapItems, ([pg, items]) => ({
      pgid: pgToString(pg),
      mappings: items.map(([from, to]) => ({ from, to })),
    })),
    pg_temp: Array.from(data.pgTemp, ([pg, osds]) => ({ pgid: pgToString(pg), osds })),
    // Ceph opens no object for an entry.
    primary_temp: Array.from(data.primaryTemp, ([pg, osd]) => [pgToString(pg), osd]).flat(),
  };
}

function dumpBlocklist(list: readonly BlocklistEntry[], zone?: TimeZone): Json {
  return new Map(list.map(([addr, until]) => [addrText(addr), utimeText(until, zone)]));
}

function dumpSnaps(pools: ReadonlyMap<number, snap_interval_set_t>): Json {
  return [...pools].map(([pool, snaps]) => ({
    pool,
    snaps: snaps.map(({ start, length }) => ({ begin: start, length })),
  }));
}

function dumpFlags(
  flags: ReadonlyMap<number, number>,
  names: ReadonlyMap<number, string>,
): ReadonlyMap<string, Json> {
  return new Map([...flags].map(([id, bits]) => [names.get(id) ?? `${id}`, osdStateNames(bits)]));
}

export function dumpAddrvec(addrs: entity_addrvec_t): Json {
  return {
    addrvec: addrs.map((addr) => ({
      type: addrTypeName(addr),
      addr: sockaddrText(addr),
      nonce: addr.nonce,
    })),
  };
}

/** The v1 address, or the first. */
function legacyText(addrs: entity_addrvec_t): string {
  const addr: entity_addr_t =
    addrs.find(({ type }) => type === ADDR_TYPE_LEGACY) ?? addrs[0] ?? BLANK_ADDR;
  return `${sockaddrText(addr)}/${addr.nonce}`;
}
