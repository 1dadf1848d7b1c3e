import { CRUSH_ITEM_NONE } from '../../../crush/crush_types.ts';
import type { OSDMap } from '../../../osd/OSDMap.ts';
import { pgToUpActing } from '../../../osd/osdmap_mapping.ts';
import { type PoolShare, poolShare } from './pool_share.ts';

/** Which OSDs serve the PGs of a pool, counted PG by PG, so that a page can do something else in between. */
export class PgCounter {
  readonly pgNum: number;
  readonly share: PoolShare;
  /** By OSD. */
  readonly pgs: Uint32Array;
  readonly primaries: Uint32Array;
  /** PGs so far: those of the lowest seeds. */
  counted = 0;
  /** PGs with fewer OSDs than the pool wants. */
  short = 0;
  readonly #map: OSDMap;
  readonly #pool: number;

  constructor(map: OSDMap, pool: number) {
    this.#map = map;
    this.#pool = pool;
    this.pgNum = map.pools.get(pool)?.pgNum ?? 0;
    this.share = poolShare(map, pool);
    this.pgs = new Uint32Array(map.maxOsd);
    this.primaries = new Uint32Array(map.maxOsd);
  }

  get isDone(): boolean {
    return this.counted >= this.pgNum;
  }

  /** Throws CrushWorkError for a map that asks for absurdly much work. */
  countNext(): void {
    const pool = this.#map.pools.get(this.#pool);
    if (pool === undefined || this.isDone) return;
    const pg = { pool: this.#pool, seed: this.counted };
    const at = pgToUpActing(this.#map.data, this.#map.crush, pool, pg);
    let found = 0;
    for (const osd of at.acting) {
      if (osd === CRUSH_ITEM_NONE) continue;
      found++;
      add(this.pgs, osd);
    }
    add(this.primaries, at.actingPrimary);
    if (found < pool.size) this.short++;
    this.counted++;
  }

  /** Of the PGs counted so far, what `osd` would have by weight. */
  idealOf(osd: number): number {
    return ((this.share.ideal[osd] ?? 0) * this.counted) / this.pgNum;
  }

  fullOf(osd: number): number {
    return ((this.share.full[osd] ?? 0) * this.counted) / this.pgNum;
  }
}

function add(counts: Uint32Array, osd: number): void {
  const count = counts[osd];
  if (count !== undefined) counts[osd] = count + 1;
}
