import type { OSDMap } from '../../osd/OSDMap.ts';
import { OSDMapIncremental } from '../../osd/OSDMapIncremental.ts';
import { type pg_t, pgToString } from '../../osd/osd_types.ts';
import type { UpmapItem } from '../../osd/osdmap_data.ts';
import { applyUpmap, pgToRawOsds } from '../../osd/osdmap_mapping.ts';
import { PgMap } from '../../osd/PgMap.ts';
import { cephStableMod, type pg_pool_t } from '../../osd/pg_pool.ts';
import { RuleTree } from './RuleTree.ts';

/**
 * What takes away the upmaps that point nowhere or are needed no more; `undefined`: all are well.
 * Ceph: OSDMap::clean_pg_upmaps, of 16.2.
 */
export function cleanUpmaps(map: OSDMap): OSDMapIncremental | undefined {
  const { pgUpmap, pgUpmapItems } = map.data;
  const inc = new OSDMapIncremental(map.fsid, map.epoch + 1);
  const trees = new Map<number, RuleTree>();
  let isChanged = false;
  for (const [pg] of new PgMap<unknown>([...pgUpmap, ...pgUpmapItems])) {
    const kept = keptItems(map, pg, trees);
    if (kept === undefined) {
      if (pgUpmap.get(pg) !== undefined) inc.oldPgUpmap.push(pg);
      if (pgUpmapItems.get(pg) !== undefined) inc.oldPgUpmapItems.push(pg);
    } else if (kept.length !== pgUpmapItems.get(pg)?.length) {
      if (pgUpmapItems.get(pg) === undefined) continue;
      inc.newPgUpmapItems.set(pg, kept);
    } else continue;
    isChanged = true;
  }
  return isChanged ? inc : undefined;
}

/** The commands that do to a cluster what `inc` does to the map. */
export function upmapCommands(inc: OSDMapIncremental): string {
  const lines = [
    ...inc.oldPgUpmap.map((pg) => `rm-pg-upmap ${pgToString(pg)}`),
    ...inc.oldPgUpmapItems.map((pg) => `rm-pg-upmap-items ${pgToString(pg)}`),
    ...[...inc.newPgUpmapItems].map(
      ([pg, items]) => `pg-upmap-items ${pgToString(pg)} ${items.flat().join(' ')}`,
    ),
  ];
  return lines.map((line) => `ceph osd ${line}\n`).join('');
}

/** The upmap items of a PG that stay, which are none if it has none; `undefined`: all upmaps go. */
function keptItems(
  map: OSDMap,
  pg: pg_t,
  trees: Map<number, RuleTree>,
): readonly UpmapItem[] | undefined {
  const pool = map.pools.get(pg.pool);
  if (pool === undefined || pg.seed >= pool.pgNumPending || isMergeTarget(pool, pg))
    return undefined;
  // By its number: whether it is meant for such a pool is not asked here.
  const ruleno = pool.crushRule;
  const rule = map.crush.crush.rules[ruleno];
  if (rule === undefined) return undefined;
  const raw = pgToRawOsds(map.data, map.crush, pool, pg);
  const up = applyUpmap(map.data, pg, raw);
  const tree = trees.get(ruleno) ?? new RuleTree(map.crush.crush, rule);
  trees.set(ruleno, tree);
  if (!tree.allows(up, pool.size)) return undefined;
  if (up.some((osd) => tree.weightOf(osd) * map.getWeight(osd) === 0)) return undefined;
  const explicit = map.data.pgUpmap.get(pg);
  if (
    explicit !== undefined &&
    (String(explicit) === String(raw) || explicit.length !== pool.size)
  ) {
    return undefined;
  }
  const items = map.data.pgUpmapItems.get(pg);
  if (items === undefined) return [];
  const kept = items.filter(([from, to]) => raw.includes(from) && map.data.osdWeight[to] !== 0);
  return kept.length === 0 ? undefined : kept;
}

/** Ceph: pg_pool_t::is_pending_merge. */
function isMergeTarget({ pgNum, pgNumPending }: pg_pool_t, { seed }: pg_t): boolean {
  for (let source = pgNumPending; source < pgNum; source++) {
    if (cephStableMod(source, pgNumPending) === seed) return true;
  }
  return false;
}
