import type { CephContext } from '../../src/common/CephContext.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { utime_t } from '../../src/common/utime_t.ts';
import { MOSDRepOp } from '../../src/messages/MOSDRepOp.ts';
import { MOSDRepOpReply } from '../../src/messages/MOSDRepOpReply.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Message } from '../../src/msg/Message.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { NO_SHARD, type pg_t } from '../../src/osd/osd_types.ts';
import { CEPH_NOSNAP, CEPH_OSD_FLAG_ONDISK } from '../../src/osd/rados.ts';
import { type ObjectId, type ObjectStore, sameObject } from './ObjectStore.ts';

/** An object is to be created or replaced. */
export interface Write {
  readonly object: ObjectId;
  readonly pg: pg_t;
  /** Of the map that it was aimed with: the OSD waits until it has that one. */
  readonly epoch: number;
  /** Of the object's name, not folded. */
  readonly hash: number;
  readonly data: Uint8Array;
  readonly mtime: utime_t;
  /** It is on every replica; or else this OSD is not the PG's primary any more, and somebody else is to be asked. */
  readonly done: (isWritten: boolean) => void;
}

/** A write that replicas have been asked for. Ceph: ReplicatedBackend::InProgressOp. */
interface InProgress {
  readonly tid: number;
  readonly write: Write;
  /** The acting set that it goes to: with another one it begins anew. */
  readonly acting: readonly number[];
  readonly waitingFor: Set<number>;
}

export interface RepOpsOptions {
  readonly cct: CephContext;
  readonly whoami: number;
  readonly map: () => OSDMap | undefined;
  readonly store: ObjectStore;
  /** Over the cluster network; undefined: the map has no address for it. */
  readonly connectionTo: (osd: number) => Connection | undefined;
  readonly onWritten: () => void;
}

/**
 * Writes, as the primary and the replicas of a PG do them: the primary sends each replica an MOSDRepOp, and
 * the write is done when all have answered. Ceph: src/osd/ReplicatedBackend.cc.
 *
 * In place of an ObjectStore::Transaction the message carries the object's new contents. A replica
 * answers, and keeps nothing: the OSDs of a simulation have one store, in which the primary writes at
 * the end. So there is nothing to recover when a PG moves.
 */
export class RepOps {
  readonly #options: RepOpsOptions;
  readonly #inProgress = new Map<number, InProgress>();
  #waitingForMap: Write[] = [];
  #lastTid = 0;
  #version = 0;

  constructor(options: RepOpsOptions) {
    this.#options = options;
  }

  /** Of the primary. */
  submit(write: Write): void {
    const map = this.#options.map();
    if (map === undefined || write.epoch > map.epoch) {
      this.#waitingForMap.push(write);
      return;
    }
    const acting = this.#actingAsPrimary(map, write.pg);
    if (acting === undefined) {
      write.done(false);
      return;
    }
    this.#lastTid += 1;
    const others = acting.filter((osd) => osd !== this.#options.whoami);
    const op = { tid: this.#lastTid, write, acting, waitingFor: new Set(others) };
    this.#inProgress.set(op.tid, op);
    for (const osd of others) this.#issue(op, osd, map);
    this.#maybeDone(op);
  }

  isWriting(object: ObjectId): boolean {
    for (const { write } of this.#inProgress.values()) {
      if (sameObject(write.object, object)) return true;
    }
    return false;
  }

  /** True: it was about a write. */
  dispatch(con: Connection, message: Message): boolean {
    if (message instanceof MOSDRepOp) this.#doRepOp(con, message);
    else if (message instanceof MOSDRepOpReply) this.#doRepOpReply(message);
    else return false;
    return true;
  }

  /** In a new interval what is under way begins anew, or is another's. Ceph: PrimaryLogPG::on_change. */
  onMap(map: OSDMap): void {
    for (const op of [...this.#inProgress.values()]) {
      const acting = this.#actingAsPrimary(map, op.write.pg);
      if (acting?.join() === op.acting.join()) continue;
      this.#inProgress.delete(op.tid);
      this.submit(op.write);
    }
    const waiting = this.#waitingForMap;
    this.#waitingForMap = [];
    for (const write of waiting) this.submit(write);
  }

  /** The process dies. */
  clear(): void {
    const all = [...this.#inProgress.values()].map(({ write }) => write);
    const waiting = this.#waitingForMap;
    this.#inProgress.clear();
    this.#waitingForMap = [];
    for (const write of [...all, ...waiting]) write.done(false);
  }

  #actingAsPrimary(map: OSDMap, pg: pg_t): readonly number[] | undefined {
    const where = map.pgToUpActingOsds(pg);
    return where.actingPrimary === this.#options.whoami ? where.acting : undefined;
  }

  /** Ceph: ReplicatedBackend::issue_op. */
  #issue({ tid, write, acting }: InProgress, osd: number, map: OSDMap): void {
    const { whoami } = this.#options;
    this.#version += 1;
    const { pool, nspace, key, oid } = write.object;
    const message = new MOSDRepOp({
      head: {
        mapEpoch: map.epoch,
        minEpoch: map.epoch,
        reqid: { name: { type: CEPH_ENTITY_TYPE_OSD, num: whoami }, tid, inc: 0 },
        pgid: { pgid: write.pg, shard: NO_SHARD },
      },
      poid: { pool, nspace, key, oid, hash: write.hash, snap: CEPH_NOSNAP, isMax: false },
      acksWanted: CEPH_OSD_FLAG_ONDISK,
      version: { version: this.#version, epoch: map.epoch },
      from: { osd: whoami, shard: NO_SHARD },
      transaction: write.data,
    });
    message.tid = tid;
    this.#log('RepOps.issueOp', tid, { oid, to: `osd.${osd}`, acting: acting.join() });
    this.#options.connectionTo(osd)?.sendMessage(message);
  }

  /** Of a replica. Ceph: ReplicatedBackend::do_repop. */
  #doRepOp(con: Connection, op: MOSDRepOp): void {
    const { whoami } = this.#options;
    const mapEpoch = this.#options.map()?.epoch ?? 0;
    const reply = new MOSDRepOpReply({
      head: { ...op.head, mapEpoch },
      ackType: CEPH_OSD_FLAG_ONDISK,
      result: 0,
      from: { osd: whoami, shard: NO_SHARD },
    });
    reply.tid = op.tid;
    this.#log('RepOps.doRepop', op.tid, { oid: op.poid.oid, from: `osd.${op.from.osd}` });
    con.sendMessage(reply);
  }

  /** Ceph: ReplicatedBackend::do_repop_reply. */
  #doRepOpReply(reply: MOSDRepOpReply): void {
    const op = this.#inProgress.get(reply.tid);
    if (op?.waitingFor.delete(reply.from.osd)) this.#maybeDone(op);
  }

  #maybeDone({ tid, write, waitingFor }: InProgress): void {
    if (waitingFor.size > 0) return;
    this.#inProgress.delete(tid);
    this.#options.store.put(write.object, write.data, write.mtime);
    write.done(true);
    this.#options.onWritten();
  }

  #log(fn: string, tid: number, facts: Record<string, string | number>): void {
    const { cct, whoami } = this.#options;
    cct.log?.({ who: `osd.${whoami}`, fn, tid, facts });
  }
}
