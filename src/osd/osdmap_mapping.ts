import type { CrushWrapper } from '../crush/CrushWrapper.ts';
import { CRUSH_ITEM_NONE } from '../crush/crush_types.ts';
import { crushHash32_2 } from '../crush/hash.ts';
import type { pg_t } from './osd_types.ts';
import type { OSDMapData, Osds } from './osdmap_data.ts';
import { canShiftOsds, type pg_pool_t, rawPgToPps } from './pg_pool.ts';
import { CEPH_OSD_EXISTS, CEPH_OSD_MAX_PRIMARY_AFFINITY, CEPH_OSD_UP } from './rados.ts';

/**
 * From a PG to its OSDs, as in Ceph's OSDMap.cc:
 * raw (CRUSH) → upmap → up (without those that are down) → primary affinity → acting (pg_temp).
 * In replicated sets a missing OSD leaves no gap; in erasure-coded ones its place is CRUSH_ITEM_NONE.
 */

/** Where a PG is. Immutable: one serves all who ask. */
export interface UpActing {
  readonly up: Osds;
  /** -1: none. */
  readonly upPrimary: number;
  readonly acting: Osds;
  readonly actingPrimary: number;
}

export const NO_PRIMARY = -1;

/** `pg` is folded to the pool's pg_num. Ceph: OSDMap::_pg_to_up_acting_osds. */
export function pgToUpActing(
  map: OSDMapData,
  crush: CrushWrapper,
  pool: pg_pool_t,
  pg: pg_t,
): UpActing {
  const raw = pgToRawOsds(map, crush, pool, pg);
  const { up, upPrimary } = rawToUp(map, pool, pg, applyUpmap(map, pg, raw));
  const temp = tempOsds(map, pool, pg);
  const tempPrimary = temp === undefined ? NO_PRIMARY : pickPrimary(temp);
  const primary = primaryTemp(map, pg) ?? tempPrimary;
  if (temp !== undefined) return { up, upPrimary, acting: temp, actingPrimary: primary };
  return { up, upPrimary, acting: up, actingPrimary: primary === NO_PRIMARY ? upPrimary : primary };
}

/** What CRUSH says, of OSDs that exist. Ceph: OSDMap::_pg_to_raw_osds. */
export function pgToRawOsds(map: OSDMapData, crush: CrushWrapper, pool: pg_pool_t, pg: pg_t): Osds {
  const ruleno = crush.findRule(pool.crushRule, pool.type, pool.size);
  if (ruleno < 0) return [];
  const osds = crush.doRule(ruleno, rawPgToPps(pool, pg), pool.size, map.osdWeight, pg.pool);
  return keep(pool, osds, (osd) => exists(map, osd));
}

/** The first that there is. Ceph: OSDMap::_pick_primary. */
export function pickPrimary(osds: Osds): number {
  return osds.find((osd) => osd !== CRUSH_ITEM_NONE) ?? NO_PRIMARY;
}

/** Ceph: OSDMap::_apply_upmap. */
export function applyUpmap(map: OSDMapData, pg: pg_t, raw: Osds): Osds {
  const explicit = map.pgUpmap.get(pg);
  const items = map.pgUpmapItems.get(pg);
  const primary = map.pgUpmapPrimaries.get(pg);
  if (explicit === undefined && items === undefined && primary === undefined) return raw;
  if (explicit?.some((osd) => isMarkedOut(map, osd))) return raw;
  const osds = [...(explicit ?? raw)];
  for (const [from, to] of items ?? []) {
    const at = osds.indexOf(from);
    if (at >= 0 && !osds.includes(to) && !isMarkedOut(map, to)) osds[at] = to;
  }
  if (primary !== undefined && (map.osdWeight[primary] ?? 0) !== 0) {
    const at = osds.indexOf(primary);
    if (at > 0) {
      osds[at] = osds[0] ?? CRUSH_ITEM_NONE;
      osds[0] = primary;
    }
  }
  return osds;
}

/** Ceph: OSDMap::_raw_to_up_osds, _pick_primary and _apply_primary_affinity. */
export function rawToUp(
  map: OSDMapData,
  pool: pg_pool_t,
  pg: pg_t,
  raw: Osds,
): { up: Osds; upPrimary: number } {
  const up = keep(pool, raw, (osd) => isUp(map, osd));
  const at = affinePosition(map, pool, pg, up);
  const upPrimary = at === undefined ? pickPrimary(up) : (up[at] ?? NO_PRIMARY);
  if (at === undefined || at === 0 || !canShiftOsds(pool)) return { up, upPrimary };
  return { up: [upPrimary, ...up.filter((_, i) => i !== at)], upPrimary };
}

/**
 * Where the primary stands, if affinities have a say. Each OSD of less than full affinity refuses a
 * share of its PGs by the draw; if all refuse, it is the first one's after all.
 */
function affinePosition(map: OSDMapData, pool: pg_pool_t, pg: pg_t, up: Osds): number | undefined {
  const affinity = map.osdPrimaryAffinity;
  if (affinity === undefined) return undefined;
  const of = (osd: number) => affinity[osd] ?? CEPH_OSD_MAX_PRIMARY_AFFINITY;
  if (up.every((osd) => of(osd) === CEPH_OSD_MAX_PRIMARY_AFFINITY)) return undefined;
  const pps = rawPgToPps(pool, pg);
  const accepts = (osd: number) =>
    of(osd) >= CEPH_OSD_MAX_PRIMARY_AFFINITY || crushHash32_2(pps, osd) >>> 16 < of(osd);
  const willing = up.findIndex((osd) => osd !== CRUSH_ITEM_NONE && accepts(osd));
  const at = willing >= 0 ? willing : up.findIndex((osd) => osd !== CRUSH_ITEM_NONE);
  return at >= 0 ? at : undefined;
}

/** `undefined`: no pg_temp, or nobody in it is up. Ceph: OSDMap::_get_temp_osds. */
function tempOsds(map: OSDMapData, pool: pg_pool_t, pg: pg_t): Osds | undefined {
  const temp = map.pgTemp.get(pg);
  if (temp === undefined) return undefined;
  const osds = keep(pool, temp, (osd) => isUp(map, osd));
  return osds.length === 0 ? undefined : osds;
}

/** An OSD that the map has no place for is not believed. */
function primaryTemp(map: OSDMapData, pg: pg_t): number | undefined {
  const osd = map.primaryTemp.get(pg);
  return osd !== undefined && osd >= 0 && osd < map.maxOsd ? osd : undefined;
}

/** Nearly always all are wanted: then it is the same list. */
function keep(pool: pg_pool_t, osds: Osds, wanted: (osd: number) => boolean): Osds {
  if (osds.every(wanted)) return osds;
  return canShiftOsds(pool)
    ? osds.filter(wanted)
    : osds.map((osd) => (wanted(osd) ? osd : CRUSH_ITEM_NONE));
}

function exists(map: OSDMapData, osd: number): boolean {
  return ((map.osdState[osd] ?? 0) & CEPH_OSD_EXISTS) !== 0;
}

function isUp(map: OSDMapData, osd: number): boolean {
  const both = CEPH_OSD_EXISTS | CEPH_OSD_UP;
  return ((map.osdState[osd] ?? 0) & both) === both;
}

/** Of an OSD that the map knows: an id out of range is not out, as in Ceph. */
function isMarkedOut(map: OSDMapData, osd: number): boolean {
  return map.osdWeight[osd] === 0;
}
