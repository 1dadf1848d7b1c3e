import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodePg, encodePg, type pg_t } from './osd_types.ts';

/** Bytes of a pg_t on the wire. */
const PG_LENGTH = 17;

export interface ReadonlyPgMap<V> extends Iterable<readonly [pg_t, V]> {
  readonly size: number;
  get(pg: pg_t): V | undefined;
  ofPool(pool: number): ReadonlyMap<number, V> | undefined;
  /** With `added` over it and without `removed`; shares what it has of pools of which none speaks. */
  changed(added: ReadonlyPgMap<V>, removed: Iterable<pg_t>): ReadonlyPgMap<V>;
}

/** A map from PGs that looks one up without making a key. Iterates by pool, then seed, as Ceph does. */
export class PgMap<V> implements ReadonlyPgMap<V> {
  readonly #pools = new Map<number, Map<number, V>>();

  constructor(entries: Iterable<readonly [pg_t, V]> = []) {
    for (const [pg, value] of entries) this.set(pg, value);
  }

  get size(): number {
    let size = 0;
    for (const seeds of this.#pools.values()) size += seeds.size;
    return size;
  }

  get(pg: pg_t): V | undefined {
    return this.#pools.get(pg.pool)?.get(pg.seed);
  }

  /** The entries of one pool by seed; `undefined`: it has none. */
  ofPool(pool: number): ReadonlyMap<number, V> | undefined {
    return this.#pools.get(pool);
  }

  set(pg: pg_t, value: V): void {
    let seeds = this.#pools.get(pg.pool);
    if (seeds === undefined) {
      seeds = new Map();
      this.#pools.set(pg.pool, seeds);
    }
    seeds.set(pg.seed, value);
  }

  delete(pg: pg_t): void {
    const seeds = this.#pools.get(pg.pool);
    if (seeds?.delete(pg.seed) && seeds.size === 0) this.#pools.delete(pg.pool);
  }

  changed(added: ReadonlyPgMap<V>, removed: Iterable<pg_t>): PgMap<V> {
    const next = new PgMap<V>();
    for (const [pool, seeds] of this.#pools) next.#pools.set(pool, seeds);
    const owned = new Set<number>();
    const own = (pool: number) => {
      const seeds = next.#pools.get(pool);
      if (seeds !== undefined && !owned.has(pool)) next.#pools.set(pool, new Map(seeds));
      owned.add(pool);
    };
    for (const [pg, value] of added) {
      own(pg.pool);
      next.set(pg, value);
    }
    for (const pg of removed) {
      own(pg.pool);
      next.delete(pg);
    }
    return next;
  }

  *[Symbol.iterator](): Iterator<readonly [pg_t, V]> {
    for (const pool of sorted(this.#pools.keys())) {
      const seeds = this.#pools.get(pool) ?? new Map<number, V>();
      for (const seed of sorted(seeds.keys())) {
        const value = seeds.get(seed);
        if (value !== undefined) yield [{ pool, seed }, value];
      }
    }
  }
}

/** map<pg_t, V>. `size`: least bytes of a value. */
export function decodePgMap<V>(
  dec: Decoder,
  field: string,
  size: number,
  value: () => V,
): PgMap<V> {
  const count = dec.count(field, PG_LENGTH + size);
  const map = new PgMap<V>();
  for (let i = 0; i < count; i++) {
    const pg = decodePg(dec);
    map.set(pg, value());
  }
  return map;
}

export function encodePgMap<V>(
  enc: Encoder,
  map: ReadonlyPgMap<V>,
  value: (value: V) => void,
): void {
  enc.u32(map.size);
  for (const [pg, v] of map) {
    encodePg(enc, pg);
    value(v);
  }
}

/** A set<pg_t>, here a list. */
export function decodePgs(dec: Decoder, field: string): pg_t[] {
  const count = dec.count(field, PG_LENGTH);
  const pgs: pg_t[] = [];
  for (let i = 0; i < count; i++) pgs.push(decodePg(dec));
  return pgs;
}

export function encodePgs(enc: Encoder, pgs: readonly pg_t[]): void {
  const set = new PgMap(pgs.map((pg) => [pg, true] as const));
  enc.u32(set.size);
  for (const [pg] of set) encodePg(enc, pg);
}

function sorted(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
