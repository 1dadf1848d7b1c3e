import { ENOENT } from '../common/errno.ts';
import type { pg_pool_t } from '../osd/pg_pool.ts';
import { radosError } from './RadosError.ts';
import type { Session } from './Session.ts';

/** A pool, as an IoCtx sees it. */
export interface PoolView {
  readonly session: Session;
  readonly poolId: number;
  readonly poolName: string;
  readonly namespace: string;
}

/** The pool by the newest map that has come. Throws ObjectNotFound when it is gone. */
export function poolOf({ session, poolId, poolName }: PoolView, syscall: string): pg_pool_t {
  session.checkConnected(syscall);
  const pool = session.osdMap().pools.get(poolId);
  if (pool !== undefined) return pool;
  throw radosError(ENOENT, { syscall, pool: poolName, reason: 'no such pool' });
}
