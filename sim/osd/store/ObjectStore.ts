import { type pg_t, pgToString } from '../../../src/osd/osd_types.ts';
import type { Change } from './Change.ts';
import { PgLog } from './PgLog.ts';
import { PoolObjects } from './PoolObjects.ts';
import { objectStateOf, type PutObject } from './put_object.ts';
import { SNAPSET_NEW } from './SnapSet.ts';
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

  /** `object`, if given, may have come from another PG, by a split: the versions of this one go on from its. */
  log(pg: pg_t, object?: StoredObject): PgLog {
    const key = pgToString(pg);
    let log = this.#logs.get(key);
    if (log === undefined) {
      log = new PgLog();
      this.#logs.set(key, log);
    }
    if (object?.head !== undefined) {
      log.noteVersion(object.head.version, object.head.userVersion);
    }
    return log;
  }

  /** Creates the object, or replaces it, at once. */
  put(id: ObjectId, pg: pg_t, what: PutObject): void {
    const log = this.log(pg);
    const version = log.next(1);
    log.noteVersion(version, version.version);
    this.pool(id.pool).findOrAdd(id).head = objectStateOf(what, version);
  }

  /** False: the object is not what the change was made for, and nothing happens. */
  apply(change: Change): boolean {
    const { id, before, after, snapset, clone } = change;
    const pool = this.pool(id.pool);
    const found = pool.find(id);
    if (found?.head !== before) return false;
    if ((found?.snapset ?? SNAPSET_NEW) !== change.snapsetBefore) return false;
    if (after === undefined) {
      pool.remove(id);
      return true;
    }
    const object = found ?? pool.findOrAdd(id);
    if (clone !== undefined) {
      const { state } = clone;
      object.clones.set(clone.id, { ...state, omap: state.omap.copy() });
    }
    for (const changeOmap of change.omapChanges) changeOmap(after.omap);
    object.head = after;
    object.snapset = snapset;
    return true;
  }

  /** Forgets those that are no more. */
  keepPools(pools: ReadonlyMap<number, unknown>): void {
    for (const id of this.#pools.keys()) if (!pools.has(id)) this.#removePool(id);
  }

  #removePool(id: number): void {
    this.#pools.delete(id);
    for (const pg of this.#logs.keys()) if (pg.startsWith(`${id}.`)) this.#logs.delete(pg);
  }
}
