import type { Timer } from '../../common/Clock.ts';
import type { Decoder } from '../../common/Decoder.ts';
import { cephEntityTypeName } from '../../common/entity_name.ts';
import { assert, DecodeError, ProtocolError } from '../../common/errors.ts';
import type { LogEntry } from '../../common/Log.ts';
import { type Socket, SocketError, type SocketEvents } from '../../common/Stack.ts';
import { decodeUtime, encodeUtime, type utime_t, utimeFromMs } from '../../common/utime_t.ts';
import { DelayedDelivery } from '../DelayedDelivery.ts';
import type { DispatchQueue } from '../DispatchQueue.ts';
import type { Message } from '../Message.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../msg_types.ts';
import {
  CEPH_MSGR_TAG_ACK,
  CEPH_MSGR_TAG_CLOSE,
  CEPH_MSGR_TAG_KEEPALIVE,
  CEPH_MSGR_TAG_KEEPALIVE2,
  CEPH_MSGR_TAG_KEEPALIVE2_ACK,
  CEPH_MSGR_TAG_MSG,
  tagToString,
} from '../msgr.ts';
import { type Accepted, accept } from '../msgr1/accept.ts';
import { type Connected, connect } from '../msgr1/connect.ts';
import type { Handshake, Want } from '../msgr1/handshake.ts';
import { MessageReader } from '../msgr1/MessageReader.ts';
import type { MessageWriter } from '../msgr1/MessageWriter.ts';
import { OutQueue } from '../OutQueue.ts';
import type { Policy } from '../Policy.ts';
import { RecvBuffer } from '../RecvBuffer.ts';
import type { SimplePolicyMessenger } from '../SimplePolicyMessenger.ts';
import type { ConnectionPipe, PipeConnection } from './PipeConnection.ts';

/** What is encoded before it goes to the socket: a long queue is sent in parts. */
const BATCH_BYTES_MAX = 1024 * 1024;
const NO_TAG = 0;

/** STANDBY and WAIT are for sessions that outlive their connection. */
export type PipeState =
  | 'ACCEPTING'
  | 'CONNECTING'
  | 'OPEN'
  | 'STANDBY'
  | 'CLOSED'
  | 'CLOSING'
  | 'WAIT';

/** What a Pipe asks of its messenger. */
export interface PipeMessenger extends SimplePolicyMessenger {
  readonly myAddr: entity_addr_t;
  readonly dispatchQueue: DispatchQueue;
  readonly writer: MessageWriter;
  /** A number above all that it has answered, and above `atLeast`. */
  getGlobalSeq(atLeast: number): number;
  learnedAddr(addr: entity_addr_t): void;
  lookupPipe(addr: entity_addr_t): Pipe | undefined;
  /** The Pipe has become the one to its peer; another one is replaced. */
  registerPipe(pipe: Pipe): void;
  removePipe(pipe: Pipe): void;
}

/**
 * One connection of msgr v1: a socket, the machine that reads it and the machine that writes it.
 * Ceph: src/msg/simple/Pipe.h, where they are two threads.
 *
 * A failed attempt to connect is tried again after a back-off. An open connection that fails is
 * given up with all that it held (`fault`); sessions that survive that would go on from there.
 */
export class Pipe implements SocketEvents, ConnectionPipe {
  readonly con: PipeConnection;
  state: PipeState;
  policy: Policy;
  /** The global_seq with which the peer opened this. */
  peerGlobalSeq = 0;
  readonly #messenger: PipeMessenger;
  readonly #outQ = new OutQueue();
  readonly #runWriter = (): void => this.writer();
  #socket: Socket | undefined;
  #recv: RecvBuffer | undefined;
  #handshake: Handshake<void> | undefined;
  /** What the handshake waits for. */
  #want: Want = { bytes: 0, what: 'nothing' };
  #reader: MessageReader | undefined;
  #tag = NO_TAG;
  #delayed: DelayedDelivery | undefined;
  /** The end of the handshake's time, or of the back-off. */
  #timer: Timer | undefined;
  #backoff = 0;
  #connectSeq = 0;
  #inSeq = 0;
  #outSeq = 0;
  #writerScheduled = false;
  /** The socket has taken all it can. */
  #blocked = false;
  #keepalive = false;
  #keepaliveAck: utime_t | undefined;

  /** CONNECTING: to the con's address, on `startWriter`. ACCEPTING: from `startReader`'s socket. */
  constructor(messenger: PipeMessenger, con: PipeConnection, state: 'ACCEPTING' | 'CONNECTING') {
    this.#messenger = messenger;
    this.con = con;
    this.state = state;
    this.policy = messenger.getPolicy(con.peerType);
    con.pipe = this;
  }

  get isOpen(): boolean {
    return this.state === 'OPEN';
  }

  startWriter(): void {
    const { ip, port } = this.con.peerAddr;
    this.#log('Pipe.connect', { to: String(this.con.peerAddr) });
    this.#recv = undefined;
    this.#socket = this.#messenger.cct.stack.connect({ ip, port }, this);
    this.#armReadyTimer();
  }

  startReader(socket: Socket): void {
    this.#socket = socket;
    this.#armReadyTimer();
    this.#startHandshake(this.#accept(socket));
  }

  // ---- what the socket says

  onConnect(): void {
    this.#startHandshake(this.#connect());
  }

  readBuffer(): Uint8Array {
    const source = this.#reader ?? this.#recv;
    assert(source !== undefined, 'a read before the connection');
    return source.readBuffer();
  }

  onRead(count: number): void {
    try {
      if (this.#reader !== undefined) {
        this.#reader.onRead(count);
      } else {
        this.#recv?.onRead(count);
        this.#runHandshake();
      }
      this.reader();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.fault(this.#protocolError(error));
    }
  }

  onWritable(): void {
    this.#blocked = false;
    this.writer();
  }

  onClose(error: Error | undefined): void {
    this.#socket = undefined;
    this.fault(error ?? new SocketError('EOF', `${this.#where()}: the peer closed the connection`));
  }

  // ---- the handshake

  *#connect(): Handshake<void> {
    const messenger = this.#messenger;
    const agreed = yield* connect(
      {
        myType: messenger.myName.type,
        peerType: this.con.peerType,
        peerAddr: this.con.peerAddr,
        policy: this.policy,
        connectSeq: this.#connectSeq,
        inSeq: this.#inSeq,
        authorizer: messenger.authClient?.buildAuthorizer(this.con.peerType),
        myAddr: () => messenger.myAddr,
        learnedAddr: (addr) => messenger.learnedAddr(addr),
        getGlobalSeq: (atLeast) => messenger.getGlobalSeq(atLeast),
      },
      messenger.writer.enc,
    );
    this.#open(agreed);
    messenger.dispatchQueue.queueConnect(this.con, this.con.id);
  }

  *#accept(socket: Socket): Handshake<void> {
    const messenger = this.#messenger;
    const { ip, port } = socket.remoteAddress;
    const agreed = yield* accept(
      {
        myType: messenger.myName.type,
        myAddr: messenger.myAddr,
        socketAddr: new entity_addr_t(ADDR_TYPE_LEGACY, ip, port, 0),
        inSeq: this.#inSeq,
        getPolicy: (peerType) => messenger.getPolicy(peerType),
        getGlobalSeq: () => messenger.getGlobalSeq(0),
        existingGlobalSeq: (peer) => messenger.lookupPipe(peer)?.peerGlobalSeq ?? 0,
        verifyAuthorizer: (peerType, protocol, authorizer) =>
          messenger.authServer === undefined
            ? 'anonymous'
            : messenger.authServer.verifyAuthorizer(peerType, protocol, authorizer),
      },
      messenger.writer.enc,
    );
    this.con.peerAddr = agreed.peerAddr;
    this.con.peerType = agreed.peerType;
    if (agreed.auth !== 'anonymous') this.con.peerGlobalId = agreed.auth.globalId;
    this.policy = agreed.policy;
    messenger.registerPipe(this);
    this.#open(agreed);
    messenger.dispatchQueue.queueAccept(this.con, this.con.id);
  }

  #startHandshake(machine: Handshake<void>): void {
    this.#recv = new RecvBuffer(this.#messenger.cct.alloc);
    this.#handshake = machine;
    this.#afterStep(machine.next());
  }

  #runHandshake(): void {
    const recv = this.#recv;
    while (this.#handshake !== undefined && recv !== undefined) {
      const { bytes, what } = this.#want;
      if (recv.available < bytes) return;
      this.#afterStep(this.#handshake.next(recv.take(bytes, what)));
    }
  }

  #afterStep(step: IteratorResult<Want, void>): void {
    if (step.done) {
      this.#handshake = undefined;
    } else {
      this.#want = step.value;
      this.doSendmsg();
    }
  }

  #open(agreed: Connected | Accepted): void {
    const { cct, dispatchQueue, messageFactory } = this.#messenger;
    const recv = this.#recv;
    assert(recv !== undefined, 'open without a connection');
    this.state = 'OPEN';
    this.#timer?.cancel();
    this.#backoff = 0;
    this.#connectSeq = agreed.connectSeq;
    this.peerGlobalSeq = agreed.peerGlobalSeq;
    this.con.features = agreed.features;
    this.#reader = new MessageReader(cct, recv, messageFactory);
    if (cct.conf.ms_inject_delay_type.includes(cephEntityTypeName(this.con.peerType))) {
      this.#delayed = new DelayedDelivery(cct, (message) =>
        dispatchQueue.enqueue(message, this.con, this.con.id),
      );
    }
    this.#log('Pipe.open', { peer: String(this.con.peerAddr), connectSeq: this.#connectSeq });
    // What the handshake wrote last goes out with the first messages. If they have to wait it goes
    // alone: the writer serves other Pipes too, and must be empty for them.
    if (this.#blocked) this.doSendmsg();
    this.writer();
  }

  #armReadyTimer(): void {
    const seconds = this.#messenger.cct.conf.ms_connection_ready_timeout;
    this.#startTimer(seconds, () => {
      const reason = `${this.#where()}: no ${this.#want.what} within ${seconds} s`;
      this.fault(new SocketError('ETIMEDOUT', reason));
    });
  }

  /** Nothing that a Pipe waits for keeps the world going: whoever uses it has a timer of its own. */
  #startTimer(seconds: number, callback: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#messenger.cct.clock.addEventAfter(seconds * 1000, callback);
    this.#timer.unref();
  }

  // ---- reading

  /** Takes tag after tag from what has been received. Ceph: Pipe::reader. */
  reader(): void {
    const recv = this.#recv;
    while (this.state === 'OPEN' && recv !== undefined) {
      if (this.#tag === NO_TAG) {
        if (recv.available === 0) return;
        this.#tag = recv.take(1, 'tag').u8();
      }
      if (!this.#readTagged(this.#tag, recv)) return;
      this.#tag = NO_TAG;
    }
  }

  /** False: more bytes are wanted. */
  #readTagged(tag: number, recv: RecvBuffer): boolean {
    switch (tag) {
      case CEPH_MSGR_TAG_MSG:
        return this.#readMessage();
      case CEPH_MSGR_TAG_KEEPALIVE:
        return true;
      case CEPH_MSGR_TAG_KEEPALIVE2:
        return recv.available >= 8 && this.#handleKeepalive2(recv.take(8, 'KEEPALIVE2'));
      case CEPH_MSGR_TAG_KEEPALIVE2_ACK:
        return recv.available >= 8 && this.#handleKeepalive2Ack(recv.take(8, 'KEEPALIVE2_ACK'));
      case CEPH_MSGR_TAG_ACK:
        return recv.available >= 8 && this.#handleAck(recv.take(8, 'ACK'));
      case CEPH_MSGR_TAG_CLOSE:
        this.#handleClose();
        return false;
      default:
        throw new DecodeError('tag', 0, `${tagToString(tag)} is none of an open connection`);
    }
  }

  #readMessage(): boolean {
    const reader = this.#reader;
    if (reader === undefined || !reader.read()) return false;
    const { seq, tid, type } = reader.header;
    const { message } = reader;
    if (this.#isLogged) {
      this.#log('Pipe.reader', { tag: 'MSG', seq, type, known: message !== undefined }, tid);
    }
    // A repetition; it has been delivered.
    if (seq <= this.#inSeq) return true;
    this.#inSeq = seq;
    if (message === undefined) return true;
    if (this.#delayed !== undefined) this.#delayed.queue(message);
    else this.#messenger.dispatchQueue.enqueue(message, this.con, this.con.id);
    return true;
  }

  /** However many come in a turn, one answer goes out. */
  #handleKeepalive2(dec: Decoder): boolean {
    this.#keepaliveAck = decodeUtime(dec);
    this.#log('Pipe.reader', { tag: 'KEEPALIVE2' });
    this.#scheduleWriter();
    return true;
  }

  #handleKeepalive2Ack(dec: Decoder): boolean {
    dec.skip(8);
    this.con.lastKeepaliveAck = this.#messenger.cct.clock.now();
    this.#log('Pipe.reader', { tag: 'KEEPALIVE2_ACK' });
    return true;
  }

  /** Nothing is kept for sending again, so an ack frees nothing; it must be possible all the same. */
  #handleAck(dec: Decoder): boolean {
    const seq = dec.u64();
    this.#log('Pipe.reader', { tag: 'ACK', seq });
    if (seq > this.#outSeq) {
      throw new DecodeError('ACK', 0, `of seq ${seq}, but ${this.#outSeq} is the last sent`);
    }
    return true;
  }

  #handleClose(): void {
    this.#log('Pipe.reader', { tag: 'CLOSE' });
    this.state = 'CLOSING';
    this.#messenger.writer.enc.u8(CEPH_MSGR_TAG_CLOSE);
    this.doSendmsg();
    this.fault(new SocketError('EOF', `${this.#where()}: the peer closed the session`));
  }

  // ---- writing

  /** Ceph: Pipe::_send. */
  send(message: Message): void {
    if (this.#isLogged) {
      this.#log('Pipe.send', { state: this.state, priority: message.priority }, message.tid);
    }
    this.#outQ.push(message);
    this.#scheduleWriter();
  }

  sendKeepalive(): void {
    this.#keepalive = true;
    this.#scheduleWriter();
  }

  /** Sends all that is queued, in as few pieces as the socket allows. Ceph: Pipe::writer. */
  writer(): void {
    this.#writerScheduled = false;
    const { writer } = this.#messenger;
    while (this.state === 'OPEN' && !this.#blocked) {
      this.#writeKeepalives();
      while (writer.pending < BATCH_BYTES_MAX) {
        const message = this.#outQ.getNextOutgoing();
        if (message === undefined) break;
        this.writeMessage(message);
      }
      if (writer.pending === 0) return;
      this.doSendmsg();
    }
  }

  writeMessage(message: Message): void {
    const { writer, myName } = this.#messenger;
    const before = writer.pending;
    message.seq = ++this.#outSeq;
    writer.writeMessage(message, myName);
    if (!this.#isLogged) return;
    const { header, front, data } = writer.crcs;
    const facts = { seq: message.seq, bytes: writer.pending - before, crc: header, front, data };
    this.#log('Pipe.writeMessage', facts, message.tid);
  }

  doSendmsg(): void {
    const { writer } = this.#messenger;
    if (writer.pending === 0) return;
    if (this.#isLogged) this.#log('Pipe.doSendmsg', { bytes: writer.pending });
    assert(this.#socket !== undefined, 'nothing to send on');
    this.#blocked = !writer.doSendmsg(this.#socket);
  }

  /** The writer runs when this turn is over: what is queued until then goes out at once. */
  #scheduleWriter(): void {
    if (this.#writerScheduled || this.state !== 'OPEN' || this.#blocked) return;
    this.#writerScheduled = true;
    this.#messenger.cct.clock.defer(this.#runWriter);
  }

  #writeKeepalives(): void {
    const { cct, writer } = this.#messenger;
    if (this.#keepalive) {
      this.#keepalive = false;
      writer.enc.u8(CEPH_MSGR_TAG_KEEPALIVE2);
      encodeUtime(writer.enc, utimeFromMs(cct.clock.realNow()));
    }
    if (this.#keepaliveAck !== undefined) {
      writer.enc.u8(CEPH_MSGR_TAG_KEEPALIVE2_ACK);
      encodeUtime(writer.enc, this.#keepaliveAck);
      this.#keepaliveAck = undefined;
    }
  }

  // ---- the end

  /** The connection has failed. Ceph: Pipe::fault. */
  fault(why: Error): void {
    this.#log('Pipe.fault', { state: this.state, why: why.message });
    const { con, state } = this;
    const { dispatchQueue } = this.#messenger;
    if (state === 'CLOSED') return;
    if (state === 'CONNECTING') {
      this.#shutdownSocket();
      dispatchQueue.queueRefused(con, con.id, why);
      this.#connectLater();
      return;
    }
    if (state !== 'CLOSING') this.#shutdownSocket();
    this.stop();
    // Nobody knows of a connection that was not accepted.
    if (state === 'ACCEPTING') return;
    dispatchQueue.discardQueue(con.id);
    dispatchQueue.queueReset(con, con.id, why);
  }

  /** Closes for good, and tells nobody. Ceph: Pipe::stop. */
  stop(): void {
    if (this.state === 'CLOSED') return;
    this.state = 'CLOSED';
    this.#socket?.close();
    this.#socket = undefined;
    this.#handshake = undefined;
    this.#timer?.cancel();
    this.#delayed?.discard();
    this.#outQ.clear();
    this.con.pipe = undefined;
    this.#messenger.removePipe(this);
  }

  #shutdownSocket(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#handshake = undefined;
    this.#blocked = false;
  }

  #connectLater(): void {
    const { ms_initial_backoff, ms_max_backoff } = this.#messenger.cct.conf;
    this.#backoff = Math.min(Math.max(this.#backoff * 2, ms_initial_backoff), ms_max_backoff);
    this.#startTimer(this.#backoff, () => this.startWriter());
  }

  // ---- for errors and logs

  #protocolError(error: DecodeError): ProtocolError {
    const { field, offset, reason } = error;
    const where = { peer: this.#peer(), state: this.state, field, offset };
    return new ProtocolError(where, reason, { cause: error });
  }

  #where(): string {
    return `${this.#peer()} (${this.state})`;
  }

  /** Who has not yet said its address is called by its socket's. */
  #peer(): string {
    const { peerAddr } = this.con;
    const remote = this.#socket?.remoteAddress;
    if (!peerAddr.isBlankIp() || remote === undefined) return String(peerAddr);
    return `${remote.ip}:${remote.port}`;
  }

  /** To be asked before facts are put together that nobody may want, once a message. */
  get #isLogged(): boolean {
    return this.#messenger.cct.log !== undefined;
  }

  #log(fn: string, facts: LogEntry['facts'], tid?: number): void {
    if (!this.#isLogged) return;
    const { cct, who } = this.#messenger;
    cct.log?.(tid === undefined ? { who, fn, facts } : { who, fn, tid, facts });
  }
}
