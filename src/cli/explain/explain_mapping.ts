import { cephStrHashName } from '../../common/ceph_hash.ts';
import { CRUSH_ITEM_NONE } from '../../crush/crush_types.ts';
import { stepText } from '../../crush/decompile.ts';
import { crushHash32_2 } from '../../crush/hash.ts';
import type { OSDMap } from '../../osd/OSDMap.ts';
import { type object_locator_t, pgToString } from '../../osd/osd_types.ts';
import type { Osds } from '../../osd/osdmap_data.ts';
import { applyUpmap, pgToRawOsds, type UpActing } from '../../osd/osdmap_mapping.ts';
import { cephStableMod, rawPgToPps } from '../../osd/pg_pool.ts';
import { CEPH_OSD_IN } from '../../osd/rados.ts';

/** Every number on the way from an object's name to its OSDs. */
export interface Explanation extends UpActing {
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
  readonly tries: readonly CrushTry[];
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
  const pool = id === undefined ? undefined : map.pools.get(id);
  if (id === undefined || pool === undefined) throw new RangeError(`there is no pool ${poolName}`);
  const rawPg = map.objectLocatorToPg(oid, { pool: id, hash: -1, ...locator });
  const pg = map.rawPgToPg(rawPg);
  const pps = rawPgToPps(pool, pg);
  const raw = pgToRawOsds(map.data, map.crush, pool, pg);
  const ruleno = map.crush.findRule(pool.crushRule, pool.type, pool.size);
  const rule = map.crush.crush.rules[ruleno];
  return {
    epoch: map.epoch,
    object: oid,
    pool: { id, name: poolName, size: pool.size },
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
    tries: ruleno < 0 ? [] : traceTries(map, ruleno, pps, pool.size, id),
    raw,
    upmapped: applyUpmap(map.data, pg, raw),
    ...map.pgToUpActingOsds(pg),
  };
}

/** The placement seed's own derivation, for those who want to follow it by hand. */
export function placementSeed({ hash, pgNum, pgpNum }: Explanation): number {
  return cephStableMod(cephStableMod(hash, pgNum), pgpNum);
}

/** Each descent of the mapping: where it went, what came up, and what became of that. */
function traceTries(
  map: OSDMap,
  ruleno: number,
  x: number,
  size: number,
  pool: number,
): CrushTry[] {
  const tries: CrushTry[] = [];
  let path: { bucket: string; r: number }[] = [];
  const name = (item: number) =>
    item === CRUSH_ITEM_NONE ? 'nothing' : (map.crush.crush.nameMap.get(item) ?? `osd.${item}`);
  const end = (item: number, refused: string | undefined) => {
    tries.push({ path, item: name(item), refused });
    path = [];
  };
  map.crush.traceRule(ruleno, x, size, map.data.osdWeight, pool, {
    drew: (bucket, r) => path.push({ bucket: name(bucket), r }),
    took: (item) => end(item, undefined),
    refused: (item, isCollision) => {
      end(item, isCollision ? 'is in the set already' : refusal(map, item, x));
    },
  });
  return tries;
}

function refusal(map: OSDMap, item: number, x: number): string {
  if (item < 0) return 'no device below it';
  if (item === CRUSH_ITEM_NONE) return 'the bucket is empty';
  const weight = map.getWeight(item);
  if (weight === 0) return 'is out';
  if (weight >= CEPH_OSD_IN) return 'is a device, where a bucket is wanted';
  const draw = crushHash32_2(x, item) & 0xffff;
  return `is out for this x: drew ${draw}, not below its weight ${weight}`;
}
