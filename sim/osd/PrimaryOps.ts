import type { CephContext } from '../../src/common/CephContext.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { MOSDOpReply } from '../../src/messages/MOSDOpReply.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { pgToString } from '../../src/osd/osd_types.ts';
import { cephStableMod } from '../../src/osd/pg_pool.ts';
import { CEPH_OSD_FLAG_BALANCE_READS, CEPH_OSD_FLAG_LOCALIZE_READS } from '../../src/osd/rados.ts';
import type { MapFaults } from '../MapFaults.ts';
import { misshapenReply, strayReply } from './false_replies.ts';
import type { MapHistory } from './MapHistory.ts';
import { MapSharer } from './MapSharer.ts';
import type { ObjectOps } from './ObjectOps.ts';
import { OpFaults, type OpTrouble } from './OpFaults.ts';
import { refusedReply } from './ops/replies.ts';
import { PgBackoffs } from './PgBackoffs.ts';

interface WaitingOp {
  readonly con: Connection;
  readonly op: MOSDOp;
  /** It has been held up on purpose. */
  readonly isLate?: boolean;
}

/** Any member of a PG may serve an op that has one of them. */
const FROM_REPLICA = CEPH_OSD_FLAG_BALANCE_READS | CEPH_OSD_FLAG_LOCALIZE_READS;

type LyingTrouble = Extract<OpTrouble, { how: string }>;

export interface PrimaryOpsOptions {
  readonly cct: CephContext;
  readonly whoami: number;
  readonly maps: MapHistory;
  /** What goes wrong, on purpose, with maps for clients. */
  readonly mapFaults: MapFaults;
  readonly objectOps: ObjectOps;
}

/**
 * Ops of clients: those for the PGs of which the OSD is the primary, or a member that may serve them, are
 * answered, when the OSD has as new a map as their sender; the others are dropped without a word, as Ceph does. Ceph: the checks at the head of
 * PrimaryLogPG::do_request and do_op.
 */
export class PrimaryOps {
  /** What goes wrong on purpose. */
  readonly faults: OpFaults;
  readonly #options: PrimaryOpsOptions;
  readonly #sharer: MapSharer;
  #waitingForMap: WaitingOp[] = [];
  /** Until a fault is over. */
  #blocked: WaitingOp[] = [];
  readonly #backoffs = new PgBackoffs();
  #reads = 0;

  constructor(options: PrimaryOpsOptions) {
    this.#options = options;
    this.#sharer = new MapSharer(options.maps, options.mapFaults);
    this.faults = new OpFaults(options.cct.random, (trouble) => this.#unblock(trouble));
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

  /** A client is gone. */
  forget(con: Connection): void {
    this.#waitingForMap = this.#waitingForMap.filter((waiting) => waiting.con !== con);
    this.#options.objectOps.onReset(con);
    this.#blocked = this.#blocked.filter((waiting) => waiting.con !== con);
    this.#backoffs.forget(con);
  }

  clear(): void {
    this.#waitingForMap = [];
    this.#options.objectOps.clear();
    this.#blocked = [];
    this.#backoffs.clear();
  }

  #unblock(trouble: OpTrouble): void {
    this.#backoffs.release(trouble, this.#options.maps.epoch);
    const waiting = this.#blocked;
    this.#blocked = [];
    for (const op of waiting) this.#handleOp(op);
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
    if (why === undefined) this.#treat(waiting, map);
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
    const isAnyOf = (op.flags & FROM_REPLICA) !== 0;
    return isAnyOf || actingPrimary === whoami ? undefined : 'misdirected';
  }

  /** Serves the op, unless something else is to happen to it. */
  #treat(waiting: WaitingOp, map: OSDMap): void {
    const { con, op, isLate = false } = waiting;
    const { whoami } = this.#options;
    const isPrimary = map.pgToUpActingOsds(op.pgid.pgid).actingPrimary === whoami;
    const trouble = this.faults.draw(op, isPrimary, isLate);
    if (trouble === undefined) this.#doOp(waiting, map);
    else {
      if (this.#isLogged) this.#log('MockOSD.fault', trouble, op.tid);
      this.#harm({ con, op, isLate: true }, map, trouble);
    }
  }

  #harm(waiting: WaitingOp, map: OSDMap, trouble: OpTrouble): void {
    const { con, op } = waiting;
    const { clock } = this.#options.cct;
    if (trouble.kind === 'drop') return;
    if (trouble.kind === 'block') this.#blocked.push(waiting);
    else if (trouble.kind === 'delay') {
      clock.addEventAfter(trouble.ms, () => this.#handleOp(waiting)).unref();
    } else if (trouble.kind === 'backoff') {
      this.#backoffs.block(trouble, con, op, trouble.isWholePg, map);
    } else if (trouble.kind === 'fail') {
      con.sendMessage(refusedReply(op, trouble.errno, map.epoch));
    } else this.#doOp(waiting, map, trouble);
  }

  /** Executes the op and answers it, which may be later. */
  #doOp(waiting: WaitingOp, map: OSDMap, trouble?: LyingTrouble): void {
    const { con, op } = waiting;
    const pool = map.pools.get(op.pgid.pgid.pool);
    if (pool === undefined) return;
    const { actingPrimary } = map.pgToUpActingOsds(op.pgid.pgid);
    this.#options.objectOps.doOp({
      con,
      op,
      map,
      pool,
      isPrimary: actingPrimary === this.#options.whoami,
      answer: (reply) => this.#answer(waiting, reply, trouble),
      again: () => this.#handleOp(waiting),
    });
  }

  #answer({ con, op }: WaitingOp, reply: MOSDOpReply, trouble?: LyingTrouble): void {
    this.#reads += 1;
    if (this.#isLogged) {
      const pg = pgToString(op.pgid.pgid);
      const facts = { pg, oid: op.oid, result: reply.result, bytes: reply.dataLength() };
      this.#log('MockOSD.doOp', facts, op.tid);
    }
    if (trouble?.kind === 'misshapen') con.sendMessage(misshapenReply(op, reply, trouble.how));
    else if (trouble === undefined) con.sendMessage(reply);
    else this.#sendTwo(con, reply, trouble.how);
  }

  /** What is from an older attempt comes before the true reply, the others after it. */
  #sendTwo(
    con: Connection,
    reply: MOSDOpReply,
    how: Extract<OpTrouble, { kind: 'stray' }>['how'],
  ): void {
    const stray = strayReply(reply, how);
    const isFirst = how === 'older attempt' && reply.retryAttempt > 0;
    for (const each of isFirst ? [stray, reply] : [reply, stray]) con.sendMessage(each);
  }

  /** Facts of every op are not put together for nobody. */
  get #isLogged(): boolean {
    return this.#options.cct.log !== undefined;
  }

  #log(fn: string, facts: Record<string, string | number | boolean>, tid: number): void {
    this.#options.cct.log?.({ who: `osd.${this.#options.whoami}`, fn, tid, facts });
  }
}
