import { formatG } from '../../common/cpp_numbers.ts';
import { bucketItemWeights } from '../../crush/builder.ts';
import { CRUSH_ITEM_NONE } from '../../crush/crush_types.ts';
import type { OSDMap } from '../../osd/OSDMap.ts';
import { type pg_t, pgToString } from '../../osd/osd_types.ts';
import { pgToRawOsds, pickPrimary } from '../../osd/osdmap_mapping.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { USAGE } from './usage.ts';

const WEIGHT_ONE = 0x10000;

/** `--test-map-object`. */
export function testMapObject(map: OSDMap, oid: string, pool: number): string {
  if (!map.pools.has(pool)) throw new ToolExit(1, '', `There is no pool ${pool}\n`);
  const pg = map.rawPgToPg(map.objectLocatorToPg(oid, { pool, key: '', nspace: '', hash: -1 }));
  const { acting } = map.pgToUpActingOsds(pg);
  return ` object '${oid}' -> ${pgToString(pg)} -> [${acting}]\n`;
}

/** `--test-map-pg`. */
export function testMapPg(map: OSDMap, text: string): string {
  const match = /^(\d+)\.([0-9a-f]+)/i.exec(text);
  if (match === null) {
    throw new ToolExit(1, USAGE, `osdmaptool: failed to parse pg '${text}\n`);
  }
  const pg = { pool: Number(match[1]), seed: Number.parseInt((match[2] ?? '').slice(-8), 16) };
  return ` parsed '${text}' -> ${pgToString(pg)}\n${setsLine(map, pg)}`;
}

function setsLine(map: OSDMap, pg: pg_t): string {
  const pool = map.pools.get(pg.pool);
  const raw = pool === undefined ? [] : pgToRawOsds(map.data, map.crush, pool, pg);
  const actual = pool === undefined ? pg : map.rawPgToPg(pg);
  const { up, upPrimary, acting, actingPrimary } = map.pgToUpActingOsds(actual);
  return (
    `${pgToString(pg)} raw ([${raw}], p${pickPrimary(raw)}) ` +
    `up ([${up}], p${upPrimary}) acting ([${acting}], p${actingPrimary})\n`
  );
}

export type PgsDump = 'none' | 'acting' | 'all';

/** `--test-map-pgs` and its two kinds of dump. `pool`: -1 for all. */
export function testMapPgs(map: OSDMap, pool: number, dump: PgsDump): string {
  if (pool !== -1 && !map.pools.has(pool)) throw new ToolExit(1, '', `There is no pool ${pool}\n`);
  const tally = new Tally(map);
  let text = '';
  for (const [id, { pgNum }] of [...map.pools].sort(([a], [b]) => a - b)) {
    if (pool !== -1 && id !== pool) continue;
    text += `pool ${id} pg_num ${pgNum}\n`;
    for (let seed = 0; seed < pgNum; seed++) {
      const pg = { pool: id, seed };
      const { acting, actingPrimary } = map.pgToUpActingOsds(pg);
      tally.add(acting, actingPrimary);
      if (dump === 'acting') text += `${pgToString(pg)}\t[${acting}]\t${actingPrimary}\n`;
      else if (dump === 'all') text += setsLine(map, pg);
    }
  }
  return text + tally.report();
}

/** How PGs spread over the OSDs. */
class Tally {
  readonly #map: OSDMap;
  readonly #count: number[];
  readonly #first: number[];
  readonly #primary: number[];
  /** PGs by the size of their acting set. */
  readonly #sizes: number[] = [];

  constructor(map: OSDMap) {
    this.#map = map;
    this.#count = new Array<number>(map.maxOsd).fill(0);
    this.#first = new Array<number>(map.maxOsd).fill(0);
    this.#primary = new Array<number>(map.maxOsd).fill(0);
  }

  add(acting: readonly number[], primary: number): void {
    this.#sizes[acting.length] = (this.#sizes[acting.length] ?? 0) + 1;
    for (const osd of acting) if (osd !== CRUSH_ITEM_NONE) increment(this.#count, osd);
    const first = acting[0];
    if (first !== undefined && first !== CRUSH_ITEM_NONE) increment(this.#first, first);
    if (primary >= 0) increment(this.#primary, primary);
  }

  report(): string {
    const weights = itemWeights(this.#map);
    const osds = this.#count.flatMap((count, osd) => {
      const weight = weights.get(osd) ?? 0;
      return this.#map.isIn(osd) && weight > 0 ? [{ osd, count, weight }] : [];
    });
    const lines = osds.map(({ osd, count, weight }) => {
      const reweight = this.#map.getWeight(osd) / WEIGHT_ONE;
      const counts = [count, this.#first[osd], this.#primary[osd]].join('\t');
      return `osd.${osd}\t${counts}\t${formatG(weight / WEIGHT_ONE)}\t${formatG(reweight)}`;
    });
    return [
      '#osd\tcount\tfirst\tprimary\tc wt\twt',
      ...lines,
      ...spreadLines(osds),
      ...this.#sizes.flatMap((pgs, size) => (pgs > 0 ? [`size ${size}\t${pgs}`] : [])),
    ]
      .map((line) => `${line}\n`)
      .join('');
  }
}

function increment(counts: number[], osd: number): void {
  counts[osd] = (counts[osd] ?? 0) + 1;
}

function spreadLines(osds: readonly { readonly osd: number; readonly count: number }[]): string[] {
  const n = osds.length;
  const total = osds.reduce((sum, { count }) => sum + count, 0);
  const avg = n === 0 ? 0 : Math.floor(total / n);
  const dev = Math.sqrt(osds.reduce((sum, { count }) => sum + (avg - count) ** 2, 0) / n);
  const expected = Math.sqrt((total / n) * (1 - 1 / n));
  const used = osds.filter(({ count }) => count > 0);
  const least = used.reduce(
    (a, b) => (b.count < a.count ? b : a),
    used[0] ?? { osd: -1, count: 0 },
  );
  const most = used.reduce((a, b) => (b.count > a.count ? b : a), used[0] ?? { osd: -1, count: 0 });
  const lines = [
    ` in ${n}`,
    ` avg ${avg} stddev ${formatG(dev)} (${formatG(dev / avg)}x) ` +
      `(expected ${formatG(expected)} ${formatG(expected / avg)}x))`,
  ];
  if (least.osd >= 0) lines.push(` min osd.${least.osd} ${least.count}`);
  if (most.osd >= 0) lines.push(` max osd.${most.osd} ${most.count}`);
  return lines;
}

/** The weight of each item in the first bucket that holds it. Ceph: CrushWrapper::get_item_weight. */
export function itemWeights(map: OSDMap): Map<number, number> {
  const weights = new Map<number, number>();
  for (const bucket of map.crush.crush.buckets) {
    if (bucket === undefined) continue;
    const all = bucketItemWeights(bucket);
    for (const [i, item] of bucket.items.entries()) {
      if (!weights.has(item)) weights.set(item, all[i] ?? 0);
    }
  }
  return weights;
}
