import { ENOENT } from '../../../src/common/errno.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import { newPgPool, POOL_FLAG_POOL_SNAPS, type pg_pool_t } from '../../../src/osd/pg_pool.ts';
import { CommandError } from './CommandError.ts';

/** A pool as the newest map has it. */
export interface FoundPool {
  readonly id: number;
  readonly name: string;
  readonly pool: pg_pool_t;
}

/** Throws CommandError. */
export function findPool(map: OSDMap, name: string, what = 'unrecognized pool'): FoundPool {
  const id = map.lookupPgPoolName(name);
  const pool = id === undefined ? undefined : map.pools.get(id);
  if (id === undefined || pool === undefined) throw new CommandError(ENOENT, `${what} '${name}'`);
  return { id, name, pool };
}

export function snapNamed(pool: pg_pool_t, name: string): number | undefined {
  return [...pool.snaps.values()].find((snap) => snap.name === name)?.snapid;
}

/** What becomes of a pool when it gets a snapshot. Ceph: pg_pool_t::add_snap. */
export function withSnap(
  pool: pg_pool_t,
  name: string,
  epoch: number,
  stamp: pg_pool_t['createTime'],
): pg_pool_t {
  const snapid = pool.snapSeq + 1;
  const snaps = new Map(pool.snaps).set(snapid, { snapid, stamp, name });
  const flags = pool.flags | POOL_FLAG_POOL_SNAPS;
  return newPgPool({ ...pool, snapSeq: snapid, snaps, snapEpoch: epoch, flags });
}

/** Ceph: pg_pool_t::remove_snap. */
export function withoutSnap(pool: pg_pool_t, snapid: number, epoch: number): pg_pool_t {
  const snaps = new Map(pool.snaps);
  snaps.delete(snapid);
  return newPgPool({ ...pool, snapSeq: pool.snapSeq + 1, snaps, snapEpoch: epoch });
}
