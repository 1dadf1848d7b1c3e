import type { AuthClient } from '../auth/AuthClient.ts';
import type { AuthServer } from '../auth/AuthServer.ts';
import type { CephContext } from '../common/CephContext.ts';
import { assert } from '../common/errors.ts';
import type { Connection } from './Connection.ts';
import type { Dispatcher } from './Dispatcher.ts';
import type { Message } from './Message.ts';
import type { MessageFactory } from './MessageFactory.ts';
import {
  type entity_addr_t,
  type entity_addrvec_t,
  type entity_name_t,
  entityNameToString,
} from './msg_types.ts';
import { lossyClient, type Policy } from './Policy.ts';

export interface MessengerOptions {
  readonly name: entity_name_t;
  /** For logs: `client`, `ms_public`. */
  readonly lname: string;
  /** Tells this process apart from others that had its address. */
  readonly nonce: number;
  readonly messageFactory: MessageFactory;
}

/**
 * What all messengers share: who we are, who gets the messages, which policy holds for which peer.
 * Ceph: src/msg/Messenger.h with src/msg/SimplePolicyMessenger.h.
 *
 * Life: `bind` (servers only), `start`, the first `addDispatcher…` (which calls `ready`),
 * `shutdown`; `wait` tells when all is over.
 */
export abstract class SimplePolicyMessenger {
  readonly cct: CephContext;
  readonly lname: string;
  readonly nonce: number;
  readonly messageFactory: MessageFactory;
  /** Our name; a client learns its number from the monitor. */
  myName: entity_name_t;
  authClient: AuthClient | undefined;
  authServer: AuthServer | undefined;
  #state: 'new' | 'started' | 'stopped' = 'new';
  readonly #waiting: (() => void)[] = [];
  #globalSeq = 0;
  readonly #dispatchers: Dispatcher[] = [];
  readonly #policies = new Map<number, Policy>();
  #defaultPolicy: Policy = lossyClient();

  constructor(cct: CephContext, options: MessengerOptions) {
    this.cct = cct;
    this.myName = options.name;
    this.lname = options.lname;
    this.nonce = options.nonce;
    this.messageFactory = options.messageFactory;
  }

  /** Our name in logs. */
  get who(): string {
    return entityNameToString(this.myName);
  }

  /** Our own addresses; their ip is blank until `bind`, or until a peer has told us what it sees. */
  abstract get myAddrs(): entity_addrvec_t;

  /** Opens the ports of `addrs` (0: any free one); then `done`, with the error if one failed. */
  abstract bind(addrs: entity_addrvec_t, done: (error?: Error) => void): void;
  /** Begins to accept; called when the first dispatcher is there. */
  protected abstract ready(): void;
  /** Closes every connection and the port; once. No dispatcher is called afterwards. */
  protected abstract stop(): void;
  /** Which of a peer's addresses is dialled; undefined: it has none that we can talk to. */
  abstract pickAddr(addrs: entity_addrvec_t): entity_addr_t | undefined;
  /** The connection to `addr`, which `pickAddr` has picked; opened if there is none. */
  abstract getConnection(peerType: number, addr: entity_addr_t): Connection;

  start(): void {
    assert(this.#state === 'new', 'a messenger starts once');
    this.#state = 'started';
  }

  /** Closes every connection and the port. No dispatcher is called afterwards. */
  shutdown(): void {
    if (this.isStopped) return;
    this.#state = 'stopped';
    this.stop();
    for (const stopped of this.#waiting.splice(0)) this.cct.clock.defer(stopped);
  }

  /** Calls `stopped` when `shutdown` is done. */
  wait(stopped: () => void): void {
    if (this.isStopped) this.cct.clock.defer(stopped);
    else this.#waiting.push(stopped);
  }

  protected get isStopped(): boolean {
    return this.#state === 'stopped';
  }

  /** A number above all that it has answered, and above `atLeast`. */
  getGlobalSeq(atLeast: number): number {
    this.#globalSeq = Math.max(this.#globalSeq, atLeast) + 1;
    return this.#globalSeq;
  }

  setDefaultPolicy(policy: Policy): void {
    this.#defaultPolicy = policy;
  }

  setPolicy(peerType: number, policy: Policy): void {
    this.#policies.set(peerType, policy);
  }

  getPolicy(peerType: number): Policy {
    return this.#policies.get(peerType) ?? this.#defaultPolicy;
  }

  addDispatcherHead(dispatcher: Dispatcher): void {
    const first = this.#dispatchers.length === 0;
    this.#dispatchers.unshift(dispatcher);
    if (first) this.ready();
  }

  addDispatcherTail(dispatcher: Dispatcher): void {
    const first = this.#dispatchers.length === 0;
    this.#dispatchers.push(dispatcher);
    if (first) this.ready();
  }

  /** Offers `message` to the dispatchers in turn; one that nobody wants is logged and dropped. */
  msDeliverDispatch(con: Connection, message: Message): void {
    for (const dispatcher of this.#dispatchers) {
      if (dispatcher.msDispatch(con, message)) return;
    }
    this.cct.log?.({
      who: this.who,
      fn: 'Messenger.msDeliverDispatch',
      tid: message.tid,
      facts: { unhandled: String(message), from: String(con.peerAddr) },
    });
  }

  msCanFastDispatch(message: Message): boolean {
    return this.#fastDispatcher(message) !== undefined;
  }

  /** Of a message that `msCanFastDispatch`. */
  msFastDispatch(con: Connection, message: Message): void {
    this.#fastDispatcher(message)?.msFastDispatch?.(con, message);
  }

  /** Where the data of a message is wanted. */
  msRxBuffer(con: Connection, tid: number, length: number): Uint8Array | undefined {
    for (const dispatcher of this.#dispatchers) {
      const buffer = dispatcher.msRxBuffer?.(con, tid, length);
      if (buffer !== undefined) return buffer;
    }
    return undefined;
  }

  #fastDispatcher(message: Message): Dispatcher | undefined {
    for (const dispatcher of this.#dispatchers) {
      if (dispatcher.msCanFastDispatch?.(message)) return dispatcher;
    }
    return undefined;
  }

  msDeliverHandleConnect(con: Connection): void {
    for (const dispatcher of this.#dispatchers) dispatcher.msHandleConnect?.(con);
  }

  msDeliverHandleAccept(con: Connection): void {
    for (const dispatcher of this.#dispatchers) dispatcher.msHandleAccept?.(con);
  }

  msDeliverHandleReset(con: Connection, why: Error): void {
    for (const dispatcher of this.#dispatchers) if (dispatcher.msHandleReset(con, why)) return;
  }

  msDeliverHandleRemoteReset(con: Connection): void {
    for (const dispatcher of this.#dispatchers) dispatcher.msHandleRemoteReset?.(con);
  }

  msDeliverHandleRefused(con: Connection, why: Error): void {
    for (const dispatcher of this.#dispatchers) if (dispatcher.msHandleRefused?.(con, why)) return;
  }
}
