import { backoffMs } from '../common/backoff.ts';
import type { CephContext } from '../common/CephContext.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../common/entity_name.ts';
import type { PerfCounters } from '../common/PerfCounters.ts';
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
