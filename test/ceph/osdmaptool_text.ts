import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { pgToRawOsds, pickPrimary } from '../../src/osd/osdmap_mapping.ts';

/** The lines of `osdmaptool --test-map-pgs-dump-all` that say where PGs are. */
export function placements(map: OSDMap): string[] {
  return [...map.pools].flatMap(([pool, { pgNum }]) => [
    `pool ${pool} pg_num ${pgNum}`,
    ...Array.from({ length: pgNum }, (_, seed) => placement(map, pool, seed)),
  ]);
}

function placement(map: OSDMap, pool: number, seed: number): string {
  const pg = { pool, seed };
  const held = map.pools.get(pool);
  const raw = held === undefined ? [] : pgToRawOsds(map.data, map.crush, held, pg);
  const { up, upPrimary, acting, actingPrimary } = map.pgToUpActingOsds(pg);
  const sets = [
    `raw ([${raw}], p${pickPrimary(raw)})`,
    `up ([${up}], p${upPrimary})`,
    `acting ([${acting}], p${actingPrimary})`,
  ];
  return `${pool}.${seed.toString(16)} ${sets.join(' ')}`;
}
