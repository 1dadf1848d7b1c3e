import type { CephContext } from '../../src/common/CephContext.ts';
import { CRUSH_ITEM_NONE } from '../../src/crush/crush_types.ts';
import { MOSDRepOp } from '../../src/messages/MOSDRepOp.ts';
import { MOSDRepOpReply } from '../../src/messages/MOSDRepOpReply.ts';
import type { osd_reqid_t } from '../../src/messages/rep_op.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Message } from '../../src/msg/Message.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { type eversion_t, NO_SHARD, type pg_t, pgToString } from '../../src/osd/osd_types.ts';
import { CEPH_OSD_FLAG_ONDISK } from '../../src/osd/rados.ts';
import { hobjectOf } from './store/PoolObjects.ts';
import { fullKey, type ObjectId } from './store/StoredObject.ts';
import { UnstableWrites } from './UnstableWrites.ts';

/** A write that the primary has prepared. */
export interface Write {
  readonly object: ObjectId;
  readonly pg: pg_t;
  /** Whose it is. */
  readonly reqid: osd_reqid_t;
  readonly version: eversion_t;
  /** What replicas are sent. */
  readonly transaction: Uint8Array;
  /** Every replica has it; or else this OSD is not the PG's primary any more, or the PG lies elsewhere: nothing was written. */
  readonly done: (isWritten: boolean) => void;
}

/** A write that replicas have been asked for. Ceph: ReplicatedBackend::InProgressOp. */
interface InProgress {
  readonly tid: number;
  readonly write: Write;
  /** The acting set that it goes to. */
  readonly acting: readonly number[];
  /** Who comes up again has not got what it was sent before. */
  readonly lives: string;
  readonly waitingFor: Set<number>;
}

export interface RepOpsOptions {
  readonly cct: CephContext;
  readonly whoami: number;
  readonly map: () => OSDMap | undefined;
  /** Over the cluster network; undefined: the map has no address for it. */
  readonly connectionTo: (osd: number) => Connection | undefined;
}

/**
 * Writes, as the primary and the replicas of a PG do them: the primary sends each replica an MOSDRepOp, and
 * the write is done when all have answered. Ceph: src/osd/ReplicatedBackend.cc.
 *
 * In place of an ObjectStore::Transaction the message carries what the client has sent. A replica answers,
 * and keeps nothing: the OSDs of a simulation have one store, in which the primary writes at the end. So
 * there is nothing to recover when a PG moves.
 */
export class RepOps {
  readonly #options: RepOpsOptions;
  readonly #inProgress = new Map<number, InProgress>();
  readonly #unstable = new UnstableWrites();
  #lastTid = 0;

  constructor(options: RepOpsOptions) {
    this.#options = options;
  }

  /** Of the primary. */
  submit(write: Write): void {
    const map = this.#options.map();
    const acting = map === undefined ? undefined : this.#actingAsPrimary(map, write.pg);
    if (map === undefined || acting === undefined) {
      write.done(false);
      return;
    }
    this.#lastTid += 1;
    const others = acting.filter((osd) => osd !== this.#options.whoami && osd !== CRUSH_ITEM_NONE);
    const lives = livesOf(map, acting);
    const op = { tid: this.#lastTid, write, acting, lives, waitingFor: new Set(others) };
    this.#inProgress.set(op.tid, op);
    for (const osd of others) this.#issue(op, osd, map);
    this.#maybeDone(op);
  }

  /** Of a replica: whether the primary alone knows what is to be read. */
  isUnstable(map: OSDMap, pg: pg_t, object: ObjectId): boolean {
    return this.#unstable.has(map, pg, fullKey(object));
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
      if (acting?.join() === op.acting.join() && livesOf(map, acting) === op.lives) continue;
      this.#inProgress.delete(op.tid);
      op.write.done(false);
    }
  }

  /** The process dies. */
  clear(): void {
    const all = [...this.#inProgress.values()];
    this.#inProgress.clear();
    this.#unstable.clear();
    for (const { write } of all) write.done(false);
  }

  #actingAsPrimary(map: OSDMap, pg: pg_t): readonly number[] | undefined {
    const where = map.pgToUpActingOsds(pg);
    return where.actingPrimary === this.#options.whoami ? where.acting : undefined;
  }

  /** Ceph: ReplicatedBackend::issue_op. */
  #issue({ tid, write, acting }: InProgress, osd: number, map: OSDMap): void {
    const { whoami } = this.#options;
    const message = new MOSDRepOp({
      head: {
        mapEpoch: map.epoch,
        minEpoch: map.epoch,
        reqid: write.reqid,
        pgid: { pgid: write.pg, shard: NO_SHARD },
      },
      poid: hobjectOf(write.object),
      acksWanted: CEPH_OSD_FLAG_ONDISK,
      version: write.version,
      minLastCompleteOndisk: this.#completeBefore(write),
      from: { osd: whoami, shard: NO_SHARD },
      transaction: write.transaction,
    });
    message.tid = tid;
    const { oid } = write.object;
    this.#log('RepOps.issueOp', tid, { oid, to: `osd.${osd}`, acting: acting.join() });
    this.#options.connectionTo(osd)?.sendMessage(message);
  }

  /** Up to there every replica has every write of the PG. */
  #completeBefore({ pg, version }: Write): eversion_t {
    let first = version.version;
    for (const { write } of this.#inProgress.values()) {
      if (pgToString(write.pg) === pgToString(pg)) first = Math.min(first, write.version.version);
    }
    return { ...version, version: first - 1 };
  }

  /** Of a replica. Ceph: ReplicatedBackend::do_repop. */
  #doRepOp(con: Connection, op: MOSDRepOp): void {
    const { whoami } = this.#options;
    const map = this.#options.map();
    const { poid, pgVersion, minLastCompleteOndisk } = op;
    const { pgid } = op.head.pgid;
    if (map !== undefined) {
      const object = fullKey({ ...poid, pool: pgid.pool });
      this.#unstable.note(map, pgid, object, pgVersion, minLastCompleteOndisk);
    }
    const reply = new MOSDRepOpReply({
      head: { ...op.head, mapEpoch: map?.epoch ?? 0 },
      ackType: CEPH_OSD_FLAG_ONDISK,
      result: 0,
      from: { osd: whoami, shard: NO_SHARD },
    });
    reply.tid = op.tid;
    this.#log('RepOps.doRepop', op.tid, { oid: poid.oid, from: `osd.${op.from.osd}` });
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
    write.done(true);
  }

  #log(fn: string, tid: number, facts: Record<string, string | number>): void {
    const { cct, whoami } = this.#options;
    cct.log?.({ who: `osd.${whoami}`, fn, tid, facts });
  }
}

/** Since when each of them is up. */
function livesOf(map: OSDMap, osds: readonly number[]): string {
  return osds.map((osd) => map.data.osdInfo.at(osd)?.upFrom ?? 0).join();
}
