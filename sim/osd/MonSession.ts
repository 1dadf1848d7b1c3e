import type { CephContext } from '../../src/common/CephContext.ts';
import type { Timer } from '../../src/common/Clock.ts';
import { CEPH_ENTITY_TYPE_MON } from '../../src/common/entity_name.ts';
import { DecodeError } from '../../src/common/errors.ts';
import { MAuthReply } from '../../src/messages/MAuthReply.ts';
import { MMonSubscribe } from '../../src/messages/MMonSubscribe.ts';
import type { MonAuthStep } from '../../src/mon/MonAuth.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Message } from '../../src/msg/Message.ts';
import type { Messenger } from '../../src/msg/Messenger.ts';
import { ADDR_TYPE_MSGR2, type entity_addrvec_t } from '../../src/msg/msg_types.ts';
import type { OsdAuth } from './OsdAuth.ts';

/** How often tickets are looked at. */
const TICK_MS = 10_000;

/** Time between two tries to open a session that was lost. */
const RETRY_MS = 200;

export interface MonSessionOptions {
  readonly cct: CephContext;
  readonly messenger: Messenger;
  readonly auth: OsdAuth;
  readonly monAddrs: () => entity_addrvec_t;
  /** The first map that is wanted; 0: the newest. */
  readonly nextEpoch: () => number;
  /** It is open, maybe again: what was sent before may be lost. */
  readonly onOpen: () => void;
}

/**
 * A mock OSD's session with its monitor: authenticates (over msgr v2 it has done so when it is
 * connected), subscribes to maps, and sends what is to be sent when it is open.
 */
export class MonSession {
  readonly #options: MonSessionOptions;
  #con: Connection | undefined;
  #isOpen = false;
  #waiting: Message[] = [];
  #retry: Timer | undefined;
  #tick: Timer | undefined;

  constructor(options: MonSessionOptions) {
    this.#options = options;
  }

  open(): void {
    const { messenger, monAddrs, auth } = this.#options;
    const addr = messenger.pickAddr(monAddrs());
    if (addr === undefined) return;
    this.#con = messenger.getConnection(CEPH_ENTITY_TYPE_MON, addr);
    if (addr.type === ADDR_TYPE_MSGR2) return;
    this.#con.sendMessage(auth.start());
  }

  close(): void {
    this.#retry?.cancel();
    this.#tick?.cancel();
    this.#con = undefined;
    this.#isOpen = false;
    this.#waiting = [];
  }

  send(message: Message): void {
    if (this.#isOpen) this.#con?.sendMessage(message);
    else this.#waiting.push(message);
  }

  /** Asks again for maps from the next one on. */
  subscribe(): void {
    if (!this.#isOpen) return;
    const item = { start: this.#options.nextEpoch(), flags: 0 };
    this.#con?.sendMessage(new MMonSubscribe(new Map([['osdmap', item]])));
  }

  isWith(con: Connection): boolean {
    return con === this.#con;
  }

  /** True: it was for the session. */
  msDispatch(con: Connection, message: Message): boolean {
    if (!this.isWith(con) || !(message instanceof MAuthReply)) return false;
    const step = this.#stepOf(message);
    if (step === undefined) {
      con.markDown();
      this.msHandleReset(con);
      return true;
    }
    if (step.kind === 'ask') con.sendMessage(step.request);
    if (step.kind === 'done' && !this.#isOpen) this.#begin();
    return true;
  }

  /** Undefined: that is none of our monitors. */
  #stepOf(reply: MAuthReply): MonAuthStep | undefined {
    try {
      return this.#options.auth.handleReply(reply);
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
  }

  /** Tickets are renewed before they are worth nothing. */
  #handleTick(): void {
    const renewal = this.#isOpen ? this.#options.auth.renew() : undefined;
    if (renewal !== undefined) this.#con?.sendMessage(renewal);
    this.#tick = this.#options.cct.clock.addEventAfter(TICK_MS, () => this.#handleTick());
    this.#tick.unref();
  }

  msHandleConnect(con: Connection): void {
    if (this.isWith(con) && con.peerAddr.type === ADDR_TYPE_MSGR2) this.#begin();
  }

  msHandleReset(con: Connection): boolean {
    if (!this.isWith(con)) return false;
    this.#isOpen = false;
    this.#retry = this.#options.cct.clock.addEventAfter(RETRY_MS, () => this.open());
    this.#retry.unref();
    return true;
  }

  #begin(): void {
    this.#isOpen = true;
    this.#tick?.cancel();
    this.#handleTick();
    this.subscribe();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) this.send(message);
    this.#options.onOpen();
  }
}
