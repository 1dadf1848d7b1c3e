import { backoffMs } from '../common/backoff.ts';
import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../common/entity_name.ts';
import { EIO, ENOENT, EOPNOTSUPP, ESHUTDOWN, ETIMEDOUT } from '../common/errno.ts';
import { assert, DecodeError, ProtocolError } from '../common/errors.ts';
import type { PerfCounters } from '../common/PerfCounters.ts';
import { CEPH_SUBSCRIBE_ONETIME } from '../messages/MMonSubscribe.ts';
import { MOSDMap } from '../messages/MOSDMap.ts';
import { MOSDOp } from '../messages/MOSDOp.ts';
import { MOSDOpReply } from '../messages/MOSDOpReply.ts';
import type { MonClient } from '../mon/MonClient.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Dispatcher } from '../msg/Dispatcher.ts';
import type { Message } from '../msg/Message.ts';
import type { Messenger } from '../msg/Messenger.ts';
import type { OSDMap } from '../osd/OSDMap.ts';
import { osdOpToString } from '../osd/OSDOp.ts';
import { type object_locator_t, pgToString } from '../osd/osd_types.ts';
import {
  CEPH_OSD_FLAG_KNOWN_REDIR,
  CEPH_OSD_FLAG_ONDISK,
  CEPH_OSD_FLAG_READ,
  CEPH_OSD_FLAG_RETRY,
  CEPH_OSD_FLAG_WRITE,
  CEPH_OSDMAP_PAUSERD,
  CEPH_OSDMAP_PAUSEWR,
} from '../osd/rados.ts';
import { checkReply } from './check_reply.ts';
import { nextMaps } from './next_maps.ts';
import type { ObjectOperation } from './ObjectOperation.ts';
import { Op, type OpListener } from './Op.ts';
import { OpBudget } from './OpBudget.ts';
import { OpDeadlines } from './OpDeadlines.ts';
import { HOMELESS, inTidOrder, OSDSession } from './OSDSession.ts';
import { calcTarget, OpTarget } from './op_target.ts';
import { makeOsdcCounters, type OsdcCounter, osdOpCounter } from './perf_counters.ts';

/** What a new map means for the ops under way. */
interface Rescan {
  /** Taken from their sessions: to be sent again. */
  readonly resend: Set<Op>;
  /** Their pool is gone. */
  readonly poolDne: Set<Op>;
}

interface MapWaiter {
  readonly epoch: number;
  readonly done: () => void;
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
  readonly #budget: OpBudget;
  readonly #deadlines: OpDeadlines;
  readonly #sessions = new Map<number, OSDSession>();
  readonly #homeless = new OSDSession(HOMELESS);
  /** Submitted and not finished. */
  readonly #active = new Set<Op>();
  readonly #mapWaiters = new Set<MapWaiter>();
  #osdmap: OSDMap | undefined;
  /** The change that came could not be used. */
  #wantsFullMap = false;
  #lastTid = 0;
  #tick: Timer | undefined;
  #stopped = false;

  constructor(cct: CephContext, messenger: Messenger, monc: MonClient) {
    this.#cct = cct;
    this.#messenger = messenger;
    this.#monc = monc;
    this.#budget = new OpBudget(cct.conf, (op) => this.#opSubmitInternal(op));
    this.#deadlines = new OpDeadlines(cct.clock, (op) => this.opCancel(op, ETIMEDOUT, undefined));
    cct.perf.add('objecter', this.counters);
  }

  /** The newest map that has come; undefined before the first. */
  get osdmap(): OSDMap | undefined {
    return this.#osdmap;
  }

  /** What of the throttles is out. */
  get budget(): { readonly ops: number; readonly bytes: number } {
    return this.#budget.current;
  }

  /** Asks for the first map. To be called when there is a session with a monitor. */
  start(): void {
    this.#scheduleTick();
    this.#maybeRequestMap();
  }

  /** Ends every op with ESHUTDOWN and closes every session. */
  shutdown(): void {
    this.#stopped = true;
    this.#tick?.cancel();
    this.#mapWaiters.clear();
    // From the last one on, so that no op that waits for budget gets any.
    for (const op of inTidOrder(this.#active).reverse()) this.#finishOp(op, -ESHUTDOWN, undefined);
    for (const session of [...this.#sessions.values()]) this.#closeSession(session);
  }

  // Submission

  prepareReadOp(
    oid: string,
    oloc: object_locator_t,
    operation: ObjectOperation<readonly unknown[]>,
    listener: OpListener,
  ): Op {
    return new Op(new OpTarget(oid, oloc, CEPH_OSD_FLAG_READ), operation.ops, listener);
  }

  /** `timeoutMs` 0: none. `listener.onFinish` may be called before this returns. */
  opSubmit(op: Op, timeoutMs: number): void {
    assert(op.tid === 0, 'an op is submitted once');
    op.tid = ++this.#lastTid;
    this.#active.add(op);
    this.#updateRef();
    if (timeoutMs > 0) {
      op.deadline = this.#cct.clock.now() + timeoutMs;
      this.#deadlines.add(op);
    }
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.opSubmit',
      tid: op.tid,
      facts: { oid: op.target.oid, ops: op.ops.map(osdOpToString).join(', ') },
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
    const { target } = op;
    assert(this.#osdmap !== undefined, 'there is a map before there are ops');
    const decision = calcTarget(this.#osdmap, target);
    this.#logTarget(op);
    this.#sendOpAccount(op);
    const session = this.#getSession(target.osd);
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.getSession',
      tid: op.tid,
      facts: { osd: session.osd, addr: String(session.addr ?? 'nobody'), ops: session.ops.size },
    });
    this.#sessionOpAssign(session, op);
    if (decision === 'pool_dne') this.#sendOpMapCheck(op);
    else if (target.paused || session === this.#homeless) this.#maybeRequestMap();
    else this.#sendOp(session, op);
  }

  /** Ceph: Objecter::_send_op_account. */
  #sendOpAccount(op: Op): void {
    const { counters } = this;
    counters.inc('op_active');
    counters.inc('op');
    counters.inc('oplen_avg', op.ops.length);
    if (op.target.flags & CEPH_OSD_FLAG_READ) {
      counters.inc(op.target.flags & CEPH_OSD_FLAG_WRITE ? 'op_rmw' : 'op_r');
    } else {
      counters.inc('op_w');
    }
    for (const step of op.ops) counters.inc(osdOpCounter(step.op));
  }

  #sessionOpAssign(session: OSDSession, op: Op): void {
    op.session = session;
    session.ops.set(op.tid, op);
  }

  #prepareOsdOp(op: Op): MOSDOp {
    const { target } = op;
    const retry = op.attempts > 0 ? CEPH_OSD_FLAG_RETRY : 0;
    const message = new MOSDOp({
      pgid: { pgid: target.pgid, shard: target.shard },
      hash: target.rawPgid.seed,
      osdmapEpoch: target.epoch,
      flags: target.flags | CEPH_OSD_FLAG_ONDISK | CEPH_OSD_FLAG_KNOWN_REDIR | retry,
      oloc: target.targetOloc,
      oid: target.oid,
      ops: op.ops,
      retryAttempt: op.attempts,
    });
    message.tid = op.tid;
    return message;
  }

  /** Nothing is sent while the session waits to reconnect: then all of its ops are. */
  #sendOp(session: OSDSession, op: Op): void {
    if (session.addr === undefined) {
      const cause = new Error(`osd.${session.osd} has no address that this messenger can dial`);
      this.#finishOp(op, -EOPNOTSUPP, cause);
      return;
    }
    if (session.con === undefined) return;
    const message = this.#prepareOsdOp(op);
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
    if (op.session !== undefined) {
      op.session.ops.delete(op.tid);
      op.session = undefined;
      this.counters.dec('op_active');
    }
    this.#opCancelMapCheck(op);
    this.#deadlines.delete(op);
    this.#active.delete(op);
    this.#updateRef();
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

  // Sessions

  #getSession(osd: number): OSDSession {
    if (osd === HOMELESS) return this.#homeless;
    const known = this.#sessions.get(osd);
    if (known !== undefined) return known;
    const session = new OSDSession(osd);
    this.#sessions.set(osd, session);
    this.counters.set('osd_sessions', this.#sessions.size);
    this.#openSession(session);
    return session;
  }

  #openSession(session: OSDSession): void {
    const addr = this.#messenger.pickAddr(this.#osdmap?.getAddrs(session.osd) ?? []);
    session.addr = addr;
    if (addr === undefined) return;
    session.con = this.#messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
    session.con.priv = session;
    this.counters.inc('osd_session_open');
    this.#logSession('Objecter.openSession', session, String(addr));
  }

  #dropConnection(session: OSDSession): void {
    const { con } = session;
    if (con === undefined) return;
    session.con = undefined;
    con.priv = undefined;
    con.markDown();
    this.counters.inc('osd_session_close');
  }

  /** Answers the ops that are left without a session. */
  #closeSession(session: OSDSession): Op[] {
    this.#dropConnection(session);
    session.reopenTimer?.cancel();
    this.#sessions.delete(session.osd);
    this.counters.set('osd_sessions', this.#sessions.size);
    const ops = session.opsByTid();
    session.ops.clear();
    for (const op of ops) op.session = undefined;
    return ops;
  }

  /** Its connection is lost: the ops in it are sent again over a new one. */
  #reopenSession(session: OSDSession): void {
    this.#dropConnection(session);
    if (session.ops.size === 0) {
      this.#closeSession(session);
      return;
    }
    session.failures += 1;
    const delayMs = backoffMs(this.#cct, session.failures);
    if (delayMs === 0) this.#kickRequests(session);
    else {
      session.reopenTimer = this.#cct.clock.addEventAfter(delayMs, () =>
        this.#kickRequests(session),
      );
    }
    this.#maybeRequestMap();
  }

  /** Ceph: Objecter::_kick_requests. */
  #kickRequests(session: OSDSession): void {
    session.reopenTimer = undefined;
    if (session.ops.size === 0) {
      this.#closeSession(session);
      return;
    }
    this.#openSession(session);
    for (const op of session.opsByTid()) if (!op.target.paused) this.#sendOp(session, op);
  }

  msHandleReset(con: Connection, why: Error): boolean {
    if (con.peerType !== CEPH_ENTITY_TYPE_OSD) return false;
    const session = this.#sessionOf(con);
    if (session === undefined) return true;
    this.#logSession('Objecter.msHandleReset', session, why.message);
    this.#reopenSession(session);
    return true;
  }

  /** The OSD is not there. The messenger tries again; a newer map may know better. */
  msHandleRefused(con: Connection): boolean {
    if (con.peerType !== CEPH_ENTITY_TYPE_OSD) return false;
    if (this.#sessionOf(con) !== undefined) this.#maybeRequestMap();
    return true;
  }

  /** Undefined for a connection that has been replaced. */
  #sessionOf(con: Connection): OSDSession | undefined {
    const { priv } = con;
    return priv instanceof OSDSession && priv.con === con ? priv : undefined;
  }

  // Replies

  msDispatch(con: Connection, message: Message): boolean {
    if (message instanceof MOSDOpReply) this.#handleOsdOpReply(con, message);
    else if (message instanceof MOSDMap) this.#handleOsdMap(con, message);
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

  #handleOsdOpReply(con: Connection, reply: MOSDOpReply): void {
    const session = this.#sessionOf(con);
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
    try {
      checkReply(op, reply);
      if (reply.result >= 0) op.listener.onReply(reply.outdata, reply.userVersion);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuseReply(session, con, op, error);
      return;
    }
    session.failures = 0;
    this.counters.inc('op_reply');
    // A positive result is data.
    this.#finishOp(op, Math.min(reply.result, 0), undefined);
  }

  /** A reply that makes no sense: its op fails, the other ops are sent again over a new connection. */
  #refuseReply(session: OSDSession, con: Connection, op: Op, error: DecodeError): void {
    const { field, offset } = error;
    const cause = new ProtocolError(
      { peer: `osd.${session.osd} ${con.peerAddr}`, state: 'open', field, offset },
      `${error.reason} (tid ${op.tid})`,
      { cause: error },
    );
    session.ops.delete(op.tid);
    this.#reopenSession(session);
    this.#finishOp(op, -EIO, cause);
  }

  // Maps

  #handleOsdMap(con: Connection, message: MOSDMap): void {
    if (message.fsid !== this.#monc.fsid) {
      this.#logMap('map of another cluster', message);
      return;
    }
    const before = this.#osdmap?.epoch ?? 0;
    if (message.getLast() <= before) return;
    const rescan: Rescan = { resend: new Set(), poolDne: new Set() };
    try {
      this.#advance(message, rescan);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuseMap(con, error);
    }
    if (this.#osdmap !== undefined && this.#osdmap.epoch > before)
      this.#finishRescan(this.#osdmap, rescan);
  }

  /** Every epoch counts: a primary that changed and changed back has forgotten the op. */
  #advance(message: MOSDMap, rescan: Rescan): void {
    for (const next of nextMaps(this.#osdmap, message)) {
      if (next.kind === 'missing') {
        this.#logMap(`no map ${next.epoch}`, message);
        this.#maybeRequestMap();
        return;
      }
      this.#osdmap = next.map;
      this.#wantsFullMap = false;
      this.counters.inc(next.kind === 'full' ? 'map_full' : 'map_inc');
      this.counters.set('map_epoch', next.map.epoch);
      this.#monc.subGot('osdmap', next.map.epoch);
      this.#scanRequests(this.#homeless, next.map, next.skipped, rescan);
      for (const session of [...this.#sessions.values()]) {
        this.#scanRequests(session, next.map, next.skipped, rescan);
        if (this.#isGone(session, next.map)) {
          for (const op of this.#closeSession(session)) rescan.resend.add(op);
        }
      }
    }
    this.#logMap('got maps', message);
  }

  #isGone(session: OSDSession, map: OSDMap): boolean {
    if (!map.isUp(session.osd)) return true;
    const addr = this.#messenger.pickAddr(map.getAddrs(session.osd));
    return String(addr) !== String(session.addr);
  }

  /** Ceph: Objecter::_scan_requests. */
  #scanRequests(session: OSDSession, map: OSDMap, skippedMap: boolean, rescan: Rescan): void {
    for (const op of session.ops.values()) {
      const decision = calcTarget(map, op.target);
      if (decision === 'pool_dne') {
        rescan.poolDne.add(op);
      } else if (decision === 'need_resend' || skippedMap) {
        session.ops.delete(op.tid);
        op.session = undefined;
        rescan.resend.add(op);
      }
    }
  }

  /** Acts on what was found, when the newest map is in place. */
  #finishRescan(map: OSDMap, rescan: Rescan): void {
    for (const op of inTidOrder(rescan.resend)) {
      const { target } = op;
      if (target.epoch < map.epoch && calcTarget(map, target) === 'pool_dne') {
        rescan.poolDne.add(op);
      }
      const session = this.#getSession(target.osd);
      this.#sessionOpAssign(session, op);
      if (rescan.poolDne.has(op)) continue;
      this.#opCancelMapCheck(op);
      this.#logTarget(op);
      if (session !== this.#homeless && !target.paused) this.#sendOp(session, op);
    }
    for (const op of rescan.poolDne) this.#checkOpPoolDne(map, op);
    for (const waiter of this.#mapWaiters) {
      if (waiter.epoch > map.epoch) continue;
      this.#mapWaiters.delete(waiter);
      waiter.done();
    }
    this.#updateRef();
    // Nobody else tells us that a pause is over.
    if (this.#wantsMap() || isPaused(map)) this.#maybeRequestMap();
  }

  /** The map cannot be used: a whole one is asked for, and its sender is not trusted to go on. */
  #refuseMap(con: Connection, error: DecodeError): void {
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.handleOsdMap',
      facts: { refused: error.message, from: String(con.peerAddr) },
    });
    this.#wantsFullMap = true;
    const session = this.#sessionOf(con);
    if (session === undefined) this.#monc.refuse(con, error);
    else this.#reopenSession(session);
    this.#maybeRequestMap();
  }

  /** Ceph: Objecter::_maybe_request_map. */
  #maybeRequestMap(): void {
    const map = this.#osdmap;
    const flags = map !== undefined && isPaused(map) ? 0 : CEPH_SUBSCRIBE_ONETIME;
    const start = map === undefined || this.#wantsFullMap ? 0 : map.epoch + 1;
    if (this.#monc.subWant('osdmap', start, flags)) this.#monc.renewSubs();
  }

  /** Calls `done` when the map is of `epoch` or newer, perhaps now. The answer ends the wait. */
  waitForMap(epoch: number, done: () => void): () => void {
    if (this.#osdmap !== undefined && this.#osdmap.epoch >= epoch) {
      done();
      return () => {};
    }
    const waiter = { epoch, done };
    this.#mapWaiters.add(waiter);
    this.#updateRef();
    this.#maybeRequestMap();
    return () => {
      this.#mapWaiters.delete(waiter);
      this.#updateRef();
    };
  }

  /** Calls `done` when the map is as new as the monitors' at this moment. The answer ends the wait. */
  waitForLatestMap(done: () => void): () => void {
    let cancel = (): void => {};
    const handle = this.#monc.getVersion('osdmap', (newest) => {
      cancel = this.waitForMap(newest, done);
    });
    return () => {
      this.#monc.cancelVersion(handle);
      cancel();
    };
  }

  // Pools that are not there

  /** Asks for the newest epoch: only a map as new as that can say that a pool is not there. */
  #sendOpMapCheck(op: Op): void {
    if (op.mapCheck !== undefined) return;
    op.mapCheck = this.#monc.getVersion('osdmap', (newest) => {
      op.mapCheck = undefined;
      op.mapDneBound = newest;
      if (this.#osdmap !== undefined) this.#checkOpPoolDne(this.#osdmap, op);
    });
  }

  #opCancelMapCheck(op: Op): void {
    if (op.mapCheck === undefined) return;
    this.#monc.cancelVersion(op.mapCheck);
    op.mapCheck = undefined;
  }

  /** Ceph: Objecter::_check_op_pool_dne. */
  #checkOpPoolDne(map: OSDMap, op: Op): void {
    if (op.target.poolEverExisted) op.mapDneBound = map.epoch;
    if (op.mapDneBound === 0) this.#sendOpMapCheck(op);
    else if (map.epoch >= op.mapDneBound) this.#finishOp(op, -ENOENT, new Error('no such pool'));
    else this.#maybeRequestMap();
  }

  // Time

  /** Ops that have waited long for their answer are counted, and their sessions pinged. */
  #handleTick(): void {
    this.#scheduleTick();
    const { counters } = this;
    const cutoff = this.#cct.clock.now() - this.#cct.conf.objecter_timeout * 1000;
    let laggyOps = 0;
    let laggySessions = 0;
    for (const session of this.#sessions.values()) {
      const before = laggyOps;
      for (const op of session.ops.values())
        if (op.attempts > 0 && op.stamp < cutoff) laggyOps += 1;
      if (laggyOps === before) continue;
      laggySessions += 1;
      session.con?.sendKeepalive();
    }
    counters.set('op_laggy', laggyOps);
    counters.set('osd_laggy', laggySessions);
    if (laggySessions > 0 || this.#wantsMap()) this.#maybeRequestMap();
  }

  #wantsMap(): boolean {
    return this.#homeless.ops.size > 0 || this.#mapWaiters.size > 0;
  }

  #scheduleTick(): void {
    const delayMs = this.#cct.conf.objecter_tick_interval * 1000;
    this.#tick = this.#cct.clock.addEventAfter(delayMs, () => this.#handleTick());
    this.#updateRef();
  }

  /** Whoever waits for us keeps the world going. */
  #updateRef(): void {
    if (this.#active.size > 0 || this.#mapWaiters.size > 0) this.#tick?.ref();
    else this.#tick?.unref();
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

  #logSession(fn: string, session: OSDSession, fact: string): void {
    this.#cct.log?.({ who: this.#messenger.who, fn, facts: { osd: session.osd, fact } });
  }

  #logMap(fact: string, message: MOSDMap): void {
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.handleOsdMap',
      facts: { fact, message: String(message), epoch: this.#osdmap?.epoch ?? 0 },
    });
  }
}

function isPaused(map: OSDMap): boolean {
  return (map.flags & (CEPH_OSDMAP_PAUSERD | CEPH_OSDMAP_PAUSEWR)) !== 0;
}

function isOlderAttempt(op: Op, reply: MOSDOpReply): boolean {
  return reply.retryAttempt >= 0 && reply.retryAttempt !== op.attempts - 1;
}
