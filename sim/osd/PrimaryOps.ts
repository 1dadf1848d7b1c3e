import type { CephContext } from '../../src/common/CephContext.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { pgToString } from '../../src/osd/osd_types.ts';
import { cephStableMod } from '../../src/osd/pg_pool.ts';
import { answerOp } from './answer_op.ts';
import type { MapHistory } from './MapHistory.ts';
import { MapSharer } from './MapSharer.ts';
import type { ObjectId, ObjectStore } from './ObjectStore.ts';

interface WaitingOp {
  readonly con: Connection;
  readonly op: MOSDOp;
}

export interface PrimaryOpsOptions {
  readonly cct: CephContext;
  readonly whoami: number;
  readonly maps: MapHistory;
  readonly store: ObjectStore;
  /** A write of the object is under way: who wants to read it waits for `onWritten`. */
  readonly isWriting: (object: ObjectId) => boolean;
}

/**
 * Ops of clients: those for the PGs of which the OSD is the primary are answered, when the OSD has as new a
 * map as their sender; the others are dropped without a word, as Ceph does. Ceph: the checks at the head of
 * PrimaryLogPG::do_request and do_op.
 */
export class PrimaryOps {
  readonly #options: PrimaryOpsOptions;
  readonly #sharer: MapSharer;
  #waitingForMap: WaitingOp[] = [];
  #waitingForWrite: WaitingOp[] = [];
  #reads = 0;

  constructor(options: PrimaryOpsOptions) {
    this.#options = options;
    this.#sharer = new MapSharer(options.maps);
  }

  /** Ops that have been answered. */
  get reads(): number {
    return this.#reads;
  }

  dispatch(con: Connection, op: MOSDOp): void {
    if (this.#isLogged) this.#log('MockOSD.msDispatch', { message: String(op) }, op.tid);
    this.#handleOp({ con, op });
  }

  onMap(): void {
    const waiting = this.#waitingForMap;
    this.#waitingForMap = [];
    for (const op of waiting) this.#handleOp(op);
  }

  onWritten(): void {
    const waiting = this.#waitingForWrite;
    this.#waitingForWrite = [];
    for (const op of waiting) this.#handleOp(op);
  }

  /** A client is gone. */
  forget(con: Connection): void {
    this.#waitingForMap = this.#waitingForMap.filter((waiting) => waiting.con !== con);
    this.#waitingForWrite = this.#waitingForWrite.filter((waiting) => waiting.con !== con);
  }

  clear(): void {
    this.#waitingForMap = [];
    this.#waitingForWrite = [];
  }

  /** Ceph: PrimaryLogPG::do_request. */
  #handleOp(waiting: WaitingOp): void {
    const { con, op } = waiting;
    const map = this.#options.maps.newest;
    const mustWait = map === undefined || op.osdmapEpoch > map.epoch;
    if (mustWait || this.#waitingForMap.some((other) => other.con === con)) {
      this.#waitingForMap.push(waiting);
      return;
    }
    this.#sharer.maybeShareMap(con, op.osdmapEpoch, map);
    const why = this.#whyDropped(con, op, map);
    if (why === undefined) this.#doOp(waiting, map);
    else if (this.#isLogged) {
      this.#log('MockOSD.drop', { pg: pgToString(op.pgid.pgid), oid: op.oid, why }, op.tid);
    }
  }

  /** Undefined: the op is for us, and for us now. */
  #whyDropped(con: Connection, op: MOSDOp, map: OSDMap): string | undefined {
    const { whoami, maps } = this.#options;
    const { pgid } = op.pgid;
    const pool = map.pools.get(pgid.pool);
    if (!con.isConnected()) return 'the client is gone';
    const { acting, actingPrimary } = map.pgToUpActingOsds(pgid);
    if (pool === undefined || !acting.includes(whoami)) return 'no such pg here';
    if (!maps.isSamePrimarySince(pgid, op.osdmapEpoch)) return 'sent before the pg changed';
    if (cephStableMod(op.hash, pool.pgNum) !== pgid.seed) return 'the pg does not contain it';
    return actingPrimary === whoami ? undefined : 'misdirected';
  }

  /** Ceph: PrimaryLogPG::do_op. */
  #doOp(waiting: WaitingOp, map: OSDMap): void {
    const { con, op } = waiting;
    const { pool, key, nspace } = op.oloc;
    const id = { pool, nspace, key, oid: op.oid };
    if (this.#options.isWriting(id)) {
      this.#waitingForWrite.push(waiting);
      return;
    }
    const reply = answerOp(op, this.#options.store.get(id), map.epoch);
    this.#reads += 1;
    if (this.#isLogged) {
      const pg = pgToString(op.pgid.pgid);
      const facts = { pg, oid: op.oid, result: reply.result, bytes: reply.dataLength() };
      this.#log('MockOSD.doOp', facts, op.tid);
    }
    con.sendMessage(reply);
  }

  /** Facts of every op are not put together for nobody. */
  get #isLogged(): boolean {
    return this.#options.cct.log !== undefined;
  }

  #log(fn: string, facts: Record<string, string | number | boolean>, tid: number): void {
    this.#options.cct.log?.({ who: `osd.${this.#options.whoami}`, fn, tid, facts });
  }
}
