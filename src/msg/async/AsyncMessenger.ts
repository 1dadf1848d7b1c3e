import type { CephContext } from '../../common/CephContext.ts';
import { assert } from '../../common/errors.ts';
import type { Socket, SocketEvents } from '../../common/Stack.ts';
import { Accepter } from '../Accepter.ts';
import { AcceptingPeers } from '../AcceptingPeers.ts';
import type { Connection } from '../Connection.ts';
import { DispatchQueue } from '../DispatchQueue.ts';
import {
  ADDR_TYPE_ANY,
  ADDR_TYPE_LEGACY,
  ADDR_TYPE_MSGR2,
  entity_addr_t,
  type entity_addrvec_t,
} from '../msg_types.ts';
import { MessageWriter } from '../msgr1/MessageWriter.ts';
import { SendBuffer } from '../SendBuffer.ts';
import { type MessengerOptions, SimplePolicyMessenger } from '../SimplePolicyMessenger.ts';
import { AsyncConnection, type ConnectionMessenger } from './AsyncConnection.ts';
import { EventCenter } from './EventCenter.ts';
import { LocalConnection } from './LocalConnection.ts';
import type { Protocol } from './Protocol.ts';

/**
 * All connections on one event loop, of msgr v2 and v1. Ceph: src/msg/async/AsyncMessenger.h.
 *
 * A server may have an address of each version, and is found under any of them.
 */
export class AsyncMessenger extends SimplePolicyMessenger implements ConnectionMessenger {
  readonly dispatchQueue: DispatchQueue = new DispatchQueue(this);
  readonly center: EventCenter;
  readonly sendBuffer: SendBuffer;
  readonly writer: MessageWriter;
  /** To ourselves: messages go to the dispatchers as they are, with no socket between. */
  readonly localConnection: LocalConnection;
  /** By each address of the peer. */
  readonly conns: Map<string, AsyncConnection> = new Map<string, AsyncConnection>();
  /** All, with those whose peer is not known yet. */
  readonly #all = new Set<AsyncConnection>();
  /** Those whose peer has not been let in yet. */
  readonly acceptingConns: AcceptingPeers<AsyncConnection> = new AcceptingPeers<AsyncConnection>();
  #accepters: Accepter[] = [];
  #myAddrs: entity_addrvec_t;

  constructor(cct: CephContext, options: MessengerOptions) {
    super(cct, options);
    this.center = new EventCenter(cct.clock);
    this.sendBuffer = new SendBuffer(cct.alloc);
    this.writer = new MessageWriter(cct, this.sendBuffer);
    this.#myAddrs = [new entity_addr_t(ADDR_TYPE_ANY, '', 0, options.nonce)];
    this.localConnection = new LocalConnection(this);
  }

  get myAddrs(): entity_addrvec_t {
    return this.#myAddrs;
  }

  bind(addrs: entity_addrvec_t, done: (error?: Error) => void): void {
    assert(addrs.length > 0, 'an address to bind to');
    const bound: entity_addr_t[] = [];
    let failed = false;
    const settle = (
      at: number,
      addr: entity_addr_t | undefined,
      error: Error | undefined,
    ): void => {
      if (failed) return;
      if (addr === undefined) {
        failed = true;
        this.#stopAccepting();
        done(error);
        return;
      }
      bound[at] = addr;
      if (Object.keys(bound).length < addrs.length) return;
      this.#myAddrs = bound;
      done();
    };
    this.#accepters = addrs.map((addr, at) => this.#listen(addr, (...said) => settle(at, ...said)));
  }

  protected ready(): void {
    this.dispatchQueue.start();
  }

  protected stop(): void {
    this.dispatchQueue.shutdown();
    this.#stopAccepting();
    for (const con of [...this.#all]) con.protocol?.stop();
  }

  pickAddr(addrs: entity_addrvec_t): entity_addr_t | undefined {
    const isOurs = ({ type }: entity_addr_t): boolean =>
      type === ADDR_TYPE_MSGR2 || type === ADDR_TYPE_LEGACY;
    return addrs.find((addr) => isOurs(addr) && addr.canBeDialled());
  }

  getConnection(peerType: number, addr: entity_addr_t): Connection {
    if (this.#myAddrs.some((mine) => keyOf(mine) === keyOf(addr))) return this.localConnection;
    const known = this.conns.get(keyOf(addr));
    if (known !== undefined) return known;
    const con = this.newConnection();
    if (!this.isStopped) con.connect(peerType, addr);
    return con;
  }

  /** A peer sees us at `addr`: so that is our ip, if we have none. */
  learnedAddr(addr: entity_addr_t): void {
    if (addr.isBlankIp()) return;
    this.#myAddrs = this.#myAddrs.map((mine) =>
      mine.isBlankIp() ? mine.with({ ip: addr.ip }) : mine,
    );
  }

  lookupProtocol(addrs: entity_addrvec_t): Protocol | undefined {
    for (const addr of addrs) {
      const known = this.conns.get(keyOf(addr));
      if (known !== undefined) return known.protocol;
    }
    return undefined;
  }

  registerConn(con: AsyncConnection, addrs: entity_addrvec_t): void {
    this.#all.add(con);
    for (const addr of addrs) this.conns.set(keyOf(addr), con);
  }

  unregisterConn(con: AsyncConnection): void {
    this.#all.delete(con);
    this.acceptingConns.delete(con);
    for (const addr of con.peerAddrs) {
      if (this.conns.get(keyOf(addr)) === con) this.conns.delete(keyOf(addr));
    }
  }

  /** Answers who is to hear of `socket`. `type`: of the address that was dialled. */
  addAccept(socket: Socket, type: number): SocketEvents {
    const { ip, port } = socket.remoteAddress;
    const con = this.newConnection();
    this.#all.add(con);
    const events = con.accept(socket, new entity_addr_t(type, ip, port, 0));
    this.acceptingConns.add(con);
    return events;
  }

  protected newConnection(): AsyncConnection {
    return new AsyncConnection(this, this.dispatchQueue.getId());
  }

  #listen(
    addr: entity_addr_t,
    done: (bound: entity_addr_t | undefined, error: Error | undefined) => void,
  ): Accepter {
    const accepter = new Accepter({
      cct: this.cct,
      addAcceptPipe: (socket) => this.addAccept(socket, addr.type),
    });
    const ip = addr.ip === '' ? '0.0.0.0' : addr.ip;
    const { nonce } = this;
    accepter.bind({ ip, port: addr.port }, (address, error) =>
      done(address && addr.with({ ip, port: address.port, nonce }), error),
    );
    return accepter;
  }

  #stopAccepting(): void {
    for (const accepter of this.#accepters) accepter.stop();
    this.#accepters = [];
  }
}

/** Whoever dials a version and whoever dials any reach the same port. */
function keyOf(addr: entity_addr_t): string {
  return addr.getLegacyStr();
}
