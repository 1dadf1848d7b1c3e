import type {
  AuthAuthorizer,
  AuthClient,
  AuthConnection,
  AuthRefusal,
  AuthRequest,
  AuthSecrets,
} from '../auth/AuthClient.ts';
import { backoffMs } from '../common/backoff.ts';
import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';
import { CEPH_ENTITY_TYPE_MON } from '../common/entity_name.ts';
import { EACCES, EOPNOTSUPP } from '../common/errno.ts';
import { DecodeError } from '../common/errors.ts';
import { MAuthReply } from '../messages/MAuthReply.ts';
import { MConfig } from '../messages/MConfig.ts';
import { MGetPoolStats } from '../messages/MGetPoolStats.ts';
import { MGetPoolStatsReply } from '../messages/MGetPoolStatsReply.ts';
import { MMonCommand } from '../messages/MMonCommand.ts';
import { MMonCommandAck } from '../messages/MMonCommandAck.ts';
import { MMonGetMap } from '../messages/MMonGetMap.ts';
import { MMonGetVersion } from '../messages/MMonGetVersion.ts';
import { MMonGetVersionReply } from '../messages/MMonGetVersionReply.ts';
import { MMonMap } from '../messages/MMonMap.ts';
import { MMonSubscribe } from '../messages/MMonSubscribe.ts';
import { MMonSubscribeAck } from '../messages/MMonSubscribeAck.ts';
import { MStatfs } from '../messages/MStatfs.ts';
import { type ceph_statfs, MStatfsReply } from '../messages/MStatfsReply.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Dispatcher } from '../msg/Dispatcher.ts';
import type { Message } from '../msg/Message.ts';
import type { Messenger } from '../msg/Messenger.ts';
import { ADDR_TYPE_MSGR2, type entity_addr_t } from '../msg/msg_types.ts';
import { type Identity, MonAuth, type MonAuthStep } from './MonAuth.ts';
import { MonMap } from './MonMap.ts';
import { MonRequests } from './MonRequests.ts';
import { MonSub } from './MonSub.ts';

/** `result` 0: there is a session; else a negative errno that trying again does not change. */
export type AuthenticateDone = (result: number, why: string) => void;

/** How often it is seen whether tickets are to be renewed: real time may jump, and a machine sleep. */
const RENEWAL_CHECK_MIN_MS = 1000;
const RENEWAL_CHECK_MAX_MS = 10_000;

/**
 * The session with one monitor of those in the map: it is opened with the next one when it fails, and
 * then says all again that is still wanted. Ceph: src/mon/MonClient.cc.
 *
 * There is one connection at most: first it is hunted, then open. Over msgr v1 it authenticates by
 * messages (MAuth), over v2 while it connects.
 */
export class MonClient implements Dispatcher, AuthClient {
  readonly #cct: CephContext;
  readonly #messenger: Messenger;
  readonly #auth: MonAuth;
  readonly #sub = new MonSub();
  readonly #requests = new MonRequests();
  /** Of the statistics that have come: older ones are not asked for. */
  #pgmapVersion = 0;
  #monmap: MonMap;
  #con: Connection | undefined;
  /** The monitor has taken our name. */
  #authenticated = false;
  /** When the session was last heard to be open, in the clock's milliseconds. */
  #openedAt = 0;
  /** Failures since a session last held for a while. */
  #failures = 0;
  /** Addresses that were tried in this round. */
  readonly #tried = new Set<string>();
  /** Address → how the last try there failed, since a session was last open. */
  readonly #failed = new Map<string, string>();
  #timer: Timer | undefined;
  #renewTimer: Timer | undefined;
  #authenticateDone: AuthenticateDone | undefined;

  /** `monmap`: of which only the addresses are known (`MonMap.buildInitial`). */
  constructor(cct: CephContext, messenger: Messenger, identity: Identity, monmap: MonMap) {
    this.#cct = cct;
    this.#messenger = messenger;
    this.#auth = new MonAuth(cct, identity);
    this.#monmap = monmap;
  }

  /** The number that the monitors gave us: `client.4123`. 0: none yet. */
  get globalId(): number {
    return this.#auth.globalId;
  }

  get monmap(): MonMap {
    return this.#monmap;
  }

  get fsid(): string {
    return this.#monmap.fsid;
  }

  /** Opens a session, for as long as it takes; `done` when there is one. */
  authenticate(done: AuthenticateDone): void {
    this.#authenticateDone = done;
    const { impossible } = this.#auth;
    if (impossible !== undefined) {
      this.#finishAuthenticate(-EACCES, impossible);
      return;
    }
    this.#sub.want('config', 0, 0);
    this.#sub.want('monmap', 0, 0);
    this.#openSession();
  }

  /** The addresses that were tried and how each failed, for who gives up waiting. */
  describeTried(): string {
    const tried = [...this.#failed].map(([addr, why]) => `${addr} (${why})`);
    return tried.length === 0 ? 'no monitor' : tried.join(', ');
  }

  shutdown(): void {
    this.#authenticateDone = undefined;
    this.#requests.clear();
    this.#dropConnection();
    this.#timer?.cancel();
  }

  // Subscriptions and versions

  /** Ceph: MonSub::want. True: `renewSubs` has something to send. */
  subWant(what: string, start: number, flags: number): boolean {
    return this.#sub.want(what, start, flags);
  }

  subGot(what: string, have: number): void {
    this.#sub.got(what, have);
  }

  /** With no session it is sent as soon as there is one. */
  renewSubs(): void {
    if (!this.#authenticated) return;
    const items = this.#sub.renew();
    if (items.size > 0) this.#con?.sendMessage(new MMonSubscribe(items));
  }

  // Questions; each answers what `cancelRequest` takes

  /** Asks for the newest version of a map. */
  getVersion(what: string, onVersion: (newest: number) => void): number {
    return this.#ask(
      MMonGetVersionReply,
      (handle) => new MMonGetVersion(handle, what),
      ({ newestVersion }) => onVersion(newestVersion),
    );
  }

  /** `cmd`: one JSON text. `input`: what the command is to work on. */
  startMonCommand(
    cmd: readonly string[],
    input: Uint8Array,
    onAck: (ack: MMonCommandAck) => void,
  ): number {
    const make = (): Message => new MMonCommand(this.fsid, cmd, input);
    return this.#ask(MMonCommandAck, withTid(make), onAck);
  }

  /** How full the cluster is. */
  getFsStats(onStats: (st: ceph_statfs) => void): number {
    const make = (): Message => new MStatfs(this.fsid, undefined, this.#pgmapVersion);
    return this.#ask(MStatfsReply, withTid(make), ({ mapVersion, st }) => {
      this.#pgmapVersion = Math.max(this.#pgmapVersion, mapVersion);
      onStats(st);
    });
  }

  /** What is in pools, by their names. */
  getPoolStats(pools: readonly string[], onStats: (reply: MGetPoolStatsReply) => void): number {
    const make = (): Message => new MGetPoolStats(this.fsid, pools, this.#pgmapVersion);
    return this.#ask(MGetPoolStatsReply, withTid(make), (reply) => {
      this.#pgmapVersion = Math.max(this.#pgmapVersion, reply.mapVersion);
      onStats(reply);
    });
  }

  /** Its answer, if one comes, has no effect. */
  cancelRequest(tid: number): void {
    this.#requests.cancel(tid);
    this.#updateRef();
  }

  cancelVersion(handle: number): void {
    this.cancelRequest(handle);
  }

  #ask<R extends Message>(
    reply: abstract new (...args: never[]) => R,
    make: (tid: number) => Message,
    onReply: (reply: R) => void,
  ): number {
    const tid = this.#requests.add(reply, make, (message: R) => {
      this.#updateRef();
      onReply(message);
    });
    this.#updateRef();
    const message = this.#requests.message(tid);
    if (this.#authenticated && message !== undefined) this.#con?.sendMessage(message);
    return tid;
  }

  // Authentication over msgr v2, and of connections to daemons

  buildAuthorizer(peerType: number): AuthAuthorizer | undefined {
    return this.#auth.buildAuthorizer(peerType);
  }

  getAuthRequest(con: AuthConnection): AuthRequest {
    return this.#auth.getAuthRequest(con);
  }

  handleAuthReplyMore(con: AuthConnection, payload: Uint8Array): Uint8Array {
    return this.#auth.handleAuthReplyMore(con, payload);
  }

  handleAuthDone(
    con: AuthConnection,
    globalId: number,
    _conMode: number,
    payload: Uint8Array,
  ): AuthSecrets {
    const secrets = this.#auth.handleAuthDone(con, globalId, payload);
    if (con === this.#con) this.#handleAuthenticated();
    return secrets;
  }

  handleAuthBadMethod(con: AuthConnection, refused: AuthRefusal): void {
    const why = this.#auth.describeRefusal(refused);
    if (con === this.#con)
      this.#handleRefused(refused.result < 0 ? refused.result : -EOPNOTSUPP, why);
    throw new DecodeError('AUTH_BAD_METHOD', 0, why);
  }

  // The session

  #openSession(): void {
    const addr = this.#pickMon();
    if (addr === undefined) {
      this.#finishAuthenticate(
        -EOPNOTSUPP,
        'no monitor has an address that this messenger can dial',
      );
      return;
    }
    this.#log('MonClient.openSession', { addr: String(addr) });
    this.#tried.add(String(addr));
    this.#failed.set(String(addr), 'no answer');
    const con = this.#messenger.getConnection(CEPH_ENTITY_TYPE_MON, addr);
    this.#con = con;
    if (addr.type === ADDR_TYPE_MSGR2) {
      con.sendMessage(new MMonGetMap());
    } else {
      con.sendKeepalive();
      con.sendMessage(this.#auth.start(this.#monmap.epoch));
    }
    const { conf } = this.#cct;
    const multiple = Math.min(
      conf.mon_client_hunt_interval_backoff ** this.#failures,
      conf.mon_client_hunt_interval_max_multiple,
    );
    this.#setTimer(conf.mon_client_hunt_interval * multiple * 1000, () => this.#fail('no answer'));
  }

  /** One of the best that were not tried since the last session, at random; after all, any again. */
  #pickMon(): entity_addr_t | undefined {
    const usable = this.#monmap.mons.flatMap(({ addrs, priority }) => {
      const addr = this.#messenger.pickAddr(addrs);
      return addr === undefined ? [] : [{ addr, priority }];
    });
    const untried = usable.filter(({ addr }) => !this.#tried.has(String(addr)));
    if (untried.length === 0) this.#tried.clear();
    const left = untried.length === 0 ? usable : untried;
    const best = Math.min(...left.map(({ priority }) => priority));
    const candidates = left.filter(({ priority }) => priority === best);
    return candidates[Math.floor(this.#cct.random.float() * candidates.length)]?.addr;
  }

  /** The session, or the attempt, is over: the next one, after a while if this happens often. */
  #fail(why: string): void {
    const addr = this.#con?.peerAddr;
    this.#log('MonClient.fail', { addr: String(addr), why });
    this.#dropConnection();
    if (addr !== undefined) this.#failed.set(String(addr), why);
    this.#failures += 1;
    this.#setTimer(backoffMs(this.#cct, this.#failures), () => this.#openSession());
  }

  #dropConnection(): void {
    const con = this.#con;
    this.#con = undefined;
    this.#authenticated = false;
    this.#renewTimer?.cancel();
    con?.markDown();
  }

  /** Ceph: MonClient::handle_auth. In an open session it is about tickets that were to be renewed. */
  #handleAuthReply(con: Connection, reply: MAuthReply): void {
    let step: MonAuthStep;
    try {
      step = this.#auth.handleReply(reply);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.refuse(con, error);
      return;
    }
    if (step.kind === 'ask') con.sendMessage(step.request);
    else if (step.kind === 'refused') this.#handleRefused(step.result, step.why);
    else this.#handleAuthenticated();
  }

  /** Trying again changes nothing; but a session that once was may be possible again. */
  #handleRefused(result: number, why: string): void {
    if (this.#authenticateDone === undefined) this.#fail(why);
    else this.#finishAuthenticate(result, `${this.#con?.peerAddr}: ${why}`);
  }

  /** Each time that a connection has authenticated: of v2 also when an attempt to connect goes on. */
  #handleAuthenticated(): void {
    this.#scheduleRenewal();
    if (this.#authenticated) return;
    this.#authenticated = true;
    this.#sub.reload();
    this.renewSubs();
    for (const message of this.#requests.messages()) this.#con?.sendMessage(message);
    this.#checkOpen();
  }

  /** Ceph: MonClient::_check_auth_tickets, with each tick of a second. */
  #scheduleRenewal(): void {
    this.#renewTimer?.cancel();
    const leftMs = this.#auth.renewAfter() - this.#cct.clock.realNow();
    if (leftMs === Infinity) return;
    const delayMs = Math.min(Math.max(leftMs, RENEWAL_CHECK_MIN_MS), RENEWAL_CHECK_MAX_MS);
    this.#renewTimer = this.#cct.clock.addEventAfter(delayMs, () => this.#renewTickets());
    this.#renewTimer.unref();
  }

  #renewTickets(): void {
    const request = this.#auth.renew();
    if (request !== undefined) {
      this.#log('MonClient.renewTickets', { addr: String(this.#con?.peerAddr) });
      this.#con?.sendMessage(request);
    }
    this.#scheduleRenewal();
  }

  /** A session is open when the monitor knows us and we know who the monitors are. */
  #checkOpen(): void {
    if (!this.#authenticated || this.#monmap.epoch === 0) return;
    this.#tried.clear();
    this.#failed.clear();
    this.#openedAt = this.#cct.clock.now();
    this.#schedulePing();
    if (this.#authenticateDone !== undefined) this.#finishAuthenticate(0, '');
  }

  #finishAuthenticate(result: number, why: string): void {
    const done = this.#authenticateDone;
    this.#authenticateDone = undefined;
    this.#updateRef();
    done?.(result, why);
  }

  #schedulePing(): void {
    this.#setTimer(this.#cct.conf.mon_client_ping_interval * 1000, () => this.#ping());
  }

  #ping(): void {
    const con = this.#con;
    if (con === undefined) return;
    this.#failures = 0;
    const acked = con.lastKeepaliveAck ?? this.#openedAt;
    const timeoutMs = this.#cct.conf.mon_client_ping_timeout * 1000;
    if (timeoutMs > 0 && this.#cct.clock.now() - acked > timeoutMs) {
      this.#fail('no answer to keepalives');
      return;
    }
    con.sendKeepalive();
    this.#schedulePing();
  }

  // What the messenger brings

  msDispatch(con: Connection, message: Message): boolean {
    const handled =
      message instanceof MMonMap ||
      message instanceof MAuthReply ||
      isReply(message) ||
      message instanceof MConfig ||
      message instanceof MMonSubscribeAck;
    // What comes late from a monitor that we have left is dropped.
    if (!handled || con !== this.#con) return handled;
    if (message instanceof MMonMap) this.#handleMonmap(con, message);
    else if (message instanceof MAuthReply) this.#handleAuthReply(con, message);
    else this.#requests.handleReply(message);
    return true;
  }

  msHandleReset(con: Connection, why: Error): boolean {
    if (con.peerType !== CEPH_ENTITY_TYPE_MON) return false;
    if (con === this.#con) this.#fail(why.message);
    return true;
  }

  msHandleRefused(con: Connection, why: Error): boolean {
    return this.msHandleReset(con, why);
  }

  /** It has sent something that makes no sense. Nothing happens if the session is with another one. */
  refuse(con: Connection, error: Error): void {
    if (con === this.#con) this.#fail(error.message);
  }

  #handleMonmap(con: Connection, message: MMonMap): void {
    let monmap: MonMap;
    try {
      monmap = MonMap.decode(message.monmapbl);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.refuse(con, error);
      return;
    }
    if (this.#monmap.epoch > 0 && monmap.fsid !== this.#monmap.fsid) {
      this.#fail(`a monitor of another cluster, ${monmap.fsid}`);
      return;
    }
    if (monmap.mons.every(({ addrs }) => this.#messenger.pickAddr(addrs) === undefined)) {
      this.#fail('a map of no monitor that this messenger can dial');
      return;
    }
    if (monmap.epoch > this.#monmap.epoch) {
      this.#monmap = monmap;
      this.#sub.got('monmap', monmap.epoch);
      this.#log('MonClient.handleMonmap', { epoch: monmap.epoch, fsid: monmap.fsid });
    }
    if (isMember(this.#monmap, con.peerAddr)) this.#checkOpen();
    else this.#fail('no longer a monitor');
  }

  #setTimer(delayMs: number, callback: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#cct.clock.addEventAfter(delayMs, callback);
    this.#updateRef();
  }

  /** Only who waits for an answer keeps the world going. */
  #updateRef(): void {
    if (this.#authenticateDone !== undefined || this.#requests.size > 0) this.#timer?.ref();
    else this.#timer?.unref();
  }

  #log(fn: string, facts: Readonly<Record<string, string | number | boolean>>): void {
    this.#cct.log?.({ who: this.#messenger.who, fn, facts });
  }
}

function isMember(monmap: MonMap, addr: entity_addr_t): boolean {
  return monmap.mons.some(({ addrs }) =>
    addrs.some(({ ip, port }) => ip === addr.ip && port === addr.port),
  );
}

function isReply(message: Message): boolean {
  return (
    message instanceof MMonGetVersionReply ||
    message instanceof MMonCommandAck ||
    message instanceof MStatfsReply ||
    message instanceof MGetPoolStatsReply
  );
}

function withTid(make: () => Message): (tid: number) => Message {
  return (tid) => {
    const message = make();
    message.tid = tid;
    return message;
  };
}
