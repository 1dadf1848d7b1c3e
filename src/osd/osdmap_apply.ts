import { DecodeError } from '../common/errors.ts';
import type { utime_t } from '../common/utime_t.ts';
import type { entity_addr_t } from '../msg/msg_types.ts';
import { type OSDMapIncremental, RELEASE_UNSET } from './OSDMapIncremental.ts';
import type { pg_t } from './osd_types.ts';
import { applyOsds } from './osdmap_apply_osds.ts';
import { MAX_OSD_MAX } from './osdmap_codec.ts';
import type { BlocklistEntry, OSDMapData } from './osdmap_data.ts';
import { CEPH_RELEASE_LUMINOUS, flagsOfRelease } from './osdmap_release.ts';
import type { ReadonlyPgMap } from './PgMap.ts';
import type { pg_pool_t } from './pg_pool.ts';
import { type snap_interval_set_t, subtract, unionOf } from './snap_intervals.ts';

/** Throws DecodeError unless `inc` goes on from `map`. */
export function checkFollows(map: OSDMapData, inc: OSDMapIncremental): void {
  if (inc.fsid !== map.fsid) throw misfit('fsid', `${inc.fsid}, the map is of ${map.fsid}`);
  if (inc.epoch !== map.epoch + 1) {
    throw misfit('epoch', `${inc.epoch} does not follow ${map.epoch}`);
  }
}

/** Throws DecodeError unless `full`, which came inside `inc`, is the map that `inc` speaks of. */
export function checkIs(full: OSDMapData, inc: OSDMapIncremental): void {
  if (full.fsid !== inc.fsid || full.epoch !== inc.epoch) {
    throw misfit('fullmap', `of ${full.fsid}, epoch ${full.epoch}, for epoch ${inc.epoch}`);
  }
}

/**
 * The map that `inc` makes of `map`; what it leaves alone is shared. A full map or a CRUSH map inside
 * it has been looked at by the caller. `hasClass`: whether the new CRUSH map has a device class.
 * Throws DecodeError. Ceph: OSDMap::apply_incremental.
 */
export function applyChanges(
  map: OSDMapData,
  inc: OSDMapIncremental,
  hasClass: (classId: number) => boolean,
): OSDMapData {
  checkOsds(map, inc);
  return {
    ...map,
    epoch: inc.epoch,
    modified: inc.modified,
    ...applyRelease(map, inc),
    ...applyPools(map, inc),
    ...applySnaps(map, inc),
    ...applyOsds(map, inc),
    ...applyPgs(map, inc),
    ...applyCrush(map, inc, hasClass),
    erasureCodeProfiles: changed(
      map.erasureCodeProfiles,
      inc.newErasureCodeProfiles,
      inc.oldErasureCodeProfiles,
    ),
    lastUpChange: isZero(inc.newLastUpChange) ? map.lastUpChange : inc.newLastUpChange,
    lastInChange: isZero(inc.newLastInChange) ? map.lastInChange : inc.newLastInChange,
    blocklist: changedList(map.blocklist, inc.newBlocklist, inc.oldBlocklist),
    rangeBlocklist: changedList(map.rangeBlocklist, inc.newRangeBlocklist, inc.oldRangeBlocklist),
    clusterSnapshot: inc.clusterSnapshot,
    clusterSnapshotEpoch: inc.clusterSnapshot === '' ? 0 : inc.epoch,
    nearfullRatio: inc.newNearfullRatio >= 0 ? inc.newNearfullRatio : map.nearfullRatio,
    fullRatio: inc.newFullRatio >= 0 ? inc.newFullRatio : map.fullRatio,
    backfillfullRatio:
      inc.newBackfillfullRatio >= 0 ? inc.newBackfillfullRatio : map.backfillfullRatio,
    stretchMode: inc.newStretchMode ?? map.stretchMode,
  };
}

/** `inc` must speak of no OSD that the map has no place for. */
function checkOsds(map: OSDMapData, inc: OSDMapIncremental): void {
  const maxOsd = inc.newMaxOsd >= 0 ? inc.newMaxOsd : map.maxOsd;
  if (maxOsd > MAX_OSD_MAX) throw misfit('new_max_osd', `${maxOsd} is more than ${MAX_OSD_MAX}`);
  const byOsd: [string, ReadonlyMap<number, unknown>][] = [
    ['new_up_client', inc.newUpClient],
    ['new_state', inc.newState],
    ['new_weight', inc.newWeight],
    ['new_primary_affinity', inc.newPrimaryAffinity],
    ['new_up_thru', inc.newUpThru],
    ['new_last_clean_interval', inc.newLastCleanInterval],
    ['new_lost', inc.newLost],
    ['new_up_cluster', inc.newUpCluster],
    ['new_uuid', inc.newUuid],
    ['new_xinfo', inc.newXinfo],
  ];
  for (const [field, changes] of byOsd) {
    for (const osd of changes.keys()) {
      if (osd < 0 || osd >= maxOsd) throw misfit(field, `osd.${osd} where max_osd is ${maxOsd}`);
    }
  }
}

function misfit(field: string, reason: string): DecodeError {
  return new DecodeError(`OSDMap::Incremental.${field}`, 0, reason);
}

function applyRelease(map: OSDMapData, inc: OSDMapIncremental) {
  const flags = inc.newFlags >= 0 ? inc.newFlags : map.flags;
  const clients = inc.newRequireMinCompatClient;
  const osds = inc.newRequireOsdRelease;
  return {
    flags: osds === RELEASE_UNSET ? flags : flagsOfRelease(flags, osds),
    requireOsdRelease: osds === RELEASE_UNSET ? map.requireOsdRelease : osds,
    requireMinCompatClient:
      clients === RELEASE_UNSET || clients === 0 ? map.requireMinCompatClient : clients,
  };
}

function applyPools(map: OSDMapData, inc: OSDMapIncremental) {
  const pools = new Map<number, pg_pool_t>();
  for (const [id, pool] of inc.newPools) pools.set(id, { ...pool, lastChange: inc.epoch });
  return {
    pools: changed(map.pools, pools, inc.oldPools),
    poolName: changed(map.poolName, inc.newPoolNames, inc.oldPools),
    poolMax: inc.newPoolMax === -1 ? map.poolMax : inc.newPoolMax,
  };
}

function applySnaps(map: OSDMapData, inc: OSDMapIncremental) {
  const { newRemovedSnaps, newPurgedSnaps } = inc;
  const queue = new Map<number, snap_interval_set_t>(map.removedSnapsQueue);
  for (const [pool, snaps] of newRemovedSnaps) {
    queue.set(pool, unionOf(queue.get(pool) ?? [], snaps));
  }
  for (const [pool, snaps] of newPurgedSnaps) {
    const rest = subtract(queue.get(pool) ?? [], snaps);
    if (rest.length > 0) queue.set(pool, rest);
    else queue.delete(pool);
  }
  return { newRemovedSnaps, newPurgedSnaps, removedSnapsQueue: queue };
}

function applyPgs(map: OSDMapData, inc: OSDMapIncremental) {
  const noTemp = [...inc.newPgTemp].filter(([, osds]) => osds.length === 0).map(([pg]) => pg);
  const noPrimary = [...inc.newPrimaryTemp].filter(([, osd]) => osd === -1).map(([pg]) => pg);
  return {
    pgTemp: changedPgs(map.pgTemp, inc.newPgTemp, noTemp),
    primaryTemp: changedPgs(map.primaryTemp, inc.newPrimaryTemp, noPrimary),
    pgUpmap: changedPgs(map.pgUpmap, inc.newPgUpmap, inc.oldPgUpmap),
    pgUpmapItems: changedPgs(map.pgUpmapItems, inc.newPgUpmapItems, inc.oldPgUpmapItems),
    pgUpmapPrimaries: changedPgs(
      map.pgUpmapPrimaries,
      inc.newPgUpmapPrimary,
      inc.oldPgUpmapPrimary,
    ),
  };
}

function applyCrush(
  map: OSDMapData,
  inc: OSDMapIncremental,
  hasClass: (classId: number) => boolean,
) {
  const crushNodeFlags = changedFlags(map.crushNodeFlags, inc.newCrushNodeFlags);
  const deviceClassFlags = changedFlags(map.deviceClassFlags, inc.newDeviceClassFlags);
  if (inc.crush.length === 0) return { crushNodeFlags, deviceClassFlags };
  const { requireOsdRelease } = applyRelease(map, inc);
  return {
    crushNodeFlags,
    deviceClassFlags: new Map([...deviceClassFlags].filter(([id]) => hasClass(id))),
    crush: inc.crush,
    crushVersion: map.crushVersion + (requireOsdRelease >= CEPH_RELEASE_LUMINOUS ? 1 : 0),
  };
}

/** `map` with `added` over it and without `removed`: itself if nothing is to be done. */
function changed<K, V>(
  map: ReadonlyMap<K, V>,
  added: ReadonlyMap<K, V>,
  removed: Iterable<K>,
): ReadonlyMap<K, V> {
  const gone = [...removed];
  if (added.size === 0 && gone.length === 0) return map;
  const next = new Map([...map, ...added]);
  for (const key of gone) next.delete(key);
  return next;
}

/** As {@link changed}. */
function changedPgs<V>(
  map: ReadonlyPgMap<V>,
  added: ReadonlyPgMap<V>,
  removed: readonly pg_t[],
): ReadonlyPgMap<V> {
  if (added.size === 0 && removed.length === 0) return map;
  return map.changed(added, removed);
}

/** As {@link changed}; flags that become 0 are no entry. */
function changedFlags(
  map: ReadonlyMap<number, number>,
  flags: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> {
  const none = [...flags].filter(([, bits]) => bits === 0).map(([id]) => id);
  return changed(map, flags, none);
}

/** As {@link changed}. An address that is listed already keeps its end. */
function changedList(
  list: readonly BlocklistEntry[],
  added: readonly BlocklistEntry[],
  removed: readonly entity_addr_t[],
): readonly BlocklistEntry[] {
  if (added.length === 0 && removed.length === 0) return list;
  const entries = new Map<string, BlocklistEntry>();
  for (const entry of [...added, ...list]) entries.set(String(entry[0]), entry);
  for (const addr of removed) entries.delete(String(addr));
  return [...entries.values()];
}

function isZero(time: utime_t): boolean {
  return time.sec === 0 && time.nsec === 0;
}
