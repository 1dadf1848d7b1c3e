import type {
  AuthAuthorizer,
  AuthClient,
  AuthConnection,
  AuthRefusal,
  AuthRequest,
  AuthSecrets,
} from '../auth/AuthClient.ts';
import { CEPH_CON_MODE_CRC, NO_SECRETS } from '../auth/auth_modes.ts';
import {
  buildAuthNoneAuthorizer,
  CEPH_AUTH_NONE,
  CEPH_AUTH_UNKNOWN,
  encodeAuthRequest,
  encodeMonAuthRequest,
} from '../auth/auth_none.ts';
import { backoffMs } from '../common/backoff.ts';
import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';
import {
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
  type EntityName,
} from '../common/entity_name.ts';
import { EOPNOTSUPP } from '../common/errno.ts';
import { DecodeError } from '../common/errors.ts';
import { MAuth } from '../messages/MAuth.ts';
import { MAuthReply } from '../messages/MAuthReply.ts';
import { MConfig } from '../messages/MConfig.ts';
import { MMonGetMap } from '../messages/MMonGetMap.ts';
import { MMonGetVersion } from '../messages/MMonGetVersion.ts';
import { MMonGetVersionReply } from '../messages/MMonGetVersionReply.ts';
import { MMonMap } from '../messages/MMonMap.ts';
import { MMonSubscribe } from '../messages/MMonSubscribe.ts';
import { MMonSubscribeAck } from '../messages/MMonSubscribeAck.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Dispatcher } from '../msg/Dispatcher.ts';
import type { Message } from '../msg/Message.ts';
import type { Messenger } from '../msg/Messenger.ts';
import { ADDR_TYPE_MSGR2, type entity_addr_t } from '../msg/msg_types.ts';
import { MonMap } from './MonMap.ts';
import { MonSub } from './MonSub.ts';

/** `result` 0: there is a session; else a negative errno that trying again does not change. */
export type AuthenticateDone = (result: number, why: string) => void;

interface VersionRequest {
  readonly what: string;
  readonly onVersion: (newest: number) => void;
}

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
  readonly #name: EntityName;
  readonly #sub = new MonSub();
  readonly #versionRequests = new Map<number, VersionRequest>();
  #monmap: MonMap;
  #con: Connection | undefined;
  /** The monitor has taken our name. */
  #authenticated = false;
  #globalId = 0;
  /** When the session was last heard to be open, in the clock's milliseconds. */
  #openedAt = 0;
  /** Failures since a session last held for a while. */
  #failures = 0;
  /** Addresses that were tried in this round. */
  readonly #tried = new Set<string>();
  /** Address → how the last try there failed, since a session was last open. */
  readonly #failed = new Map<string, string>();
  #timer: Timer | undefined;
  #authenticateDone: AuthenticateDone | undefined;
  #lastHandle = 0;

  /** `monmap`: of which only the addresses are known (`MonMap.buildInitial`). */
  constructor(cct: CephContext, messenger: Messenger, name: EntityName, monmap: MonMap) {
    this.#cct = cct;
    this.#messenger = messenger;
    this.#name = name;
    this.#monmap = monmap;
  }

  /** The number that the monitors gave us: `client.4123`. 0: none yet. */
  get globalId(): number {
    return this.#globalId;
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
    this.#versionRequests.clear();
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

  /** Asks for the newest version of a map. Answers what `cancelVersion` takes. */
  getVersion(what: string, onVersion: (newest: number) => void): number {
    const handle = ++this.#lastHandle;
    this.#versionRequests.set(handle, { what, onVersion });
    this.#updateRef();
    if (this.#authenticated) this.#con?.sendMessage(new MMonGetVersion(handle, what));
    return handle;
  }

  cancelVersion(handle: number): void {
    this.#versionRequests.delete(handle);
    this.#updateRef();
  }

  buildAuthorizer(peerType: number): AuthAuthorizer | undefined {
    if (peerType !== CEPH_ENTITY_TYPE_OSD) return undefined;
    return buildAuthNoneAuthorizer(this.#name, this.#globalId);
  }

  // Authentication over msgr v2

  getAuthRequest(con: AuthConnection): AuthRequest {
    const authorizer = this.buildAuthorizer(con.peerType);
    const payload = authorizer?.bytes ?? encodeMonAuthRequest(this.#name, this.#globalId);
    return { method: CEPH_AUTH_NONE, preferredModes: [CEPH_CON_MODE_CRC], payload };
  }

  handleAuthReplyMore(): Uint8Array {
    throw new DecodeError('AUTH_REPLY_MORE', 0, 'there is no more to say');
  }

  handleAuthDone(con: AuthConnection, globalId: number): AuthSecrets {
    if (con === this.#con) this.#handleAuthenticated(globalId);
    return NO_SECRETS;
  }

  handleAuthBadMethod(con: AuthConnection, refused: AuthRefusal): void {
    const { method, result, allowedMethods } = refused;
    const why = allowedMethods.includes(method)
      ? `authentication failed: ${result}`
      : `the peer wants auth protocol ${allowedMethods.join(' or ')}`;
    if (con === this.#con) this.#finishAuthenticate(result < 0 ? result : -EOPNOTSUPP, why);
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
      con.sendMessage(new MAuth(CEPH_AUTH_UNKNOWN, this.#authRequest(), this.#monmap.epoch));
    }
    const { conf } = this.#cct;
    const multiple = Math.min(
      conf.mon_client_hunt_interval_backoff ** this.#failures,
      conf.mon_client_hunt_interval_max_multiple,
    );
    this.#setTimer(conf.mon_client_hunt_interval * multiple * 1000, () => this.#fail('no answer'));
  }

  #authRequest(): Uint8Array {
    return encodeAuthRequest({
      supported: [CEPH_AUTH_NONE],
      name: this.#name,
      globalId: this.#globalId,
    });
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
    con?.markDown();
  }

  #handleAuthReply(reply: MAuthReply): void {
    if (this.#authenticated) return;
    if (reply.result < 0) {
      const why = `authentication failed: ${reply.resultMsg || reply.result}`;
      if (this.#authenticateDone === undefined) this.#fail(why);
      else this.#finishAuthenticate(reply.result, why);
      return;
    }
    if (reply.protocol !== CEPH_AUTH_NONE) {
      this.#finishAuthenticate(-EOPNOTSUPP, `the monitor wants auth protocol ${reply.protocol}`);
      return;
    }
    this.#handleAuthenticated(reply.globalId);
  }

  /** Each time that a connection has authenticated: of v2 also when an attempt to connect goes on. */
  #handleAuthenticated(globalId: number): void {
    this.#globalId = globalId;
    if (this.#authenticated) return;
    this.#authenticated = true;
    this.#sub.reload();
    this.renewSubs();
    for (const [handle, { what }] of this.#versionRequests) {
      this.#con?.sendMessage(new MMonGetVersion(handle, what));
    }
    this.#checkOpen();
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
      message instanceof MMonGetVersionReply ||
      message instanceof MConfig ||
      message instanceof MMonSubscribeAck;
    // What comes late from a monitor that we have left is dropped.
    if (!handled || con !== this.#con) return handled;
    if (message instanceof MMonMap) this.#handleMonmap(con, message);
    else if (message instanceof MAuthReply) this.#handleAuthReply(message);
    else if (message instanceof MMonGetVersionReply) this.#handleGetVersionReply(message);
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

  #handleGetVersionReply(reply: MMonGetVersionReply): void {
    const request = this.#versionRequests.get(reply.handle);
    if (request === undefined) return;
    this.cancelVersion(reply.handle);
    request.onVersion(reply.newestVersion);
  }

  #setTimer(delayMs: number, callback: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#cct.clock.addEventAfter(delayMs, callback);
    this.#updateRef();
  }

  /** Only who waits for an answer keeps the world going. */
  #updateRef(): void {
    if (this.#authenticateDone !== undefined || this.#versionRequests.size > 0) this.#timer?.ref();
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
