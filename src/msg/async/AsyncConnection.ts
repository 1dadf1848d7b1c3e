import type { AuthPeer } from '../../auth/AuthServer.ts';
import type { Timer } from '../../common/Clock.ts';
import { assert } from '../../common/errors.ts';
import { type Socket, SocketError, type SocketEvents } from '../../common/Stack.ts';
import type { XioMsg } from '../../common/XioMsg.ts';
import type { Connection } from '../Connection.ts';
import { Delivery } from '../Delivery.ts';
import { FrameDeadline } from '../FrameDeadline.ts';
import { IdleTimeout } from '../IdleTimeout.ts';
import type { Message } from '../Message.ts';
import {
  ADDR_TYPE_MSGR2,
  BLANK_ADDR,
  type entity_addr_t,
  type entity_addrvec_t,
} from '../msg_types.ts';
import { ConnectedSocket, type SocketOwner } from './ConnectedSocket.ts';
import type { EventCenter, ExternalEvent } from './EventCenter.ts';
import type { Protocol, ProtocolHost, ProtocolMessenger } from './Protocol.ts';
import { ProtocolV1 } from './ProtocolV1.ts';
import { ProtocolV2 } from './ProtocolV2.ts';

/** What a connection asks of its messenger. */
export interface ConnectionMessenger extends ProtocolMessenger {
  readonly center: EventCenter;
  registerConn(con: AsyncConnection, addrs: entity_addrvec_t): void;
  unregisterConn(con: AsyncConnection): void;
  msRxBuffer(con: Connection, tid: number, length: number): Uint8Array | undefined;
}

/**
 * A peer as users of the messenger hold it: a socket, when there is one, and the protocol that it is
 * used with. Ceph: src/msg/async/AsyncConnection.h.
 */
export class AsyncConnection implements Connection, ProtocolHost, SocketOwner, ExternalEvent {
  /** In the DispatchQueue. */
  readonly id: number;
  peerType = 0;
  peerAddr: entity_addr_t = BLANK_ADDR;
  /** Under which it is registered. */
  peerAddrs: entity_addrvec_t = [];
  targetAddr: entity_addr_t = BLANK_ADDR;
  peerAuth: AuthPeer | undefined;
  /** What both sides can. */
  features = 0n;
  lastKeepaliveAck: number | undefined;
  reads = 0;
  priv: unknown;
  protocol: Protocol | undefined;
  isQueued = false;
  protected readonly messenger: ConnectionMessenger;
  protected socket: ConnectedSocket | undefined;
  #timer: Timer | undefined;
  /** Since it was first open. */
  #delivery: Delivery | undefined;
  /** Of an open connection: frames that are begun must end, and something must move. */
  #deadline: FrameDeadline | undefined;
  protected idle: IdleTimeout | undefined;

  constructor(messenger: ConnectionMessenger, id: number) {
    this.messenger = messenger;
    this.id = id;
  }

  // ---- life

  connect(peerType: number, addr: entity_addr_t): void {
    this.peerType = peerType;
    this.peerAddr = addr;
    this.targetAddr = addr;
    this.protocol = this.makeProtocol('CONNECTING');
    this.register([addr]);
    this.protocol.connect();
  }

  /** Answers who is to hear of `socket`, whose other end is at `addr`. */
  accept(socket: Socket, addr: entity_addr_t): SocketEvents {
    this.targetAddr = addr;
    this.socket = new ConnectedSocket(this);
    this.socket.attach(socket);
    this.protocol = this.makeProtocol('ACCEPTING');
    const { events } = this;
    this.protocol.accept();
    return events;
  }

  get events(): SocketEvents {
    assert(this.socket !== undefined, 'events of no socket');
    return this.socket;
  }

  protected makeProtocol(state: 'CONNECTING' | 'ACCEPTING'): Protocol {
    const messenger = this.messenger;
    const policy = messenger.getPolicy(this.peerType);
    const isV2 = this.targetAddr.type === ADDR_TYPE_MSGR2;
    return new (isV2 ? ProtocolV2 : ProtocolV1)(messenger, this, state, policy);
  }

  fault(why: Error): void {
    this.protocol?.fault(why);
  }

  // ---- for its user

  isConnected(): boolean {
    return this.protocol?.state === 'READY';
  }

  /** A connection that has no protocol has failed or was marked down. */
  sendMessage(message: Message): void {
    const messenger = this.messenger;
    messenger.cct.log?.({
      who: messenger.who,
      fn: 'AsyncConnection.sendMessage',
      tid: message.tid,
      facts: {
        message: String(message),
        to: String(this.peerAddr),
        dropped: this.protocol === undefined,
      },
    });
    this.protocol?.send(message);
  }

  sendKeepalive(): void {
    this.protocol?.sendKeepalive();
  }

  markDisposable(): void {
    this.protocol?.markDisposable();
  }

  markDown(): void {
    this.protocol?.stop();
    this.messenger.dispatchQueue.discardAll(this.id);
  }

  // ---- what the socket says

  onConnect(): void {
    this.protocol?.onConnect();
  }

  readBuffer(): Uint8Array {
    assert(this.protocol !== undefined, 'a read on a closed connection');
    return this.protocol.readBuffer();
  }

  onRead(count: number): void {
    this.reads += 1;
    if (this.injectFailure('read')) return;
    this.idle?.touch();
    this.protocol?.onRead(count);
    this.#deadline?.onRead();
  }

  /** A peer of the same process takes this for a connection of msgr by reference. */
  onMsg(_msg: XioMsg): void {
    this.protocol?.fault(new SocketError('EPROTO', `${this.peerAddr}: a message is no byte`));
  }

  onWritable(): void {
    this.idle?.touch();
    this.protocol?.writeEvent();
  }

  onClose(error: Error | undefined): void {
    this.socket = undefined;
    this.protocol?.onClose(error);
  }

  /** The EventCenter's turn. */
  run(): void {
    if (!this.injectFailure('write')) this.protocol?.writeEvent();
  }

  // ---- what the protocol asks for

  get isBlocked(): boolean {
    return this.socket?.isBlocked ?? true;
  }

  dial(): void {
    const { ip, port } = this.targetAddr;
    const socket = new ConnectedSocket(this);
    this.socket = socket;
    socket.attach(this.messenger.cct.stack.connect({ ip, port }, socket));
  }

  hangUp(how: 'now' | 'when sent'): void {
    const socket = this.socket;
    this.socket = undefined;
    this.#deadline?.stop();
    this.#deadline = undefined;
    this.idle?.stop();
    this.idle = undefined;
    if (how === 'now') socket?.destroy();
    else socket?.close();
  }

  flush(): void {
    const { sendBuffer } = this.messenger;
    if (sendBuffer.pending === 0) return;
    assert(this.socket !== undefined, 'nothing to send on');
    const { cct, who } = this.messenger;
    cct.log?.({ who, fn: 'AsyncConnection.trySend', facts: { bytes: sendBuffer.pending } });
    this.idle?.touch();
    this.socket.send(sendBuffer);
  }

  opened(): void {
    const { protocol } = this;
    assert(protocol !== undefined, 'an open connection has a protocol');
    const { cct, dispatchQueue } = this.messenger;
    const { clock, conf } = cct;
    this.#delivery ??= new Delivery(cct, dispatchQueue, this);
    const cut = (reason: string): void =>
      protocol.fault(new SocketError('ETIMEDOUT', `${this.peerAddr}: ${reason}`));
    this.#deadline = new FrameDeadline(clock, protocol, cut);
    this.idle = new IdleTimeout(clock, conf.ms_connection_idle_timeout, cut);
  }

  wantWrite(): void {
    this.messenger.center.dispatchEventExternal(this);
  }

  pauseReading(): void {
    this.socket?.pauseReading();
  }

  resumeReading(): void {
    this.socket?.resumeReading();
  }

  startTimer(seconds: number): void {
    this.#timer?.cancel();
    this.#timer = this.messenger.center.createTimeEvent(seconds, () => this.protocol?.onTimer());
  }

  cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  deliver(message: Message): void {
    this.#delivery?.queue(message);
  }

  rxBuffer(tid: number, length: number): Uint8Array | undefined {
    return this.messenger.msRxBuffer(this, tid, length);
  }

  register(addrs: entity_addrvec_t): void {
    this.messenger.unregisterConn(this);
    this.peerAddrs = addrs;
    // Who was dialled keeps the address by which it is known; who has dialled listens elsewhere.
    if (this.peerAddr.isBlankIp()) {
      const { type } = this.targetAddr;
      this.peerAddr = addrs.find((addr) => addr.type === type) ?? addrs[0] ?? BLANK_ADDR;
      this.targetAddr = this.peerAddr;
    }
    this.messenger.registerConn(this, addrs);
  }

  adopt(newer: ProtocolHost): void {
    assert(newer instanceof AsyncConnection, 'a connection of this messenger');
    this.socket = newer.socket;
    if (this.socket !== undefined) this.socket.owner = this;
    this.protocol = newer.protocol;
    if (this.protocol !== undefined) this.protocol.host = this;
    newer.cancelTimer();
    newer.socket = undefined;
    newer.protocol = undefined;
    this.messenger.unregisterConn(newer);
  }

  tellConnect(): void {
    this.messenger.dispatchQueue.queueConnect(this, this.id);
  }

  tellAccept(): void {
    this.messenger.dispatchQueue.queueAccept(this, this.id);
  }

  tellRefused(why: Error): void {
    this.messenger.dispatchQueue.queueRefused(this, this.id, why);
  }

  tellReset(why: Error): void {
    const { dispatchQueue } = this.messenger;
    dispatchQueue.discardQueue(this.id);
    dispatchQueue.queueReset(this, this.id, why);
  }

  tellRemoteReset(): void {
    const { dispatchQueue } = this.messenger;
    this.#delivery?.discard();
    dispatchQueue.queueRemoteReset(this, this.id);
  }

  closed(): void {
    this.#delivery?.discard();
    this.protocol = undefined;
    this.messenger.unregisterConn(this);
  }

  // ---- faults that tests ask for: ms_inject_…

  /** True: the connection was made to fail. */
  protected injectFailure(at: 'read' | 'write'): boolean {
    const { conf, random } = this.messenger.cct;
    const oneIn = conf.ms_inject_socket_failures;
    if (oneIn === 0 || this.socket === undefined || random.uint32() % oneIn !== 0) return false;
    this.protocol?.fault(new SocketError('ECONNRESET', `${this.peerAddr}: injected at a ${at}`));
    return true;
  }
}
