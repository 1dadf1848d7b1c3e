import type { utime_t } from '../../../src/common/utime_t.ts';
import type { pg_t } from '../../../src/osd/osd_types.ts';
import { pgToString } from '../../../src/osd/osd_types.ts';
import { PgLog } from './PgLog.ts';
import { PoolObjects } from './PoolObjects.ts';
import type { ObjectId, StoredObject } from './StoredObject.ts';

/**
 * The objects of a whole simulated cluster. All OSDs see the same: what replication and recovery
 * bring about in Ceph is here so at once.
 */
export class ObjectStore {
  readonly #pools = new Map<number, PoolObjects>();
  readonly #logs = new Map<string, PgLog>();

  pool(id: number): PoolObjects {
    let pool = this.#pools.get(id);
    if (pool === undefined) {
      pool = new PoolObjects();
      this.#pools.set(id, pool);
    }
    return pool;
  }

  find(id: ObjectId): StoredObject | undefined {
    return this.#pools.get(id.pool)?.find(id);
  }

  log(pg: pg_t): PgLog {
    const key = pgToString(pg);
    let log = this.#logs.get(key);
    if (log === undefined) {
      log = new PgLog();
      this.#logs.set(key, log);
    }
    return log;
  }

  /** Of a pool that is no more. */
  removePool(id: number): void {
    this.#pools.delete(id);
    for (const pg of this.#logs.keys()) if (pg.startsWith(`${id}.`)) this.#logs.delete(pg);
  }
}
