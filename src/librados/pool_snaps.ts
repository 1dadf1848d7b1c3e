import { ENOENT } from '../common/errno.ts';
import { utimeToMs } from '../common/utime_t.ts';
import type { pool_snap_info_t } from '../osd/pg_pool.ts';
import { type PoolView, poolOf } from './pool_view.ts';
import { radosError } from './RadosError.ts';

/** A snapshot of a whole pool, as `rados mksnap` makes it. */
export interface PoolSnap {
  readonly id: number;
  readonly name: string;
  /** When it was made. */
  readonly timestamp: Date;
}

/** From old to new. Ceph: Objecter::pool_snap_list. */
export function listPoolSnaps(pool: PoolView): PoolSnap[] {
  const infos = [...poolOf(pool, 'listPoolSnaps').snaps.values()];
  return infos.map(poolSnap).sort((a, b) => a.id - b.id);
}

/** Throws ObjectNotFound if there is none of that name. Ceph: Objecter::pool_snap_by_name. */
export function snapLookup(pool: PoolView, name: string): number {
  const { snaps } = poolOf(pool, 'snapLookup');
  for (const info of snaps.values()) if (info.name === name) return info.snapid;
  throw noSuchSnap(pool, 'snapLookup', `'${name}'`);
}

/** Throws ObjectNotFound if there is none of that id. Ceph: Objecter::pool_snap_get_info. */
export function snapGetInfo(pool: PoolView, syscall: string, id: number | bigint): PoolSnap {
  const info = poolOf(pool, syscall).snaps.get(Number(id));
  if (info === undefined) throw noSuchSnap(pool, syscall, `${id}`);
  return poolSnap(info);
}

function poolSnap({ snapid, name, stamp }: pool_snap_info_t): PoolSnap {
  return { id: snapid, name, timestamp: new Date(utimeToMs(stamp)) };
}

function noSuchSnap({ poolName }: PoolView, syscall: string, snap: string): Error {
  return radosError(ENOENT, { syscall, pool: poolName, reason: `no snapshot ${snap}` });
}
