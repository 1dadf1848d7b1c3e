import { reverseBits } from './hobject_order.ts';
import { HOBJECT_MAX, HOBJECT_NONE, type hobject_t } from './hobject_t.ts';
import type { pg_t } from './osd_types.ts';
import { CEPH_NOSNAP } from './rados.ts';

/** Objects that follow each other: from `start` on, and before `end`. */
export interface HobjectRange {
  readonly start: hobject_t;
  readonly end: hobject_t;
}

/** Hashes are below it. */
const HASHES = 2 ** 32;

/** Before all objects of the pool that have this hash. */
export function hobjectAtHash(pool: number, hash: number): hobject_t {
  return { ...HOBJECT_NONE, snap: CEPH_NOSNAP, hash, pool };
}

/** The objects of a PG. Ceph: pg_t::get_hobj_start, get_hobj_end. */
export function hobjectsOfPg(pg: pg_t, pgNum: number): HobjectRange {
  return {
    start: { ...HOBJECT_NONE, hash: pg.seed, pool: pg.pool },
    end: atReversed(pg.pool, reverseBits(pg.seed) + HASHES / 2 ** splitBits(pg.seed, pgNum)),
  };
}

/**
 * Part `n` of `m` of a range in `pool`; all parts together are the range, and no object is in two.
 * Ceph: IoCtxImpl::object_list_slice.
 */
export function sliceOfRange(
  pool: number,
  { start, end }: HobjectRange,
  n: number,
  m: number,
): HobjectRange {
  if (start.isMax) return { start: HOBJECT_MAX, end: HOBJECT_MAX };
  const first = BigInt(reverseBits(start.hash));
  const hashes = (end.isMax ? BigInt(HASHES) : BigInt(reverseBits(end.hash))) - first;
  const at = (i: number) => Number(first + (hashes * BigInt(i)) / BigInt(m));
  return {
    start: n === 0 ? start : atReversed(pool, at(n)),
    end: n === m - 1 ? end : atReversed(pool, at(n + 1)),
  };
}

function atReversed(pool: number, reversed: number): hobject_t {
  return reversed >= HASHES ? HOBJECT_MAX : hobjectAtHash(pool, reverseBits(reversed));
}

/** How many of the last bits of a hash say that it is in the PG of `seed`. Ceph: pg_t::get_split_bits. */
function splitBits(seed: number, pgNum: number): number {
  if (pgNum === 1) return 0;
  const bits = 32 - Math.clz32(pgNum);
  const mask = 2 ** (bits - 1) - 1;
  return (seed & mask) < (pgNum & mask) ? bits : bits - 1;
}
