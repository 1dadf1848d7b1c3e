import { backoffMs } from '../common/backoff.ts';
import type { CephContext } from '../common/CephContext.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../common/entity_name.ts';
import { EAGAIN, EIO, ENOENT, EOPNOTSUPP, ESHUTDOWN, ETIMEDOUT } from '../common/errno.ts';
import { assert, DecodeError } from '../common/errors.ts';
import type { PerfCounters } from '../common/PerfCounters.ts';
import { MOSDBackoff } from '../messages/MOSDBackoff.ts';
import { MOSDMap } from '../messages/MOSDMap.ts';
import { MOSDOpReply } from '../messages/MOSDOpReply.ts';
import type { MonClient } from '../mon/MonClient.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Dispatcher } from '../msg/Dispatcher.ts';
import type { Message } from '../msg/Message.ts';
import type { Messenger } from '../msg/Messenger.ts';
import type { OSDMap } from '../osd/OSDMap.ts';
import { osdOpToString } from '../osd/OSDOp.ts';
import { type object_locator_t, pgToString } from '../osd/osd_types.ts';
import { CEPH_NOSNAP, CEPH_OSD_FLAG_IGNORE_OVERLAY, CEPH_OSD_FLAG_READ } from '../osd/rados.ts';
import { BackoffHandler } from './BackoffHandler.ts';
import { badReply, checkReply } from './check_reply.ts';
import { dumpRequests, type ObjecterRequests } from './dump_requests.ts';
import { ObjecterTick } from './ObjecterTick.ts';
import type { ObjectOperation } from './ObjectOperation.ts';
import { Op, type OpListener } from './Op.ts';
import { OpBudget } from './OpBudget.ts';
import { OpDeadlines } from './OpDeadlines.ts';
import { OpMapChecks } from './OpMapChecks.ts';
import { OpRescan } from './OpRescan.ts';
import { OpTable } from './OpTable.ts';
import { OSDMapTracker } from './OSDMapTracker.ts';
import { inTidOrder, type OSDSession } from './OSDSession.ts';
import { OSDSessions } from './OSDSessions.ts';
import { calcTarget, OpTarget, redirectTarget, retargetToPrimary } from './op_target.ts';
import { prepareOsdOp } from './osd_op_message.ts';
import { countOp, makeOsdcCounters, type OsdcCounter } from './perf_counters.ts';
import { ReplicaPicker } from './ReplicaPicker.ts';

export interface ReadOpOptions {
  /** The snapshot to read; default: the head. */
  readonly snapid?: number;
  /** CEPH_OSD_FLAG_* to be sent along. */
  readonly flags?: number;
  /** Where the bytes are wanted that the op's only step reads. Nobody writes to it after the op's end. */
  readonly rxBuffer?: Uint8Array | undefined;
}

/**
 * Sends ops to the OSDs that are to serve them, and again when that changes, until each has its
 * answer. Ceph: src/osdc/Objecter.cc.
 *
 * An op is either waiting for its budget, or in the session of the OSD that it was sent to, or in
 * the homeless session. It ends exactly once, in `finishOp`. Ops of one session are sent in the order
 * of their tids.
 */
export class Objecter implements Dispatcher {
  readonly counters: PerfCounters<OsdcCounter> = makeOsdcCounters();
  readonly #cct: CephContext;
  readonly #messenger: Messenger;
  readonly #monc: MonClient;
  readonly #maps: OSDMapTracker;
  readonly #sessions: OSDSessions;
  readonly #backoffs: BackoffHandler;
  readonly #mapChecks: OpMapChecks;
  readonly #budget: OpBudget;
  readonly #deadlines: OpDeadlines;
  readonly #tick: ObjecterTick;
  readonly #rescan = new OpRescan();
  readonly #replicas: ReplicaPicker;
  /** Submitted and not finished. */
  readonly #active = new OpTable();
  #lastTid = 0;
  #stopped = false;

  constructor(cct: CephContext, messenger: Messenger, monc: MonClient) {
    this.#cct = cct;
    this.#messenger = messenger;
    this.#monc = monc;
    this.#replicas = new ReplicaPicker(cct);
    const mapListener = {
      onEpoch: (map: OSDMap, before: OSDMap | undefined, skipped: boolean) =>
        this.#scanRequests(map, before, skipped),
      onNewest: (map: OSDMap) => this.#finishRescan(map),
      onBadMap: (con: Connection, error: DecodeError) => this.#refuseMap(con, error),
      onWaiters: () => this.#tick.updateRef(),
    };
    this.#maps = new OSDMapTracker(cct, monc, this.counters, mapListener, () => messenger.who);
    this.#sessions = new OSDSessions(cct, messenger, this.counters, {
      osdmap: () => this.osdmap,
      kickRequests: (session) => this.#kickRequests(session),
    });
    this.#backoffs = new BackoffHandler(cct, messenger, {
      sendOp: (session, op) => this.#sendOp(session, op),
      reopenSession: (session, why) => this.#reopenSession(session, why),
    });
    this.#mapChecks = new OpMapChecks(monc, this.#maps, (op) => {
      this.#finishOp(op, -ENOENT, new Error('no such pool'));
    });
    this.#budget = new OpBudget(cct.conf, (op) => this.#opSubmitInternal(op));
    this.#deadlines = new OpDeadlines(cct.clock, (op) => this.opCancel(op, ETIMEDOUT, undefined));
    this.#tick = new ObjecterTick(cct, {
      onTick: () => this.#handleTick(),
      isBusy: () => this.#active.size > 0 || this.#maps.hasWaiters,
      // Who waits for a map need not look for a monitor that would send it.
      isStuck: () => this.#monc.isOpen && !this.#sessions.hasOpsToServe(),
    });
    cct.perf.add('objecter', this.counters);
  }

  /** The newest map that has come; undefined before the first. */
  get osdmap(): OSDMap | undefined {
    return this.#maps.osdmap;
  }

  /** All that waits for an answer, by session. */
  dumpRequests(): ObjecterRequests {
    const sessions = [...this.#sessions.all(), this.#sessions.homeless];
    const ops = sessions.flatMap((session) => session.opsByTid());
    return dumpRequests(ops, this.#monc.requests.questions(), this.#cct.clock.now());
  }

  /** What of the throttles is out. */
  get budget(): { readonly ops: number; readonly bytes: number } {
    return this.#budget.current;
  }

  /** Asks for the first map. To be called when there is a session with a monitor. */
  start(): void {
    this.#tick.start();
    this.#maps.maybeRequestMap();
  }

  /** Ends every op with ESHUTDOWN and closes every session. */
  shutdown(): void {
    this.#stopped = true;
    this.#tick.stop();
    this.#maps.shutdown();
    // From the last one on, so that no op that waits for budget gets any.
    for (const op of inTidOrder(this.#active.values()).reverse())
      this.#finishOp(op, -ESHUTDOWN, undefined);
    this.#sessions.shutdown();
  }

  /** Calls `done` when the map is of `epoch` or newer, perhaps now. The answer ends the wait. */
  waitForMap(epoch: number, done: () => void): () => void {
    return this.#maps.waitForMap(epoch, done);
  }

  /** Calls `done` when the map is as new as the monitors' at this moment. The answer ends the wait. */
  waitForLatestMap(done: () => void): () => void {
    return this.#maps.waitForLatestMap(done);
  }

  // Submission

  /** An op that reads one object. */
  prepareReadOp(
    oid: string,
    oloc: object_locator_t,
    operation: ObjectOperation<readonly unknown[]>,
    listener: OpListener,
    { snapid = CEPH_NOSNAP, flags = 0, rxBuffer }: ReadOpOptions = {},
  ): Op {
    const target = new OpTarget(oid, oloc, flags | CEPH_OSD_FLAG_READ, this.#replicas);
    const op = new Op(target, operation.ops, listener, snapid);
    op.rxBuffer = rxBuffer;
    return op;
  }

  /**
   * An op on the PG of the pool and namespace in `oloc` whose hash is `seed`, of no object.
   * Ceph: Objecter::pg_read.
   */
  preparePgReadOp(
    seed: number,
    oloc: object_locator_t,
    operation: ObjectOperation<readonly unknown[]>,
    listener: OpListener,
    { flags = 0 }: Pick<ReadOpOptions, 'flags'> = {},
  ): Op {
    const pgFlags = flags | CEPH_OSD_FLAG_READ | CEPH_OSD_FLAG_IGNORE_OVERLAY;
    const target = new OpTarget('', { ...oloc, hash: seed }, pgFlags);
    return new Op(target, operation.ops, listener);
  }

  /** `timeoutMs` 0: none. `listener.onFinish` may be called before this returns. */
  opSubmit(op: Op, timeoutMs: number): void {
    assert(op.tid === 0, 'an op is submitted once');
    op.tid = ++this.#lastTid;
    this.#active.add(op);
    this.#tick.wake();
    if (timeoutMs > 0) {
      op.deadline = this.#cct.clock.now() + timeoutMs;
      this.#deadlines.add(op);
    }
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.opSubmit',
      tid: op.tid,
      facts: { oid: op.target.baseOid, ops: op.ops.map(osdOpToString).join(', ') },
    });
    this.#opSubmitWithBudget(op);
  }

  /** Ends an op early: with `errno`, and `cause` for who asked. Its reply, if one comes, is a stray. */
  opCancel(op: Op, errno: number, cause: unknown): void {
    if (op.finished) return;
    this.#finishOp(op, -errno, cause);
  }

  #opSubmitWithBudget(op: Op): void {
    if (this.#stopped) this.#finishOp(op, -ESHUTDOWN, undefined);
    else this.#budget.take(op);
  }

  #opSubmitInternal(op: Op): void {
    countOp(this.counters, op);
    this.#assignTarget(op);
  }

  #assignTarget(op: Op): void {
    const { target } = op;
    const { osdmap } = this;
    assert(osdmap !== undefined, 'there is a map before there are ops');
    const decision = calcTarget(osdmap, target);
    this.#logTarget(op);
    const session = this.#sessions.get(target.osd);
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.getSession',
      tid: op.tid,
      facts: { osd: session.osd, addr: String(session.addr ?? 'nobody'), ops: session.ops.size },
    });
    this.#sessionOpAssign(session, op);
    if (decision === 'pool_dne') this.#mapChecks.send(op);
    else if (target.paused || session === this.#sessions.homeless) this.#maps.maybeRequestMap();
    else this.#sendOp(session, op);
  }

  #sessionOpAssign(session: OSDSession, op: Op): void {
    op.session = session;
    session.ops.add(op);
  }

  /** Nothing is sent while the session waits to reconnect: then all of its ops are. */
  #sendOp(session: OSDSession, op: Op): void {
    if (session.addr === undefined) {
      const cause = new Error(`osd.${session.osd} has no address that this messenger can dial`);
      this.#finishOp(op, -EOPNOTSUPP, cause);
      return;
    }
    if (session.con === undefined || op.target.osd < 0 || session.holdsBack(op.target)) return;
    const message = prepareOsdOp(op);
    if (op.attempts > 0) this.counters.inc('op_resend');
    this.counters.inc('op_send');
    this.counters.inc('op_send_bytes', message.dataLength());
    op.attempts += 1;
    op.stamp = this.#cct.clock.now();
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.sendOp',
      tid: op.tid,
      facts: { osd: session.osd, epoch: op.target.epoch, attempt: op.attempts - 1 },
    });
    session.con.sendMessage(message);
  }

  #finishOp(op: Op, result: number, cause: unknown): void {
    assert(!op.finished, 'an op ends once');
    op.finished = true;
    op.session?.ops.delete(op.tid);
    op.session = undefined;
    op.retryTimer?.cancel();
    this.#stopReceiving(op);
    if (op.budget === 'op and bytes') this.counters.dec('op_active');
    this.#mapChecks.cancel(op);
    this.#deadlines.delete(op);
    this.#active.delete(op.tid);
    this.#tick.updateRef();
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.finishOp',
      tid: op.tid,
      facts: { result, attempts: op.attempts },
    });
    op.listener.onFinish(op, result, cause);
    // Last, because it may submit ops that have waited.
    this.#budget.release(op);
  }

  /** Ceph: Objecter::_kick_requests. */
  #kickRequests(session: OSDSession): void {
    for (const op of session.opsByTid()) if (!op.target.paused) this.#sendOp(session, op);
  }

  // Sessions

  msHandleReset(con: Connection, why: Error): boolean {
    if (con.peerType !== CEPH_ENTITY_TYPE_OSD) return false;
    const session = this.#sessions.of(con);
    if (session !== undefined) this.#reopenSession(session, why.message);
    return true;
  }

  /** The OSD is not there. The messenger tries again; a newer map may know better. */
  msHandleRefused(con: Connection): boolean {
    if (con.peerType !== CEPH_ENTITY_TYPE_OSD) return false;
    if (this.#sessions.of(con) !== undefined) this.#maps.maybeRequestMap();
    return true;
  }

  #reopenSession(session: OSDSession, why: string): void {
    this.#sessions.reopen(session, why);
    if (session.ops.size > 0) this.#maps.maybeRequestMap();
  }

  // Replies

  msDispatch(con: Connection, message: Message): boolean {
    if (message instanceof MOSDOpReply) this.#handleOsdOpReply(con, message);
    else if (message instanceof MOSDMap) this.#maps.handleOsdMap(con, message);
    else if (message instanceof MOSDBackoff) this.#handleOsdBackoff(con, message);
    else return false;
    return true;
  }

  /** A reply waits for nothing: it need not wait for what came before it, either. */
  msCanFastDispatch(message: Message): boolean {
    return message instanceof MOSDOpReply;
  }

  msFastDispatch(con: Connection, message: Message): void {
    this.msDispatch(con, message);
  }

  msRxBuffer(con: Connection, tid: number, length: number): Uint8Array | undefined {
    const op = this.#sessions.of(con)?.ops.get(tid);
    const buffer = op?.rxBuffer;
    if (op === undefined || buffer === undefined || buffer.length < length) return undefined;
    op.receiving = con;
    const isAll = buffer.length === length;
    return isAll ? buffer : new Uint8Array(buffer.buffer, buffer.byteOffset, length);
  }

  /**
   * The op has no more to do with the reply that is coming for it. A socket that has a buffer to read
   * into cannot be asked to leave it alone: the connection is lost.
   */
  #stopReceiving(op: Op): void {
    if (op.receiving === undefined) return;
    const session = this.#sessions.of(op.receiving);
    op.receiving = undefined;
    if (session !== undefined && !this.#stopped) {
      this.#reopenSession(session, 'a reply was coming that nobody wants any more');
    }
  }

  #handleOsdOpReply(con: Connection, reply: MOSDOpReply): void {
    const session = this.#sessions.of(con);
    const op = session?.ops.get(reply.tid);
    if (session === undefined || op === undefined || isOlderAttempt(op, reply)) {
      this.#cct.log?.({
        who: this.#messenger.who,
        fn: 'Objecter.handleOsdOpReply',
        tid: reply.tid,
        facts: { stray: true, from: String(con.peerAddr), attempt: reply.retryAttempt },
      });
      return;
    }
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.handleOsdOpReply',
      tid: op.tid,
      facts: { osd: session.osd, result: reply.result, bytes: reply.dataLength() },
    });
    session.failures = 0;
    op.receiving = undefined;
    if (reply.redirect !== undefined || reply.result === -EAGAIN) {
      if (reply.redirect === undefined) retargetToPrimary(op.target);
      else redirectTarget(op.target, reply.redirect);
      this.#resubmit(op);
      return;
    }
    try {
      checkReply(op, reply);
      op.listener.onReply(reply);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuseReply(session, con, op, error);
      return;
    }
    this.counters.inc('op_reply');
    // A positive result is data.
    this.#finishOp(op, Math.min(reply.result, 0), undefined);
  }

  /**
   * The OSD does not serve the op: it goes out anew, under another tid. Not at once if that happens
   * over and over: the OSDs may well go on so for long.
   */
  #resubmit(op: Op): void {
    op.session?.ops.delete(op.tid);
    op.session = undefined;
    op.bounces += 1;
    const delayMs = backoffMs(this.#cct, op.bounces);
    const resubmit = (): void => {
      op.retryTimer = undefined;
      this.#renumber(op);
      this.#assignTarget(op);
    };
    if (delayMs === 0) resubmit();
    else op.retryTimer = this.#cct.clock.addEventAfter(delayMs, resubmit);
  }

  #renumber(op: Op): void {
    this.#active.delete(op.tid);
    this.#deadlines.delete(op);
    op.tid = ++this.#lastTid;
    this.#active.add(op);
    this.#deadlines.add(op);
  }

  /** A reply that makes no sense: its op fails, the other ops are sent again over a new connection. */
  #refuseReply(session: OSDSession, con: Connection, op: Op, error: DecodeError): void {
    const cause = badReply(op, `osd.${session.osd} ${con.peerAddr}`, error);
    session.ops.delete(op.tid);
    this.#reopenSession(session, cause.message);
    this.#finishOp(op, -EIO, cause);
  }

  #handleOsdBackoff(con: Connection, backoff: MOSDBackoff): void {
    const session = this.#sessions.of(con);
    if (session !== undefined) this.#backoffs.handle(session, con, backoff);
  }

  // Maps

  #scanRequests(map: OSDMap, before: OSDMap | undefined, skipped: boolean): void {
    if (before !== undefined) this.#rescan.noteFull(before);
    this.#rescan.noteFull(map);
    this.#rescan.scan(this.#sessions.homeless, map, skipped);
    for (const session of [...this.#sessions.all()]) {
      this.#rescan.scan(session, map, skipped);
      if (this.#sessions.isGone(session, map)) this.#rescan.add(this.#sessions.close(session));
    }
  }

  /** Acts on what was found, when the newest map is in place. */
  #finishRescan(map: OSDMap): void {
    this.#tick.wake();
    const { resend, poolDne } = this.#rescan.take(map);
    for (const op of resend) this.#stopReceiving(op);
    for (const op of resend) {
      const session = this.#sessions.get(op.target.osd);
      this.#sessionOpAssign(session, op);
      if (poolDne.includes(op)) continue;
      this.#mapChecks.cancel(op);
      this.#logTarget(op);
      if (session !== this.#sessions.homeless && !op.target.paused) this.#sendOp(session, op);
    }
    for (const op of poolDne) this.#mapChecks.check(op);
    if (this.#sessions.homeless.ops.size > 0) this.#maps.maybeRequestMap();
  }

  #refuseMap(con: Connection, error: DecodeError): void {
    const session = this.#sessions.of(con);
    if (session === undefined) this.#monc.refuse(con, error);
    else this.#reopenSession(session, error.message);
  }

  // Time

  /** Ceph: Objecter::tick. */
  #handleTick(): void {
    const laggy = this.#sessions.checkLaggy();
    this.counters.set('op_laggy', laggy.ops);
    this.counters.set('osd_laggy', laggy.sessions);
    if (laggy.sessions > 0 || this.#wantsMap()) this.#maps.maybeRequestMap();
    for (const session of laggy.silent) {
      this.#reopenSession(session, 'nothing came from it, though it was pinged');
    }
  }

  #wantsMap(): boolean {
    return this.#sessions.homeless.ops.size > 0 || this.#maps.hasWaiters;
  }

  // Logs

  #logTarget(op: Op): void {
    const { target } = op;
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.calcTarget',
      tid: op.tid,
      facts: {
        pg: pgToString(target.pgid),
        hash: target.rawPgid.seed.toString(16),
        up: `[${target.up}]`,
        acting: `[${target.acting}]`,
        osd: target.osd,
        epoch: target.epoch,
      },
    });
  }
}

function isOlderAttempt(op: Op, reply: MOSDOpReply): boolean {
  return reply.retryAttempt >= 0 && reply.retryAttempt !== op.attempts - 1;
}
