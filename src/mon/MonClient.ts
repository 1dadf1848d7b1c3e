import type {
  AuthAuthorizer,
  AuthClient,
  AuthConnection,
  AuthRefusal,
  AuthRequest,
  AuthSecrets,
} from '../auth/AuthClient.ts';
import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';
import { CEPH_ENTITY_TYPE_MON } from '../common/entity_name.ts';
import { EACCES, EOPNOTSUPP } from '../common/errno.ts';
import { DecodeError } from '../common/errors.ts';
import { MAuthReply } from '../messages/MAuthReply.ts';
import { MConfig } from '../messages/MConfig.ts';
import { MMgrMap } from '../messages/MMgrMap.ts';
import { MMonMap } from '../messages/MMonMap.ts';
import { MMonSubscribeAck } from '../messages/MMonSubscribeAck.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Dispatcher } from '../msg/Dispatcher.ts';
import type { Message } from '../msg/Message.ts';
import type { Messenger } from '../msg/Messenger.ts';
import { ADDR_TYPE_MSGR2, type entity_addr_t } from '../msg/msg_types.ts';
import { type Identity, MonAuth, type MonAuthStep } from './MonAuth.ts';
import type { MonConnection } from './MonConnection.ts';
import { MonHunt } from './MonHunt.ts';
import { MonMap } from './MonMap.ts';
import { isReply, MonRequests, type MonRequestsSession } from './MonRequests.ts';
import { MonSub } from './MonSub.ts';
import { MonTell, type MonTellInit } from './MonTell.ts';

/** `result` 0: there is a session; else a negative errno that trying again does not change. */
export type AuthenticateDone = (result: number, why: string) => void;

/** What goes along with a command to one monitor. */
type Told = Pick<MonTellInit, 'input' | 'done'>;

/** How often it is seen whether tickets are to be renewed: real time may jump, and a machine sleep. */
const RENEWAL_CHECK_MIN_MS = 1000;
const RENEWAL_CHECK_MAX_MS = 10_000;

/**
 * The session with one monitor of those in the map: it is opened with another one when it fails, and
 * then says all again that is still wanted. Ceph: src/mon/MonClient.cc.
 *
 * First some monitors are hunted at once, and with the first that lets us in there is the session, which
 * is open when we have the monitors' map, too.
 */
export class MonClient implements Dispatcher, AuthClient, MonRequestsSession {
  /** The options that the monitors have for us, all of them each time. */
  onConfig: (config: ReadonlyMap<string, string>) => void = () => {};
  readonly requests: MonRequests;
  readonly #cct: CephContext;
  readonly #messenger: Messenger;
  readonly #hunt: MonHunt;
  readonly #sub: MonSub;
  #monmap: MonMap;
  /** What the last monitor that let us in has given us. */
  #auth: MonAuth;
  /** The monitors do not believe that we are who we were: we are to be somebody else. */
  #isDisowned = false;
  /** It has let us in. */
  #active: MonConnection | undefined;
  /** And we know who the monitors are. */
  #isOpen = false;
  /** Of the hunt, of the wait for the next one, of the next ping. */
  #timer: Timer | undefined;
  #renewTimer: Timer | undefined;
  #authenticateDone: AuthenticateDone | undefined;

  /** `monmap`: of which only the addresses are known (`MonMap.buildInitial`). */
  constructor(cct: CephContext, messenger: Messenger, identity: Identity, monmap: MonMap) {
    this.#cct = cct;
    this.#messenger = messenger;
    this.requests = new MonRequests(cct, this);
    this.#hunt = new MonHunt(cct, messenger);
    this.#sub = new MonSub(cct.hostname ?? '');
    this.#auth = MonAuth.create(cct, identity);
    this.#monmap = monmap;
  }

  /** The number that the monitors gave us: `client.4123`. 0: none yet. */
  get globalId(): number {
    return this.#auth.globalId;
  }

  get monmap(): MonMap {
    return this.#monmap;
  }

  /** There is a session with a monitor. */
  get isOpen(): boolean {
    return this.#isOpen;
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
    this.#sub.want('monmap', this.#monmap.epoch === 0 ? 0 : this.#monmap.epoch + 1, 0);
    this.#reopenSession();
  }

  /** The addresses that were tried and how each failed, for who gives up waiting. */
  describeTried(): string {
    return this.#hunt.describeTried();
  }

  shutdown(): void {
    this.#authenticateDone = undefined;
    this.requests.clear();
    this.#dropSession();
    this.#timer?.cancel();
  }

  // Subscriptions and versions

  /** Ceph: MonSub::want. True: `renewSubs` has something to send. */
  subWant(what: string, start: number, flags: number, isAgain = false): boolean {
    return this.#sub.want(what, start, flags, isAgain);
  }

  subGot(what: string, have: number): void {
    this.#sub.got(what, have);
  }

  /** With no session it is sent as soon as there is one. */
  renewSubs(): void {
    const message = this.#active === undefined ? undefined : this.#sub.renew();
    if (message !== undefined) this.#active?.con.sendMessage(message);
  }

  /**
   * A command to one monitor, by name or rank. The answer ends it.
   * Undefined: there is none, or none that this messenger can dial.
   */
  tell(target: string | number, cmd: readonly string[], tell: Told): (() => void) | undefined {
    const { mons, fsid, epoch: monmapEpoch } = this.#monmap;
    const mon =
      typeof target === 'number' ? mons[target] : mons.find(({ name }) => name === target);
    const addr = mon === undefined ? undefined : this.#messenger.pickAddr(mon.addrs);
    if (addr === undefined) return undefined;
    const newAuth = (): MonAuth => this.#auth.forkAnew();
    const told = new MonTell(this.#cct, { addr, newAuth, fsid, monmapEpoch, cmd, ...tell });
    told.start();
    return () => told.shutdown();
  }

  /** Of `requests`. */
  sendMonMessage(message: Message): void {
    this.#active?.con.sendMessage(message);
  }

  /** Of `requests`. */
  onRequests(): void {
    this.#updateRef();
  }

  // Authentication over msgr v2, and of connections to daemons

  buildAuthorizer(peerType: number): AuthAuthorizer | undefined {
    return this.#auth.buildAuthorizer(peerType);
  }

  getAuthRequest(con: AuthConnection): AuthRequest {
    return this.#authOf(con).getAuthRequest(con);
  }

  handleAuthReplyMore(con: AuthConnection, payload: Uint8Array): Uint8Array {
    return this.#authOf(con).handleAuthReplyMore(con, payload);
  }

  handleAuthDone(
    con: AuthConnection,
    globalId: number,
    _conMode: number,
    payload: Uint8Array,
  ): AuthSecrets {
    const secrets = this.#authOf(con).handleAuthDone(con, globalId, payload);
    const mon = this.#findMon(con);
    if (mon !== undefined) this.#handleAuthenticated(mon);
    return secrets;
  }

  handleAuthBadMethod(con: AuthConnection, refused: AuthRefusal): void {
    const why = this.#authOf(con).describeRefusal(refused);
    const mon = this.#findMon(con);
    if (mon === undefined) this.handleBadAuthorizer(con.peerType);
    else this.#handleRefused(mon, refused.result < 0 ? refused.result : -EOPNOTSUPP, why);
    throw new DecodeError('AUTH_BAD_METHOD', 0, why);
  }

  /** What is too old for a daemon is renewed at once. */
  handleBadAuthorizer(peerType: number): void {
    if (peerType === CEPH_ENTITY_TYPE_MON) return;
    this.#auth.invalidateTicket(peerType);
    this.#renewTickets();
  }

  /** Of a monitor, its own; of another daemon, what the monitors have given us. */
  #authOf(con: AuthConnection): MonAuth {
    if (con.peerType !== CEPH_ENTITY_TYPE_MON) return this.#auth;
    const mon = this.#findMon(con);
    if (mon !== undefined) return mon.auth;
    throw new DecodeError('AUTH_REQUEST', 0, 'a monitor that is no longer asked');
  }

  #findMon(con: AuthConnection): MonConnection | undefined {
    return con === this.#active?.con ? this.#active : this.#hunt.find(con);
  }

  // The session

  /** Ceph: MonClient::_reopen_session. */
  #reopenSession(): void {
    this.#dropSession();
    const newAuth = (): MonAuth => (this.#isDisowned ? this.#auth.forkAnew() : this.#auth.fork());
    if (!this.#hunt.start(this.#monmap, newAuth)) {
      const why = 'no monitor has an address that this messenger can dial';
      this.#finishAuthenticate(-EOPNOTSUPP, why);
      return;
    }
    this.#log('MonClient.reopenSession', { hunted: this.#hunt.addrs.join(', ') });
    this.#setTimer(this.#hunt.intervalMs(), () => this.#handleHuntTimeout());
  }

  /** Nobody has let us in, or whoever did does not tell who the monitors are. */
  #handleHuntTimeout(): void {
    this.#hunt.timedOut();
    if (this.#active !== undefined) this.#lose(this.#active, 'no monmap');
    else if (!this.#finishRefused()) this.#reopenSession();
  }

  #dropSession(): void {
    const mon = this.#active;
    this.#active = undefined;
    this.#isOpen = false;
    this.#renewTimer?.cancel();
    this.#hunt.clear();
    mon?.con.markDown();
  }

  /** The session is over, or the attempt. */
  #lose(mon: MonConnection, why: string, result = 0): void {
    this.#log('MonClient.lose', { addr: String(mon.con.peerAddr), why });
    if (mon !== this.#active) {
      this.#hunt.drop(mon.con, why, result);
      if (this.#hunt.isOn || this.#finishRefused()) return;
    } else {
      this.#dropSession();
      this.#hunt.note(mon.con, why);
    }
    this.#setTimer(this.#hunt.delayMs(), () => this.#reopenSession());
  }

  #handleRefused(mon: MonConnection, result: number, why: string): void {
    // Our ticket may be too old to show that we have had this number.
    if (result === -EACCES && this.globalId !== 0 && !this.#isDisowned) {
      this.#isDisowned = true;
      this.#lose(mon, why);
    } else {
      this.#lose(mon, why, result);
    }
  }

  /** Trying again changes nothing; but a session that once was may be possible again. */
  #finishRefused(): boolean {
    const { refusal } = this.#hunt;
    if (refusal === undefined || this.#authenticateDone === undefined) return false;
    this.#dropSession();
    this.#timer?.cancel();
    this.#finishAuthenticate(refusal.result, refusal.why);
    return true;
  }

  /** Ceph: MonClient::handle_auth. In an open session it is about tickets that were to be renewed. */
  #handleAuthReply(mon: MonConnection, reply: MAuthReply): void {
    let step: MonAuthStep;
    try {
      step = mon.auth.handleReply(reply);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#lose(mon, error.message);
      return;
    }
    if (step.kind === 'ask') mon.con.sendMessage(step.request);
    else if (step.kind === 'refused') this.#handleRefused(mon, step.result, step.why);
    else this.#handleAuthenticated(mon);
  }

  /**
   * Each time that a connection has authenticated: of v2 also when an attempt to connect goes on. Those
   * that have not done so are given up. Ceph: MonClient::_finish_hunting.
   */
  #handleAuthenticated(mon: MonConnection): void {
    if (mon !== this.#active) {
      this.#hunt.finish(mon);
      this.#active = mon;
      this.#auth = mon.auth;
      this.#isDisowned = false;
      this.#log('MonClient.finishHunting', { addr: String(mon.con.peerAddr) });
      this.#sub.reload();
      this.renewSubs();
      this.requests.resend();
      this.#checkOpen();
    }
    this.#scheduleRenewal();
  }

  /** Ceph: MonClient::_check_auth_tickets, with each tick of a second. */
  #scheduleRenewal(): void {
    this.#renewTimer?.cancel();
    const leftMs = this.#auth.renewAfter() - this.#cct.clock.realNow();
    if (leftMs === Infinity || this.#active === undefined) return;
    const delayMs = Math.min(Math.max(leftMs, RENEWAL_CHECK_MIN_MS), RENEWAL_CHECK_MAX_MS);
    this.#renewTimer = this.#cct.clock.addEventAfter(delayMs, () => this.#renewTickets());
    this.#renewTimer.unref();
  }

  #renewTickets(): void {
    const con = this.#active?.con;
    const request = con === undefined ? undefined : this.#auth.renew();
    if (request !== undefined) {
      this.#log('MonClient.renewTickets', { addr: String(con?.peerAddr) });
      con?.sendMessage(request);
    }
    this.#scheduleRenewal();
  }

  /** A session is open when the monitor knows us and we know who the monitors are. */
  #checkOpen(): void {
    if (this.#isOpen || this.#active === undefined || this.#monmap.epoch === 0) return;
    this.#isOpen = true;
    this.#hunt.opened();
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
    const mon = this.#active;
    if (mon === undefined) return;
    this.#hunt.held();
    const timeoutMs = this.#cct.conf.mon_client_ping_timeout * 1000;
    if (timeoutMs > 0 && this.#cct.clock.now() - mon.lastHeard > timeoutMs) {
      this.#lose(mon, 'no answer to keepalives');
      return;
    }
    mon.con.sendKeepalive();
    this.#schedulePing();
  }

  // What the messenger brings

  msDispatch(con: Connection, message: Message): boolean {
    const mon = this.#findMon(con);
    // What comes late from a monitor that we have left is dropped; who has not let us in yet tells nothing.
    const active = mon === this.#active ? mon : undefined;
    if (message instanceof MAuthReply) {
      if (mon !== undefined) this.#handleAuthReply(mon, message);
    } else if (message instanceof MMonMap) {
      if (active !== undefined) this.#handleMonmap(active, message);
    } else if (message instanceof MConfig) {
      if (active !== undefined) this.#handleConfig(message);
    } else if (message instanceof MMgrMap) {
      if (active !== undefined) this.#sub.got('mgrmap', message.epoch);
    } else if (!(message instanceof MMonSubscribeAck)) {
      return active === undefined ? isReply(message) : this.requests.handleReply(message);
    }
    return true;
  }

  msHandleReset(con: Connection, why: Error): boolean {
    if (con.peerType !== CEPH_ENTITY_TYPE_MON) return false;
    this.refuse(con, why);
    return true;
  }

  msHandleRefused(con: Connection, why: Error): boolean {
    return this.msHandleReset(con, why);
  }

  /** It has sent something that makes no sense. Nothing happens if the session is with another one. */
  refuse(con: Connection, error: Error): void {
    const mon = this.#findMon(con);
    if (mon !== undefined) this.#lose(mon, error.message);
  }

  /** The session's monitor does not do what it should. */
  leave(why: string): void {
    if (this.#active !== undefined) this.#lose(this.#active, why);
  }

  #handleMonmap(mon: MonConnection, message: MMonMap): void {
    let monmap: MonMap;
    try {
      monmap = MonMap.decode(message.monmapbl);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#lose(mon, error.message);
      return;
    }
    if (this.#monmap.epoch > 0 && monmap.fsid !== this.#monmap.fsid) {
      this.#lose(mon, `a monitor of another cluster, ${monmap.fsid}`);
      return;
    }
    if (monmap.mons.every(({ addrs }) => this.#messenger.pickAddr(addrs) === undefined)) {
      this.#lose(mon, 'a map of no monitor that this messenger can dial');
      return;
    }
    if (monmap.epoch > this.#monmap.epoch) {
      this.#monmap = monmap;
      this.#hunt.forgetTried();
      this.#sub.got('monmap', monmap.epoch);
      this.#log('MonClient.handleMonmap', { epoch: monmap.epoch, fsid: monmap.fsid });
    }
    const why = this.#whyLeave(mon.con.peerAddr);
    if (why === undefined) this.#checkOpen();
    else this.#lose(mon, why);
  }

  /** Undefined: the monitor at `addr` is one of the map, and dialled in the best way. */
  #whyLeave(addr: entity_addr_t): string | undefined {
    const mon = this.#monmap.mons.find(({ addrs }) => addrs.some((one) => isSamePlace(one, addr)));
    if (mon === undefined) return 'no longer a monitor';
    const isBest = this.#messenger.pickAddr(mon.addrs)?.type !== ADDR_TYPE_MSGR2;
    if (isBest || addr.type === ADDR_TYPE_MSGR2) return undefined;
    return `mon.${mon.name} speaks msgr v2 too`;
  }

  #handleConfig({ config }: MConfig): void {
    this.#log('MonClient.handleConfig', { keys: [...config.keys()].join(', ') });
    this.onConfig(config);
  }

  #setTimer(delayMs: number, callback: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#cct.clock.addEventAfter(delayMs, callback);
    this.#updateRef();
  }

  /** Only who waits for an answer keeps the world going. */
  #updateRef(): void {
    if (this.#authenticateDone !== undefined || this.requests.size > 0) this.#timer?.ref();
    else this.#timer?.unref();
  }

  #log(fn: string, facts: Readonly<Record<string, string | number | boolean>>): void {
    this.#cct.log?.({ who: this.#messenger.who, fn, facts });
  }
}

function isSamePlace(a: entity_addr_t, b: entity_addr_t): boolean {
  return a.ip === b.ip && a.port === b.port;
}
