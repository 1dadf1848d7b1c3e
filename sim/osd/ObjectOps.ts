import type { CephContext } from '../../src/common/CephContext.ts';
import { keepCrc32c } from '../../src/common/crc32c_kept.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { EAGAIN, ENOENT, EPERM } from '../../src/common/errno.ts';
import { utimeFromMs } from '../../src/common/utime_t.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { MOSDOpReply } from '../../src/messages/MOSDOpReply.ts';
import type { osd_reqid_t } from '../../src/messages/rep_op.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { entity_name_t } from '../../src/msg/msg_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { pg_t } from '../../src/osd/osd_types.ts';
import type { pg_pool_t } from '../../src/osd/pg_pool.ts';
import { CEPH_OSD_FLAG_SKIPRWLOCKS, CEPH_SNAPDIR } from '../../src/osd/rados.ts';
import type { snap_interval_set_t } from '../../src/osd/snap_intervals.ts';
import { ObjectLocks } from './ObjectLocks.ts';
import { type Executed, executeOp } from './ops/execute_op.ts';
import { findState } from './ops/find_state.ts';
import { type Locate, OpContext } from './ops/OpContext.ts';
import { type OpInfo, opInfoOf } from './ops/op_info.ts';
import { doPgOps } from './ops/pg_ops.ts';
import { executedReply, refusedReply, repeatedReply } from './ops/replies.ts';
import { NO_DATA } from './ops/step.ts';
import { osdCapAllows } from './osd_cap.ts';
import type { RepOps } from './RepOps.ts';
import { type WatchInfo, watcherKey } from './store/ObjectState.ts';
import type { ObjectStore } from './store/ObjectStore.ts';
import { objectStateOf, type PutObject } from './store/put_object.ts';
import { SNAPSET_NEW } from './store/SnapSet.ts';
import { fullKey, type ObjectId, type StoredObject } from './store/StoredObject.ts';
import { trimSnaps } from './trim_snaps.ts';
import { Watches } from './Watches.ts';
import { whyRefused } from './why_refused.ts';

/** An op that has been let in. */
export interface AdmittedOp {
  readonly con: Connection;
  readonly op: MOSDOp;
  readonly map: OSDMap;
  readonly pool: pg_pool_t;
  readonly isPrimary: boolean;
  readonly answer: (reply: MOSDOpReply) => void;
  /** It had to wait, and is to be looked at from the start. */
  readonly again: () => void;
}

export interface ObjectOpsOptions {
  readonly cct: Pick<CephContext, 'clock' | 'random'>;
  readonly whoami: number;
  readonly store: ObjectStore;
  readonly repOps: Pick<RepOps, 'submit' | 'isUnstable'>;
  readonly map: () => OSDMap | undefined;
}

/** A client that the messenger does not name. */
const NOBODY: entity_name_t = { type: 0, num: 0 };

/**
 * Ops on objects, and on PGs: each is looked at, waits while its object is being written, is executed, and
 * what it writes goes to the replicas before it is answered. Ceph: PrimaryLogPG::do_op.
 */
export class ObjectOps {
  readonly watches: Watches;
  readonly #options: ObjectOpsOptions;
  readonly #locks = new ObjectLocks();
  /** Maps that follow each other have the same sets, as long as nothing is removed. */
  readonly #trimmed = new WeakSet<snap_interval_set_t>();

  constructor(options: ObjectOpsOptions) {
    this.#options = options;
    this.watches = new Watches({
      clock: options.cct.clock,
      epoch: () => options.map()?.epoch ?? 0,
      onTimeout: (object, watch) => this.#unwatch(object, watch),
    });
  }

  doOp(asked: AdmittedOp): void {
    const { op, map, isPrimary, con } = asked;
    const { epoch } = map;
    const info = opInfoOf(op);
    if (typeof info === 'number') {
      asked.answer(refusedReply(op, info, epoch));
      return;
    }
    // One that may not be served by any member of the PG has gone astray.
    if (!isPrimary && (info.mayWrite || info.mayCache || !info.mayRead)) return;
    if (!osdCapAllows(con.peerAuth?.caps, map, op, info.needs)) {
      asked.answer(refusedReply(op, EPERM, epoch));
      return;
    }
    if (info.isPgOp) {
      this.#doPgOp(asked);
      return;
    }
    const errno = whyRefused(op, info, map, con.peerAddr);
    const id = idOf(op);
    if (errno !== 0) asked.answer(refusedReply(op, errno, epoch));
    else if (!isPrimary && this.#options.repOps.isUnstable(map, op.pgid.pgid, id)) {
      asked.answer(refusedReply(op, EAGAIN, epoch));
    } else if (op.flags & CEPH_OSD_FLAG_SKIPRWLOCKS || this.#isFree(id, asked.again)) {
      this.#execute(asked, info, id);
    }
  }

  /** What a test puts there. */
  put(id: ObjectId, pg: pg_t, what: PutObject, done: (isWritten: boolean) => void): void {
    if (!this.#isFree(id, () => this.put(id, pg, what, done))) return;
    const { store, repOps, whoami, map } = this.#options;
    const key = fullKey(id);
    this.#locks.take(key);
    const object = store.find(id);
    const version = store.log(pg, object).next(map()?.epoch ?? 0);
    const change = {
      id,
      before: object?.head,
      snapsetBefore: object?.snapset ?? SNAPSET_NEW,
      after: objectStateOf(what, version),
      snapset: object?.snapset ?? SNAPSET_NEW,
      clone: undefined,
      omapChanges: [],
    };
    store.log(pg).noteVersion(version, version.version);
    const reqid = {
      name: { type: CEPH_ENTITY_TYPE_OSD, num: whoami },
      tid: version.version,
      inc: 0,
    };
    const transaction = what.data;
    repOps.submit({
      object: id,
      pg,
      reqid,
      version,
      transaction,
      done: (isWritten) => {
        const isDone = isWritten && store.apply(change);
        this.#locks.release(key);
        done(isDone);
      },
    });
  }

  /** Of PGs that are another's now nothing is kept, nor what was kept for snapshots that are no more. */
  onMap(map: OSDMap): void {
    const { newRemovedSnaps, removedSnapsQueue } = map.data;
    for (const [pool, snaps] of [...newRemovedSnaps, ...removedSnapsQueue]) {
      if (this.#trimmed.has(snaps) || !map.pools.has(pool)) continue;
      this.#trimmed.add(snaps);
      trimSnaps(this.#options.store, map, pool, snaps);
    }
    this.watches.keepOnly((object) => {
      const pool = map.pools.get(object.pool);
      if (pool === undefined) return false;
      const pg = map.rawPgToPg({ pool: object.pool, seed: object.hash });
      return map.pgToUpActingOsds(pg).actingPrimary === this.#options.whoami;
    });
  }

  /** A client is gone. */
  onReset(con: Connection): void {
    this.watches.onReset(con);
  }

  /** The process dies. */
  clear(): void {
    this.#locks.clear();
    this.watches.clear();
  }

  #isFree(id: ObjectId, again: () => void): boolean {
    return this.#locks.isFreeOr(id, again);
  }

  #doPgOp({ op, map, pool, answer }: AdmittedOp): void {
    const { store } = this.#options;
    const { lastUpdate, lastUserVersion } = store.log(op.pgid.pgid);
    const result = doPgOps(op, pool.pgNum, store);
    const versions = { replay: lastUpdate, user: lastUserVersion };
    answer(executedReply(op, result, map.epoch, versions));
  }

  /** Ceph: the second half of PrimaryLogPG::do_op, and execute_ctx. */
  #execute(asked: AdmittedOp, info: OpInfo, id: ObjectId): void {
    const { op, map } = asked;
    const { store } = this.#options;
    const object = store.find(id);
    const log = store.log(op.pgid.pgid, object);
    const reqid = reqidOf(op);
    const reqidText = reqidToString(reqid);
    const before = info.mayWrite ? log.find(reqidText) : undefined;
    if (before !== undefined) {
      asked.answer(repeatedReply(op, before, map.epoch));
      return;
    }
    const ctx = this.#contextOf(asked, info, id, object);
    if (ctx === undefined) {
      asked.answer(refusedReply(op, ENOENT, map.epoch));
      return;
    }
    const removedSnaps = map.data.removedSnapsQueue.get(id.pool) ?? [];
    const options = { info, epoch: map.epoch, log, reqid: reqidText, removedSnaps };
    this.#finish(asked, ctx, executeOp(ctx, options), reqid);
  }

  /** Undefined: there is nothing to read. */
  #contextOf(
    asked: AdmittedOp,
    info: OpInfo,
    id: ObjectId,
    object: StoredObject | undefined,
  ): OpContext | undefined {
    const { op, map, pool, con } = asked;
    const { store, cct } = this.#options;
    if (object !== undefined && asked.isPrimary) this.watches.load(object);
    const removed = map.data.removedSnapsQueue.get(id.pool) ?? [];
    const isRemoved = removed.some(
      ({ start, length }) => op.snapid >= start && op.snapid < start + length,
    );
    const before = object === undefined || isRemoved ? undefined : findState(object, op.snapid);
    const mayCreate = info.mayWrite || info.mayCache;
    const isThere = before !== undefined && (!before.isWhiteout || isOfSnapDir(op));
    if (!mayCreate && !isThere) return undefined;
    const { clock, random } = cct;
    const origin = {
      client: op.src ?? NOBODY,
      addr: con.peerAddr,
      now: utimeFromMs(clock.realNow()),
      random,
    };
    const locate = locateIn(map);
    const { watches } = this;
    const snapset = object?.snapset ?? SNAPSET_NEW;
    const init = { op, origin, pool, store, id, object, before, locate, watches };
    return new OpContext(init, snapset);
  }

  #finish(asked: AdmittedOp, ctx: OpContext, executed: Executed, reqid: osd_reqid_t): void {
    if (executed.kind === 'drop') return;
    if (executed.kind === 'reply') {
      if (executed.hasEffects) this.watches.doEffects(ctx, asked.con);
      asked.answer(executed.reply);
      return;
    }
    const { store, repOps } = this.#options;
    const { change, version, done: doneWrite, reply } = executed;
    const { pgid: pg } = asked.op.pgid;
    const key = fullKey(ctx.id);
    store.log(pg).noteVersion(version, doneWrite.userVersion);
    this.#locks.take(key);
    const done = (isWritten: boolean): void => {
      const isDone = isWritten && store.apply(change);
      if (isDone) {
        store.log(pg).add(reqidToString(reqid), doneWrite);
        asked.answer(reply);
        this.watches.doEffects(ctx, asked.con);
      }
      this.#locks.release(key);
      // It is looked at anew, and dropped if it is another's now.
      if (!isDone) asked.again();
    };
    const transaction = asked.op.data.length === 1 ? (asked.op.data[0] ?? NO_DATA) : NO_DATA;
    // It goes to each replica.
    keepCrc32c(transaction);
    repOps.submit({ object: ctx.id, pg, reqid, version, transaction, done });
  }

  /** Ceph: PrimaryLogPG::handle_watch_timeout. */
  #unwatch(id: ObjectId, watch: WatchInfo): void {
    if (!this.#isFree(id, () => this.#unwatch(id, watch))) return;
    const { store, map } = this.#options;
    const object = store.find(id);
    const osdmap = map();
    if (object?.head === undefined || osdmap === undefined) return;
    const { head, snapset } = object;
    const watchers = new Map(head.watchers);
    watchers.delete(watcherKey(watch.cookie, watch.watcher));
    const log = store.log(osdmap.rawPgToPg({ pool: id.pool, seed: id.hash }));
    const version = log.next(osdmap.epoch);
    log.noteVersion(version, 0);
    const after = { ...head, watchers, version };
    const rest = { snapset, snapsetBefore: snapset, clone: undefined, omapChanges: [] };
    store.apply({ id, before: head, after, ...rest });
    this.watches.remove(id, watch);
  }
}

function idOf({ oloc: { pool, key, nspace }, oid, hash }: MOSDOp): ObjectId {
  return { pool, key, nspace, oid, hash };
}

function isOfSnapDir({ snapid }: MOSDOp): boolean {
  return snapid === CEPH_SNAPDIR;
}

function reqidOf({ src = NOBODY, tid, clientInc }: MOSDOp): osd_reqid_t {
  return { name: src, tid, inc: clientInc };
}

function reqidToString({ name, tid, inc }: osd_reqid_t): string {
  return `${name.type}.${name.num}.${inc}:${tid}`;
}

function locateIn(map: OSDMap): Locate {
  return (at) => {
    if (!map.pools.has(at.pool)) return undefined;
    const { seed } = map.objectLocatorToPg(at.oid, { ...at, hash: -1 });
    return { ...at, hash: seed };
  };
}
