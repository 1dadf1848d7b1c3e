import type { Random } from '../../../src/common/Random.ts';
import type { utime_t } from '../../../src/common/utime_t.ts';
import type { MOSDOp } from '../../../src/messages/MOSDOp.ts';
import type { entity_addr_t, entity_name_t } from '../../../src/msg/msg_types.ts';
import type { pg_pool_t } from '../../../src/osd/pg_pool.ts';
import { type snap_interval_set_t, unionOf } from '../../../src/osd/snap_intervals.ts';
import type { Extents } from '../store/Extents.ts';
import { newObjectState, type ObjectState } from '../store/ObjectState.ts';
import type { ObjectStore } from '../store/ObjectStore.ts';
import type { Omap } from '../store/Omap.ts';
import type { SnapSet } from '../store/SnapSet.ts';
import type { ObjectId, StoredObject } from '../store/StoredObject.ts';
import { OpEffects } from './OpEffects.ts';

/** Who asks, and when. */
export interface OpOrigin {
  readonly client: entity_name_t;
  readonly addr: entity_addr_t;
  readonly now: utime_t;
  readonly random: Random;
}

export interface OpContextInit {
  readonly op: MOSDOp;
  readonly origin: OpOrigin;
  readonly pool: pg_pool_t;
  readonly store: ObjectStore;
  readonly id: ObjectId;
  /** With its clones; undefined: nothing was ever there. */
  readonly object: StoredObject | undefined;
  /** What is read: the head, or a clone. */
  readonly before: ObjectState | undefined;
  /** Where a name leads, for COPY_FROM. */
  readonly locate: Locate;
  readonly watches: WatchState;
}

/** What steps ask of the watches that the OSD has. */
export interface WatchState {
  /** False: the client has to connect anew. */
  gotPing(object: ObjectId, key: string): boolean;
  nextNotifyId(): bigint;
}

/** Undefined: there is no such pool. */
export type Locate = (at: Omit<ObjectId, 'hash'>) => ObjectId | undefined;

/**
 * An op while it is executed: what its object was, and what it is to become. Steps read what was, as in
 * Ceph, where the transaction comes behind them all; only sizes and whether the object exists follow the
 * writes at once. Ceph: PrimaryLogPG::OpContext.
 */
export class OpContext {
  readonly op: MOSDOp;
  readonly origin: OpOrigin;
  readonly pool: pg_pool_t;
  readonly store: ObjectStore;
  readonly id: ObjectId;
  readonly object: StoredObject | undefined;
  readonly before: ObjectState | undefined;
  readonly locate: Locate;
  readonly watches: WatchState;
  readonly effects: OpEffects = new OpEffects();
  /** Undefined: there is none, or none any more. */
  next: ObjectState | undefined;
  /** Its transaction is not empty. */
  isChanged = false;
  /** A step is a write that users can see. */
  isUserModify = false;
  snapset: SnapSet;
  /** Of the write: with these the object has to be kept as it is. */
  snapc: { readonly seq: number; readonly snaps: readonly number[] } = { seq: 0, snaps: [] };
  /** In the place of a new one: of what was copied. */
  userVersion: number | undefined;
  mtime: utime_t;
  /** What is to be done to the omap, in order, when all has succeeded. */
  readonly omapChanges: ((omap: Omap) => void)[] = [];
  #modified: snap_interval_set_t = [];

  constructor(init: OpContextInit, snapset: SnapSet) {
    this.op = init.op;
    this.origin = init.origin;
    this.pool = init.pool;
    this.store = init.store;
    this.id = init.id;
    this.object = init.object;
    this.before = init.before;
    this.locate = init.locate;
    this.watches = init.watches;
    this.next = init.before;
    this.snapset = snapset;
    this.mtime = init.op.mtime;
  }

  /** Deleted ones that are kept for their clones are none. */
  get exists(): boolean {
    return this.next?.isWhiteout === false;
  }

  get existed(): boolean {
    return this.before?.isWhiteout === false;
  }

  get size(): number {
    return this.next?.data.size ?? 0;
  }

  /** Bytes that are not as they were. */
  get modified(): snap_interval_set_t {
    return this.#modified;
  }

  noteModified(start: number, length: number): void {
    if (length > 0) this.#modified = unionOf(this.#modified, [{ start, length }]);
  }

  /** Makes the object, if it is not there, and changes it. Ceph: maybe_create_new_object. */
  change(fields: Partial<ObjectState>): void {
    this.isChanged = true;
    this.next = { ...(this.next ?? newObjectState()), isWhiteout: false, ...fields };
  }

  changeData(data: Extents): void {
    this.change({ data });
  }

  setXattr(name: string, value: Uint8Array | undefined): void {
    const xattrs = new Map(this.next?.xattrs);
    if (value === undefined) xattrs.delete(name);
    else xattrs.set(name, value);
    this.change({ xattrs });
  }

  changeOmap(change: (omap: Omap) => void): void {
    this.omapChanges.push(change);
    this.change({ isOmap: true });
  }
}
