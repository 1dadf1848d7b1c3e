import { cephStrHashName } from '../../common/ceph_hash.ts';
import { assert } from '../../common/errors.ts';
import { stepText } from '../../crush/decompile.ts';
import type { OSDMap } from '../../osd/OSDMap.ts';
import { type object_locator_t, pgToString } from '../../osd/osd_types.ts';
import type { Osds } from '../../osd/osdmap_data.ts';
import { applyUpmap, pgToRawOsds, pgToUpActing, type UpActing } from '../../osd/osdmap_mapping.ts';
import { cephStableMod, rawPgToPps } from '../../osd/pg_pool.ts';
import { itemName, traceTries } from './trace_tries.ts';

/** Every number on the way from an object's name to its OSDs. */
export interface Explanation extends Placement {
  readonly tries: readonly CrushTry[];
}

/** The numbers, but for what CRUSH tried. */
export interface Placement extends UpActing {
  readonly epoch: number;
  readonly object: string;
  readonly pool: { readonly id: number; readonly name: string; readonly size: number };
  /** What is hashed: the key if there is one, behind the namespace. */
  readonly key: string;
  readonly nspace: string;
  readonly hashName: string;
  readonly hash: number;
  readonly pgNum: number;
  readonly pg: string;
  readonly pgpNum: number;
  /** The placement seed: the x that CRUSH is asked for. */
  readonly pps: number;
  readonly rule: { readonly id: number; readonly name: string; readonly steps: readonly string[] };
  /** What CRUSH gives, without OSDs that do not exist. */
  readonly raw: Osds;
  /** After upmaps. */
  readonly upmapped: Osds;
}

export interface CrushTry {
  /** The buckets on the way down, by name, and the r that each was asked with. */
  readonly path: readonly { readonly bucket: string; readonly r: number }[];
  /** What came up, by name. */
  readonly item: string;
  /** `undefined`: it was taken. */
  readonly refused: string | undefined;
}

/** Throws RangeError if there is no such pool. */
export function explainMapping(
  map: OSDMap,
  poolName: string,
  oid: string,
  locator: Pick<object_locator_t, 'key' | 'nspace'>,
): Explanation {
  const id = map.lookupPgPoolName(poolName);
  if (id === undefined || !map.pools.has(id)) throw new RangeError(`there is no pool ${poolName}`);
  const placement = placeObject(map, id, oid, locator);
  const name = (item: number) => itemName(map, item);
  const tries = traceTries(map, id, placement.pps).map(({ path, item, refused }) => ({
    path: path.map(({ bucket, r }) => ({ bucket: name(bucket), r })),
    item: name(item),
    refused,
  }));
  return { ...placement, tries };
}

/** Every number of an object of pool `id`, which must exist. */
export function placeObject(
  map: OSDMap,
  id: number,
  oid: string,
  locator: Pick<object_locator_t, 'key' | 'nspace'>,
): Placement {
  const pool = map.pools.get(id);
  assert(pool !== undefined, `no pool ${id}`);
  const rawPg = map.objectLocatorToPg(oid, { pool: id, hash: -1, ...locator });
  const pg = map.rawPgToPg(rawPg);
  const pps = rawPgToPps(pool, pg);
  const raw = pgToRawOsds(map.data, map.crush, pool, pg);
  const ruleno = map.crush.findRule(pool.crushRule, pool.type, pool.size);
  const rule = map.crush.crush.rules[ruleno];
  return {
    epoch: map.epoch,
    object: oid,
    pool: { id, name: map.poolName(id) ?? '', size: pool.size },
    key: locator.key === '' ? oid : locator.key,
    nspace: locator.nspace,
    hashName: cephStrHashName(pool.objectHash),
    hash: rawPg.seed,
    pgNum: pool.pgNum,
    pg: pgToString(pg),
    pgpNum: pool.pgpNum,
    pps,
    rule: {
      id: pool.crushRule,
      name: map.crush.crush.ruleNameMap.get(ruleno) ?? '',
      steps: rule?.steps.flatMap((step) => stepText(map.crush.crush, step) ?? []) ?? [],
    },
    raw,
    upmapped: applyUpmap(map.data, pg, raw),
    ...pgToUpActing(map.data, map.crush, pool, pg),
  };
}

/** The placement seed's own derivation, for those who want to follow it by hand. */
export function placementSeed({ hash, pgNum, pgpNum }: Placement): number {
  return cephStableMod(cephStableMod(hash, pgNum), pgpNum);
}
