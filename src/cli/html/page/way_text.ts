import { CRUSH_ITEM_NONE } from '../../../crush/crush_types.ts';
import type { OSDMap } from '../../../osd/OSDMap.ts';
import type { Osds } from '../../../osd/osdmap_data.ts';
import { POOL_FLAG_HASHPSPOOL } from '../../../osd/pg_pool.ts';
import { CEPH_OSD_MAX_PRIMARY_AFFINITY } from '../../../osd/rados.ts';
import { type Placement, placementSeed } from '../../explain/explain_mapping.ts';
import { itemName } from '../../explain/trace_tries.ts';
import { short } from './map_facts.ts';

/** What is said about each step of the way, in the numbers of this object. */

/** As Ceph's stable_mod does it. */
export function foldText({ hash, pgNum }: Placement): string {
  const mask = pgNum > 1 ? -1 >>> Math.clz32(pgNum - 1) : 0;
  const first = (hash & mask) >>> 0;
  const text = `The hash folded to pg_num ${pgNum}: ${hex(hash)} & ${plainHex(mask)} = ${plainHex(first)}`;
  if (first < pgNum) return `${text}.`;
  const half = mask >>> 1;
  return `${text}, which no PG has, so & ${plainHex(half)} = ${plainHex((hash & half) >>> 0)}.`;
}

export function seedText(map: OSDMap, placement: Placement): string {
  const { pgNum, pgpNum, pool } = placement;
  const flags = map.pools.get(pool.id)?.flags ?? 0;
  const folded = pgNum === pgpNum ? '' : ` (the PG folded to pgp_num ${pgpNum})`;
  const seed = `${placementSeed(placement)}${folded}`;
  const made =
    (flags & POOL_FLAG_HASHPSPOOL) !== 0
      ? `hashed with the pool’s id ${pool.id}`
      : `+ the pool’s id ${pool.id}`;
  return `${seed} ${made}: the x that CRUSH is asked for.`;
}

export function upText(map: OSDMap, { upmapped, up }: Placement): string {
  const gone = upmapped.filter((osd) => osd !== CRUSH_ITEM_NONE && !up.includes(osd));
  if (gone.length === 0) return 'Who is down would be left out; nobody is.';
  const names = gone.map((osd) => itemName(map, osd)).join(', ');
  return `Without ${names}, which ${gone.length === 1 ? 'is' : 'are'} down.`;
}

export function affinityText(map: OSDMap, { up, upPrimary }: Placement): string {
  const of = (osd: number) => map.data.osdPrimaryAffinity?.[osd] ?? CEPH_OSD_MAX_PRIMARY_AFFINITY;
  const shy = up.filter(
    (osd) => osd !== CRUSH_ITEM_NONE && of(osd) < CEPH_OSD_MAX_PRIMARY_AFFINITY,
  );
  const leads = upPrimary < 0 ? 'nobody leads' : `${itemName(map, upPrimary)} leads`;
  const affinities = shy.map(
    (osd) => `${itemName(map, osd)} has ${short(of(osd) / CEPH_OSD_MAX_PRIMARY_AFFINITY)}`,
  );
  return [leads, ...(affinities.length === 0 ? ['all have 1'] : affinities)].join('; ');
}

export function actingText({ up, upPrimary, acting, actingPrimary }: Placement): string {
  if (!sameOsds(up, acting)) return 'Others stand in for a while (pg_temp). Reads go to ★.';
  if (upPrimary !== actingPrimary) return 'Another leads for a while. Reads go to ★.';
  if (actingPrimary < 0) return 'Nobody is left to read from.';
  return 'Nobody stands in: up is acting. Reads go to ★.';
}

export function sameOsds(a: Osds, b: Osds): boolean {
  return a.length === b.length && a.every((osd, i) => osd === b[i]);
}

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

function plainHex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
