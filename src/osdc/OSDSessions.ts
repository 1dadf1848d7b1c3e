import { backoffMs } from '../common/backoff.ts';
import type { CephContext } from '../common/CephContext.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../common/entity_name.ts';
import type { PerfCounters } from '../common/PerfCounters.ts';
import { MPing } from '../messages/MPing.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Messenger } from '../msg/Messenger.ts';
import type { OSDMap } from '../osd/OSDMap.ts';
import type { Op } from './Op.ts';
import { HOMELESS, OSDSession } from './OSDSession.ts';
import type { OsdcCounter } from './perf_counters.ts';

export interface OSDSessionsOwner {
  /** Where OSDs are. */
  osdmap(): OSDMap | undefined;
  /** The session has a connection again: its ops are to be sent. */
  kickRequests(session: OSDSession): void;
}

/** The sessions with OSDs: one per OSD that has, or had, an op. Ceph: the sessions of Objecter. */
export class OSDSessions {
  /** Holds the ops that no OSD can serve now. */
  readonly homeless: OSDSession = new OSDSession(HOMELESS);
  readonly #cct: CephContext;
  readonly #messenger: Messenger;
  readonly #counters: PerfCounters<OsdcCounter>;
  readonly #owner: OSDSessionsOwner;
  readonly #sessions = new Map<number, OSDSession>();

  constructor(
    cct: CephContext,
    messenger: Messenger,
    counters: PerfCounters<OsdcCounter>,
    owner: OSDSessionsOwner,
  ) {
    this.#cct = cct;
    this.#messenger = messenger;
    this.#counters = counters;
    this.#owner = owner;
  }

  /** All but the homeless one. */
  all(): Iterable<OSDSession> {
    return this.#sessions.values();
  }

  /** Some OSD has an op that it may serve. */
  hasOpsToServe(): boolean {
    for (const session of this.#sessions.values()) {
      if (session.ops.values().some(({ target }) => !target.paused)) return true;
    }
    return false;
  }

  shutdown(): void {
    for (const session of [...this.#sessions.values()]) this.close(session);
  }

  /** Ceph: Objecter::_get_session. */
  get(osd: number): OSDSession {
    if (osd === HOMELESS) return this.homeless;
    const known = this.#sessions.get(osd);
    if (known !== undefined) return known;
    const session = new OSDSession(osd);
    this.#sessions.set(osd, session);
    this.#counters.set('osd_sessions', this.#sessions.size);
    this.#open(session);
    return session;
  }

  /** The session of a connection; undefined for one that has been replaced. */
  of(con: Connection): OSDSession | undefined {
    const { priv } = con;
    return priv instanceof OSDSession && priv.con === con ? priv : undefined;
  }

  /** By `map` its OSD is down or elsewhere. */
  isGone(session: OSDSession, map: OSDMap): boolean {
    if (!map.isUp(session.osd)) return true;
    const addr = this.#messenger.pickAddr(map.getAddrs(session.osd));
    return String(addr) !== String(session.addr);
  }

  /** Answers the ops that are left without a session. Ceph: Objecter::close_session. */
  close(session: OSDSession): Op[] {
    this.#dropConnection(session);
    session.reopenTimer?.cancel();
    this.#sessions.delete(session.osd);
    this.#counters.set('osd_sessions', this.#sessions.size);
    const ops = session.opsByTid();
    session.ops.clear();
    for (const op of ops) op.session = undefined;
    return ops;
  }

  /** Its connection is lost: the ops in it are sent again over a new one. */
  reopen(session: OSDSession, why: string): void {
    this.#log('Objecter.reopenSession', session, why);
    this.#dropConnection(session);
    if (session.ops.size === 0) {
      this.close(session);
      return;
    }
    session.failures += 1;
    const delayMs = backoffMs(this.#cct, session.failures);
    if (delayMs === 0) this.#kick(session);
    else session.reopenTimer = this.#cct.clock.addEventAfter(delayMs, () => this.#kick(session));
  }

  /**
   * Ops that have waited long, and the sessions that they are in, which are pinged. Ceph's ping is never
   * answered: it makes TCP find out, in its own time, that nobody is there. So there goes a keepalive with
   * it, which every messenger answers, however busy its OSD is. `silent`: a connection over which
   * nothing at all has come since, for `objecter_timeout`. Ticks are counted, not time: a process
   * that was held up gets to read what has come meanwhile.
   */
  checkLaggy(): { ops: number; sessions: number; silent: OSDSession[] } {
    const { objecter_timeout, objecter_tick_interval } = this.#cct.conf;
    const cutoff = this.#cct.clock.now() - objecter_timeout * 1000;
    const found = { ops: 0, sessions: 0, silent: [] as OSDSession[] };
    for (const session of this.#sessions.values()) {
      const laggy = session.ops.values().filter(({ stamp }) => stamp < cutoff).length;
      if (laggy === 0) continue;
      found.ops += laggy;
      found.sessions += 1;
      this.#ping(session);
      if (session.silentTicks * objecter_tick_interval >= objecter_timeout)
        found.silent.push(session);
    }
    return found;
  }

  #ping(session: OSDSession): void {
    const { con } = session;
    if (con === undefined) return;
    // Who is still being dialled is the messenger's to give up.
    const isSilent = con.isConnected() && con.reads === session.readsAtPing;
    session.silentTicks = isSilent ? session.silentTicks + 1 : 0;
    session.readsAtPing = con.reads;
    con.sendMessage(new MPing());
    con.sendKeepalive();
  }

  #kick(session: OSDSession): void {
    session.reopenTimer = undefined;
    if (session.ops.size === 0) {
      this.close(session);
      return;
    }
    this.#open(session);
    this.#owner.kickRequests(session);
  }

  #open(session: OSDSession): void {
    const addr = this.#messenger.pickAddr(this.#owner.osdmap()?.getAddrs(session.osd) ?? []);
    session.addr = addr;
    if (addr === undefined) return;
    session.con = this.#messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
    session.con.priv = session;
    session.readsAtPing = -1;
    session.silentTicks = 0;
    this.#counters.inc('osd_session_open');
    this.#log('Objecter.openSession', session, String(addr));
  }

  #dropConnection(session: OSDSession): void {
    const { con } = session;
    if (con === undefined) return;
    session.con = undefined;
    session.backoffs.clear();
    con.priv = undefined;
    con.markDown();
    this.#counters.inc('osd_session_close');
  }

  #log(fn: string, session: OSDSession, fact: string): void {
    this.#cct.log?.({ who: this.#messenger.who, fn, facts: { osd: session.osd, fact } });
  }
}
