import type { AuthSessionHandler } from '../../auth/AuthSessionHandler.ts';
import type { Timer } from '../../common/Clock.ts';
import { CEPH_FEATURE_MSG_AUTH, haveFeature } from '../../common/ceph_features.ts';
import { assert, DecodeError, ProtocolError } from '../../common/errors.ts';
import type { LogEntry } from '../../common/Log.ts';
import { type Socket, SocketError, type SocketEvents } from '../../common/Stack.ts';
import type { utime_t } from '../../common/utime_t.ts';
import { Delivery } from '../Delivery.ts';
import type { DispatchQueue } from '../DispatchQueue.ts';
import type { Message } from '../Message.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../msg_types.ts';
import { CEPH_MSGR_TAG_CLOSE, type ceph_msg_header } from '../msgr.ts';
import { type Admitted, accept } from '../msgr1/accept.ts';
import { connect } from '../msgr1/connect.ts';
import { type Handshake, HandshakeRunner } from '../msgr1/handshake.ts';
import type { AcceptDecision, ExistingSession } from '../msgr1/judge_existing.ts';
import type { MessageWriter } from '../msgr1/MessageWriter.ts';
import { Session } from '../msgr1/Session.ts';
import { TagWriter } from '../msgr1/TagWriter.ts';
import type { Policy } from '../Policy.ts';
import { RecvBuffer } from '../RecvBuffer.ts';
import { Redial, unopenedSeconds } from '../Redial.ts';
import type { SimplePolicyMessenger } from '../SimplePolicyMessenger.ts';
import { OpenReader, type OpenReaderHost } from './OpenReader.ts';
import type { ConnectionPipe, PipeConnection } from './PipeConnection.ts';

/** A session that was reset goes on with a seq that nobody can guess, below this. Ceph: SEQ_MASK. */
const SEQ_MASK = 0x7fff_ffff;

/**
 * ACCEPTING: a peer's handshake; it is `registered` when it has been let in. STANDBY: no connection,
 * and nothing to open one for. WAIT: the peer has said that it will dial us.
 */
export type PipeState = 'ACCEPTING' | 'CONNECTING' | 'OPEN' | 'STANDBY' | 'WAIT' | 'CLOSED';

/** What a Pipe asks of its messenger. */
export interface PipeMessenger extends SimplePolicyMessenger {
  readonly myAddr: entity_addr_t;
  readonly dispatchQueue: DispatchQueue;
  readonly writer: MessageWriter;
  learnedAddr(addr: entity_addr_t): void;
  lookupPipe(addr: entity_addr_t): Pipe | undefined;
  /** The Pipe has become the one to its peer. */
  registerPipe(pipe: Pipe): void;
  removePipe(pipe: Pipe): void;
}

/**
 * One connection of msgr v1: a socket, the machine that reads it and the machine that writes it.
 * Ceph: src/msg/simple/Pipe.h, where they are two threads.
 *
 * A Pipe that dials does so until it is stopped, with a back-off. An open one that fails is given up
 * if its policy is lossy, with all that it held; else its session goes on: by dialling again, or, when
 * the peer comes first, in the Pipe that accepts it (`#takeOver`).
 */
export class Pipe implements SocketEvents, ConnectionPipe, OpenReaderHost {
  con: PipeConnection;
  state: PipeState;
  policy: Policy;
  session: Session = new Session();
  readonly #messenger: PipeMessenger;
  readonly #tags: TagWriter;
  readonly #runWriter = (): void => this.#onWriterTurn();
  #socket: Socket | undefined;
  #recv: RecvBuffer | undefined;
  #handshake: HandshakeRunner | undefined;
  #reader: OpenReader | undefined;
  #delivery: Delivery | undefined;
  /** The end of the handshake's time, or of the back-off. */
  #timer: Timer | undefined;
  #redial: Redial;
  /** It is the Pipe to its peer. */
  #registered: boolean;
  /** Dispatchers have been told of the connection, or have asked for it. */
  #known: boolean;
  #writerScheduled = false;
  /** The socket has taken all it can. */
  #blocked = false;

  /** CONNECTING: to the con's address, on `startWriter`. ACCEPTING: from `startReader`'s socket. */
  constructor(messenger: PipeMessenger, con: PipeConnection, state: 'ACCEPTING' | 'CONNECTING') {
    this.#messenger = messenger;
    this.#tags = new TagWriter(messenger.cct.clock, messenger.writer);
    this.con = con;
    this.state = state;
    this.#redial = new Redial(messenger.cct);
    this.#registered = state === 'CONNECTING';
    this.#known = this.#registered;
    this.policy = messenger.getPolicy(con.peerType);
    con.pipe = this;
  }

  get isOpen(): boolean {
    return this.state === 'OPEN';
  }

  startWriter(): void {
    const { ip, port } = this.con.peerAddr;
    this.#log('Pipe.connect', { to: String(this.con.peerAddr) });
    this.state = 'CONNECTING';
    this.#redial.onDial();
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
    const source = this.#reader ?? this.#handshake;
    assert(source !== undefined, 'a read before the connection');
    return source.readBuffer();
  }

  onRead(count: number): void {
    this.con.reads += 1;
    if (this.#injectFailure()) return;
    try {
      const reader = this.#reader;
      if (reader !== undefined) {
        reader.onRead(count);
      } else {
        this.#handshake?.onRead(count);
        this.#reader?.read();
      }
    } catch (error) {
      this.onReadError(error);
    }
  }

  onWritable(): void {
    this.#blocked = false;
    this.#reader?.touch();
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
        session: this.session,
        buildAuthorizer: () => messenger.authClient?.buildAuthorizer(this.con.peerType),
        handleBadAuthorizer: () => {
          messenger.authClient?.handleBadAuthorizer?.(this.con.peerType);
        },
        myAddr: () => messenger.myAddr,
        learnedAddr: (addr) => messenger.learnedAddr(addr),
        getGlobalSeq: (atLeast) => messenger.getGlobalSeq(atLeast),
        wasSessionReset: () => this.#wasSessionReset(),
      },
      messenger.writer.enc,
    );
    if (agreed === 'wait') {
      this.#wait();
      return;
    }
    if (agreed.lossy !== this.policy.lossy) this.policy = { ...this.policy, lossy: agreed.lossy };
    this.#open(agreed.features, agreed.signer);
    messenger.dispatchQueue.queueConnect(this.con, this.con.id);
  }

  *#accept(socket: Socket): Handshake<void> {
    const messenger = this.#messenger;
    const { ip, port } = socket.remoteAddress;
    const { features, auth } = yield* accept(
      {
        myType: messenger.myName.type,
        myAddr: messenger.myAddr,
        socketAddr: new entity_addr_t(ADDR_TYPE_LEGACY, ip, port, 0),
        getPolicy: (peerType) => messenger.getPolicy(peerType),
        getGlobalSeq: () => messenger.getGlobalSeq(0),
        findExisting: (peer) => messenger.lookupPipe(peer)?.existing(),
        onWait: (peer) => messenger.lookupPipe(peer)?.sendKeepalive(),
        verifyAuthorizer: (...asked) =>
          messenger.authServer === undefined
            ? 'anonymous'
            : messenger.authServer.verifyAuthorizer(...asked),
        admit: (peer, decision) => this.#admit(peer, decision),
      },
      messenger.writer.enc,
    );
    this.#open(features, auth === 'anonymous' ? undefined : auth.sessionHandler);
    messenger.dispatchQueue.queueAccept(this.con, this.con.id);
  }

  /** What another Pipe, from the same peer, has to know of this one. */
  existing(): ExistingSession {
    const { policy, session, state } = this;
    const { connectSeq, peerGlobalSeq, hasOpened } = session;
    const phase = state === 'CONNECTING' ? 'connecting' : state === 'WAIT' ? 'waiting' : 'settled';
    return { policy, connectSeq, peerGlobalSeq, hasOpened, phase };
  }

  #admit({ peerAddr, peerType, policy, auth }: Admitted, decision: AcceptDecision): Session {
    const existing = this.#messenger.lookupPipe(peerAddr);
    this.con.peerAddr = peerAddr;
    this.policy = policy;
    if (existing !== undefined && decision.action === 'take over') {
      if (decision.peerReset && policy.resetcheck) existing.#wasSessionReset();
      this.#takeOver(existing);
    } else {
      existing?.replace();
    }
    this.con.peerType = peerType;
    if (auth !== 'anonymous') this.con.peerAuth = auth;
    this.#registered = true;
    this.#messenger.registerPipe(this);
    return this.session;
  }

  /** The peer has connected anew, and there is nothing to take over. */
  replace(): void {
    this.#fail(new SocketError('ECONNRESET', `${this.con.peerAddr}: the peer has connected anew`));
  }

  /** The session of `existing`, with all who know it by its connection, goes on here. */
  #takeOver(existing: Pipe): void {
    existing.#log('Pipe.replaced', { state: existing.state });
    existing.#endConnection();
    existing.state = 'CLOSED';
    existing.#messenger.removePipe(existing);
    this.session = existing.session;
    this.session.out.requeueSent();
    this.#known = existing.#known;
    this.#redial = existing.#redial;
    this.#tags.keepalive = existing.#tags.keepalive;
    this.con = existing.con;
    this.con.pipe = this;
  }

  /** The peer will dial us; if it never does we dial again. */
  #wait(): void {
    this.#shutdownSocket();
    this.state = 'WAIT';
    this.#startTimer(this.#messenger.cct.conf.ms_max_backoff, () => this.startWriter());
  }

  #wasSessionReset(): void {
    const { cct, dispatchQueue } = this.#messenger;
    this.#log('Pipe.wasSessionReset', { state: this.state, lost: this.session.out.length });
    this.#delivery?.discard();
    dispatchQueue.discardQueue(this.con.id);
    const isRandom = haveFeature(this.con.features, CEPH_FEATURE_MSG_AUTH);
    this.session.reset(isRandom ? cct.random.uint32() & SEQ_MASK : 0);
    if (this.#known) dispatchQueue.queueRemoteReset(this.con, this.con.id);
  }

  #startHandshake(machine: Handshake<void>): void {
    this.#recv = new RecvBuffer(this.#messenger.cct.alloc);
    this.#handshake = new HandshakeRunner(this.#recv, machine, () => this.doSendmsg());
    this.#handshake.start();
  }

  #open(features: bigint, signer: AuthSessionHandler | undefined): void {
    const { cct, dispatchQueue, messageFactory } = this.#messenger;
    const recv = this.#recv;
    const socket = this.#socket;
    assert(recv !== undefined && socket !== undefined, 'open without a connection');
    this.state = 'OPEN';
    this.#known = true;
    this.session.hasOpened = true;
    this.#redial.onOpen();
    this.#handshake = undefined;
    this.#timer?.cancel();
    this.con.features = features;
    this.#tags.signer = signer;
    const { policy } = this;
    const shared = { cct, dispatchQueue, messageFactory };
    this.#reader = new OpenReader(this, { ...shared, socket, recv, policy, signer });
    this.#delivery = new Delivery(cct, dispatchQueue, this.con);
    const { connectSeq } = this.session;
    this.#log('Pipe.open', { peer: String(this.con.peerAddr), connectSeq });
    // What the handshake wrote last goes out with the first messages. If they have to wait it goes
    // alone: the writer serves other Pipes too, and must be empty for them.
    if (this.#blocked) this.doSendmsg();
    this.writer();
  }

  #armReadyTimer(): void {
    const seconds = this.#messenger.cct.conf.ms_connection_ready_timeout;
    this.#startTimer(seconds, () => {
      const wanted = this.#handshake?.wanted ?? 'connection';
      this.cut(`no ${wanted} within ${seconds} s`);
    });
  }

  /** Nothing that a Pipe waits for keeps the world going: whoever uses it has a timer of its own. */
  #startTimer(seconds: number, callback: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#messenger.cct.clock.addEventAfter(seconds * 1000, callback);
    this.#timer.unref();
  }

  // ---- reading

  onMessage(header: ceph_msg_header, message: Message | undefined): void {
    const { seq, tid, type } = header;
    const { session } = this;
    if (this.#isLogged) {
      this.#log('Pipe.reader', { tag: 'MSG', seq, type, known: message !== undefined }, tid);
    }
    // A repetition; it has been delivered.
    if (seq <= session.inSeq) {
      message?.releaseThrottle();
      return;
    }
    session.inSeq = seq;
    this.#redial.onProgress();
    if (!this.policy.lossy) this.#scheduleWriter();
    if (message !== undefined) this.#delivery?.queue(message);
  }

  onKeepalive2(stamp: utime_t): void {
    this.#tags.keepaliveAck = stamp;
    this.#log('Pipe.reader', { tag: 'KEEPALIVE2' });
    this.#scheduleWriter();
  }

  onKeepalive2Ack(): void {
    this.con.lastKeepaliveAck = this.#messenger.cct.clock.now();
    this.#log('Pipe.reader', { tag: 'KEEPALIVE2_ACK' });
  }

  onAck(seq: number): void {
    this.#log('Pipe.reader', { tag: 'ACK', seq });
    if (this.session.out.handleAck(seq) > 0) this.#redial.onProgress();
  }

  onCloseTag(): void {
    this.#log('Pipe.reader', { tag: 'CLOSE' });
    const why = new SocketError('EOF', `${this.#where()}: the peer closed the session`);
    this.#messenger.writer.enc.u8(CEPH_MSGR_TAG_CLOSE);
    this.doSendmsg();
    this.#socket?.close();
    this.#socket = undefined;
    this.#fail(why);
  }

  // ---- writing

  /** Ceph: Pipe::_send. */
  send(message: Message): void {
    if (this.#isLogged) {
      this.#log('Pipe.send', { state: this.state, priority: message.priority }, message.tid);
    }
    this.session.out.push(message);
    this.#scheduleWriter();
  }

  sendKeepalive(): void {
    this.#tags.keepalive = true;
    this.#scheduleWriter();
  }

  markDisposable(): void {
    this.policy = { ...this.policy, lossy: true };
  }

  get #isQueued(): boolean {
    return this.session.out.length > 0 || this.#tags.keepalive;
  }

  /** Sends all that is queued, in as few pieces as the socket allows. Ceph: Pipe::writer. */
  writer(): void {
    const { writer, myName } = this.#messenger;
    if (this.state === 'STANDBY' && this.#isQueued && !this.policy.server) this.startWriter();
    while (this.state === 'OPEN' && !this.#blocked) {
      this.#tags.write(this.session, this.policy.lossy, myName, this.#onWritten);
      if (writer.pending === 0) return;
      this.doSendmsg();
    }
  }

  readonly #onWritten = (message: Message, bytes: number): void => {
    if (!this.#isLogged) return;
    const { header, front, data } = this.#messenger.writer.digest;
    const facts = { seq: message.seq, bytes, crc: header, front, data };
    this.#log('Pipe.writeMessage', facts, message.tid);
  };

  #onWriterTurn(): void {
    this.#writerScheduled = false;
    if (this.state !== 'OPEN' || !this.#injectFailure()) this.writer();
  }

  doSendmsg(): void {
    const { writer } = this.#messenger;
    if (writer.pending === 0) return;
    if (this.#isLogged) this.#log('Pipe.doSendmsg', { bytes: writer.pending });
    assert(this.#socket !== undefined, 'nothing to send on');
    this.#reader?.touch();
    this.#blocked = !writer.doSendmsg(this.#socket);
  }

  /** The writer runs when this turn is over: what is queued until then goes out at once. */
  #scheduleWriter(): void {
    const isAsleep = this.state !== 'OPEN' && this.state !== 'STANDBY';
    if (this.#writerScheduled || isAsleep || this.#blocked) return;
    this.#writerScheduled = true;
    this.#messenger.cct.clock.defer(this.#runWriter);
  }

  // ---- the end

  /** The connection has failed. Ceph: Pipe::fault. */
  fault(why: Error): void {
    const { con, policy, session, state } = this;
    if (state === 'CLOSED') return;
    this.#log('Pipe.fault', { state, why: why.message });
    const isConnecting = state === 'CONNECTING';
    if (!this.#registered || (policy.lossy && !isConnecting)) {
      this.#fail(why);
      return;
    }
    this.#endConnection();
    session.out.requeueSent();
    this.#redial.onClose();
    if (isConnecting) this.#messenger.dispatchQueue.queueRefused(con, con.id, why);
    if (policy.standby && !this.#isQueued) {
      this.#standBy();
    } else if (isConnecting) {
      this.#connectLater();
    } else if (policy.server) {
      this.#standBy();
    } else {
      session.connectSeq++;
      this.#connectLater();
    }
  }

  /** Closes for good, and tells nobody. Ceph: Pipe::stop. */
  stop(): void {
    if (this.state === 'CLOSED') return;
    this.state = 'CLOSED';
    this.#socket?.close();
    this.#socket = undefined;
    this.#delivery?.discard();
    this.#endConnection();
    this.session.out.clear();
    this.con.pipe = undefined;
    this.#messenger.removePipe(this);
  }

  /** Gives the connection up, and what it held. */
  #fail(why: Error): void {
    const { con } = this;
    this.#shutdownSocket();
    this.stop();
    if (this.#known) this.#messenger.dispatchQueue.queueReset(con, con.id, why);
  }

  #standBy(): void {
    this.state = 'STANDBY';
    this.#log('Pipe.standby', { connectSeq: this.session.connectSeq });
    // A stranger who was let in and never heard of it is not waited for without end.
    const seconds = unopenedSeconds(this.#messenger.cct.conf);
    if (!this.#known && seconds > 0) this.#startTimer(seconds, () => this.stop());
  }

  #connectLater(): void {
    const { delay } = this.#redial;
    this.state = 'CONNECTING';
    if (delay === 0) this.startWriter();
    else this.#startTimer(delay, () => this.startWriter());
  }

  /** Ends all that belongs to the socket. What was received goes its way. */
  #endConnection(): void {
    this.#shutdownSocket();
    this.#timer?.cancel();
    this.#delivery?.flush();
    this.#delivery = undefined;
    this.#tags.keepaliveAck = undefined;
  }

  #shutdownSocket(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#handshake?.stop();
    this.#handshake = undefined;
    this.#reader?.stop();
    this.#reader = undefined;
    this.#recv = undefined;
    this.#blocked = false;
  }

  // ---- for errors and logs

  /** What the peer says that makes no sense is a fault. */
  onReadError(error: unknown): void {
    if (!(error instanceof DecodeError)) throw error;
    // What was half written must not go to whoever writes next.
    this.#messenger.writer.discard();
    const { field, offset, reason } = error;
    const where = { peer: this.#peer(), state: this.state, field, offset };
    this.fault(new ProtocolError(where, reason, { cause: error }));
  }

  cut(reason: string): void {
    this.fault(new SocketError('ETIMEDOUT', `${this.#where()}: ${reason}`));
  }

  #injectFailure(): boolean {
    const { conf, random } = this.#messenger.cct;
    const oneIn = conf.ms_inject_socket_failures;
    if (oneIn === 0 || random.uint32() % oneIn !== 0) return false;
    this.fault(new SocketError('ECONNRESET', `${this.#where()}: injected failure`));
    return true;
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
