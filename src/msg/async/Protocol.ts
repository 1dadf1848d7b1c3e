import type { AuthClient, AuthConnection } from '../../auth/AuthClient.ts';
import type { AuthPeer, AuthServer } from '../../auth/AuthServer.ts';
import type { CephContext } from '../../common/CephContext.ts';
import { DecodeError, ProtocolError } from '../../common/errors.ts';
import type { LogEntry } from '../../common/Log.ts';
import { SocketError } from '../../common/Stack.ts';
import { type utime_t, utimeFromMs } from '../../common/utime_t.ts';
import type { DispatchQueue } from '../DispatchQueue.ts';
import type { FrameProgress } from '../FrameDeadline.ts';
import type { Message } from '../Message.ts';
import type { MessageFactory } from '../MessageFactory.ts';
import type { entity_addr_t, entity_addrvec_t, entity_name_t } from '../msg_types.ts';
import type { MessageWriter } from '../msgr1/MessageWriter.ts';
import type { Session } from '../msgr1/Session.ts';
import type { Policy } from '../Policy.ts';
import type { ReadThrottle } from '../ReadThrottle.ts';
import { Redial, unopenedSeconds } from '../Redial.ts';
import type { SendBuffer } from '../SendBuffer.ts';
import { NonceError } from './crypto_onwire.ts';

/** What is encoded before it goes to the socket: a long queue is sent in parts. */
const BATCH_BYTES_MAX = 1024 * 1024;

/**
 * STANDBY: a session without a connection, which neither side needs now. WAIT: we have dialled, and
 * so has the peer, whose connection is awaited.
 */
export type ProtocolState = 'CONNECTING' | 'ACCEPTING' | 'READY' | 'STANDBY' | 'WAIT' | 'CLOSED';

/** What a protocol asks of the messenger. */
export interface ProtocolMessenger {
  readonly cct: CephContext;
  readonly who: string;
  readonly myName: entity_name_t;
  readonly myAddrs: entity_addrvec_t;
  readonly messageFactory: MessageFactory;
  readonly dispatchQueue: DispatchQueue;
  /** What is encoded until it is flushed. */
  readonly sendBuffer: SendBuffer;
  /** Writes messages of v1 into it. */
  readonly writer: MessageWriter;
  readonly authClient: AuthClient | undefined;
  readonly authServer: AuthServer | undefined;
  getPolicy(peerType: number): Policy;
  getGlobalSeq(atLeast: number): number;
  learnedAddr(addr: entity_addr_t): void;
  /** The protocol of the connection to a peer that has one of `addrs`. */
  lookupProtocol(addrs: entity_addrvec_t): Protocol | undefined;
}

/** What a protocol asks of the connection that it serves: a socket, a timer, and whom to tell. */
export interface ProtocolHost extends AuthConnection {
  peerType: number;
  readonly peerAddr: entity_addr_t;
  peerAuth: AuthPeer | undefined;
  features: bigint;
  lastKeepaliveAck: number | undefined;
  /** The address of the socket's other end, or of who is to be dialled. */
  readonly targetAddr: entity_addr_t;
  /** The socket has taken all it can. */
  readonly isBlocked: boolean;
  /** Opens a socket to the target. */
  dial(): void;
  /** Closes the socket: at once, or when what was flushed has gone. */
  hangUp(how: 'now' | 'when sent'): void;
  /** Gives what has been encoded to the socket. */
  flush(): void;
  /** Asks for `writeEvent` when this turn is over. */
  wantWrite(): void;
  pauseReading(): void;
  resumeReading(): void;
  /** Asks for `onTimer`. There is one timer. */
  startTimer(seconds: number): void;
  cancelTimer(): void;
  deliver(message: Message): void;
  /** Where the data of a message that is coming is wanted. */
  rxBuffer(tid: number, length: number): Uint8Array | undefined;
  /** The peer is at `addrs`: whoever looks for it there finds this connection. */
  register(addrs: entity_addrvec_t): void;
  /** Takes the socket and the protocol of `newer` in place of its own; `newer` is no more. */
  adopt(newer: ProtocolHost): void;
  /** The handshake is over. */
  opened(): void;
  tellConnect(): void;
  tellAccept(): void;
  tellRefused(why: Error): void;
  tellReset(why: Error): void;
  tellRemoteReset(): void;
  /** It is over. */
  closed(): void;
}

/**
 * What a connection says and hears, as a machine that does no I/O: bytes and time go in; bytes,
 * messages, timers and faults come out by way of its host. ProtocolV1 and ProtocolV2 fill in what is
 * said; what becomes of a session that loses its connection is the same for both.
 * Ceph: src/msg/async/Protocol.h.
 */
export abstract class Protocol implements FrameProgress {
  state: ProtocolState;
  policy: Policy;
  host: ProtocolHost;
  abstract session: Session;
  protected readonly messenger: ProtocolMessenger;
  #keepalive = false;
  #keepaliveAck: utime_t | undefined;
  readonly #redial: Redial;
  /** The back-off is over, and a connection is not yet there. */
  #isDialling = false;
  /** The peer has been let in: the session that it has is ours. */
  #isAdmitted: boolean;
  /** Dispatchers have been told of the session, or have asked for it. */
  #isKnown: boolean;

  constructor(
    messenger: ProtocolMessenger,
    host: ProtocolHost,
    state: 'CONNECTING' | 'ACCEPTING',
    policy: Policy,
  ) {
    this.messenger = messenger;
    this.host = host;
    this.state = state;
    this.policy = policy;
    this.#redial = new Redial(messenger.cct);
    this.#isAdmitted = state === 'CONNECTING';
    this.#isKnown = this.#isAdmitted;
  }

  // ---- what the two versions do each in their way

  /** In logs. */
  protected abstract readonly className: string;
  /** The socket is there: begins the handshake. */
  protected abstract startHandshake(): void;
  /** `count` more bytes have been received. Throws `DecodeError`, as does `read`. */
  protected abstract onBytes(count: number): void;
  /** Goes on with what has been received. */
  protected abstract read(): void;
  abstract readonly count: number;
  abstract readonly owed: number | undefined;
  /** What the handshake waits for, in errors. */
  protected abstract get wanted(): string;
  /** Where the next bytes are to go. */
  abstract readBuffer(): Uint8Array;
  /** Forgets the connection, not the session. Ceph: reset_recv_state. */
  protected abstract dropConnection(): void;
  /** Another connection of the session is about to be opened; `isRetry`: once more. */
  protected abstract countConnection(isRetry: boolean): void;
  protected abstract writeMessage(message: Message): void;
  /** The crcs of the message written last, for logs. */
  protected abstract get writtenFacts(): LogEntry['facts'];
  /** Tells the peer the last message received. */
  protected abstract writeAck(): void;
  protected abstract writeKeepalive(stamp: utime_t): void;
  protected abstract writeKeepaliveAck(stamp: utime_t): void;
  protected abstract get throttle(): ReadThrottle | undefined;

  // ---- life

  /** CONNECTING: dials. */
  connect(): void {
    this.log('connect', { to: String(this.host.targetAddr) });
    this.#isDialling = true;
    this.#redial.onDial();
    this.host.dial();
    this.#armReadyTimer();
  }

  /** ACCEPTING: a peer has dialled us. */
  accept(): void {
    this.#armReadyTimer();
    this.startHandshake();
  }

  /** The peer has taken our connection. */
  onConnect(): void {
    try {
      this.startHandshake();
    } catch (error) {
      this.#onError(error);
    }
  }

  onRead(count: number): void {
    try {
      this.onBytes(count);
      this.readOn();
    } catch (error) {
      this.#onError(error);
    }
  }

  /** What the peer says that makes no sense, and the end of a key's nonces, are faults. */
  #onError(error: unknown): void {
    if (!(error instanceof DecodeError || error instanceof NonceError)) throw error;
    // What was half written must not go to whoever writes next.
    this.messenger.sendBuffer.discard();
    this.fault(error instanceof DecodeError ? this.#protocolError(error) : error);
  }

  onTimer(): void {
    if (this.#isDialling || this.state === 'ACCEPTING') {
      const seconds = this.messenger.cct.conf.ms_connection_ready_timeout;
      const reason = `${this.#where()}: no ${this.wanted} within ${seconds} s`;
      this.fault(new SocketError('ETIMEDOUT', reason));
    } else if (this.state === 'STANDBY') {
      this.stop();
    } else {
      this.state = 'CONNECTING';
      this.connect();
    }
  }

  onClose(error: Error | undefined): void {
    this.fault(error ?? new SocketError('EOF', `${this.#where()}: the peer closed the connection`));
  }

  /** Closes for good, and tells nobody. */
  stop(): void {
    if (this.state === 'CLOSED') return;
    this.state = 'CLOSED';
    this.#isDialling = false;
    this.host.cancelTimer();
    this.host.hangUp('when sent');
    this.dropConnection();
    this.session.out.clear();
    this.host.closed();
  }

  /** A lossless session becomes a lossy one. */
  markDisposable(): void {
    this.policy = { ...this.policy, lossy: true };
  }

  /** The peer has connected anew, and there is nothing to take over. */
  replace(): void {
    const reason = `${this.host.peerAddr}: the peer has connected anew`;
    this.giveUp(new SocketError('ECONNRESET', reason));
  }

  /** The host of `existing` is ours, and its session is to be. Ceph: reuse_connection. */
  protected takePlaceOf(existing: Protocol): void {
    existing.log('replaced', { state: existing.state });
    existing.state = 'CLOSED';
    existing.host.cancelTimer();
    existing.host.hangUp('now');
    existing.dropConnection();
    existing.session.out.requeueSent();
    this.#keepalive = existing.#keepalive;
    this.#isKnown = existing.#isKnown;
    existing.host.adopt(this.host);
  }

  /** From now on the session survives. */
  protected admitted(): void {
    this.#isAdmitted = true;
  }

  /** The session is forgotten, with all that was to be sent, and its user is told. */
  protected resetSession(outSeq: number): void {
    this.log('resetSession', { lost: this.session.out.length });
    this.session.reset(outSeq);
    this.host.tellRemoteReset();
  }

  /** The handshake is done; both sides may send. */
  protected ready(): void {
    this.state = 'READY';
    this.#isDialling = false;
    this.#isAdmitted = true;
    this.#isKnown = true;
    this.#redial.onOpen();
    this.host.cancelTimer();
    this.host.opened();
    this.log('ready', { peer: String(this.host.peerAddr), connectSeq: this.session.connectSeq });
    this.writeEvent();
  }

  /** What the connection has received and not yet read is read when it may go on. */
  protected readOn(): void {
    this.read();
    if (this.throttle?.isWaiting) this.host.pauseReading();
  }

  /** A throttle that a message waited for has let it in: it says so while others are dispatched. */
  protected readonly resume = (): void => {
    this.messenger.cct.clock.defer(() => {
      if (this.state !== 'READY') return;
      this.host.resumeReading();
      this.onRead(0);
    });
  };

  // ---- writing

  /** Ceph: send_message. */
  send(message: Message): void {
    if (this.isLogged) {
      this.log('sendMessage', { state: this.state, priority: message.priority }, message.tid);
    }
    if (this.state === 'CLOSED') return;
    this.session.out.push(message);
    this.#wantWrite();
  }

  sendKeepalive(): void {
    this.#keepalive = true;
    this.#wantWrite();
  }

  /** However many come in a turn, one answer goes out. */
  protected answerKeepalive(stamp: utime_t): void {
    this.#keepaliveAck = stamp;
    this.#wantWrite();
  }

  protected keepaliveAnswered(): void {
    this.host.lastKeepaliveAck = this.messenger.cct.clock.now();
  }

  /** A message has come. False: it is a repetition, which has been delivered. */
  protected received(seq: number): boolean {
    const { session } = this;
    if (seq <= session.inSeq) return false;
    session.inSeq = seq;
    this.#redial.onProgress();
    if (!this.policy.lossy) this.#wantWrite();
    return true;
  }

  /** The peer has all up to `seq`. Throws `DecodeError` if that was not sent. */
  protected acked(seq: number): void {
    if (this.session.out.handleAck(seq) > 0) this.#redial.onProgress();
  }

  /** Sends all that is queued, in as few pieces as the socket allows. Ceph: write_event. */
  writeEvent(): void {
    try {
      this.#writeAll();
    } catch (error) {
      this.#onError(error);
    }
  }

  #writeAll(): void {
    if (this.state === 'STANDBY' && !this.policy.server && this.#hasToSay) {
      this.countConnection(false);
      this.state = 'CONNECTING';
      this.connect();
      return;
    }
    const { sendBuffer } = this.messenger;
    while (this.state === 'READY' && !this.host.isBlocked) {
      this.#writeKeepalives();
      while (sendBuffer.pending < BATCH_BYTES_MAX && !this.host.isBlocked) {
        const message = this.session.out.getNextOutgoing(!this.policy.lossy);
        if (message === undefined) break;
        const before = sendBuffer.pending;
        this.writeMessage(message);
        if (this.isLogged) {
          const bytes = sendBuffer.pending - before;
          this.log('writeMessage', { seq: message.seq, bytes, ...this.writtenFacts }, message.tid);
        }
      }
      this.#writeAck();
      if (sendBuffer.pending === 0) return;
      this.host.flush();
    }
    // What a handshake wrote last does not stay: the buffer is everybody's.
    if (sendBuffer.pending > 0) this.host.flush();
  }

  get #hasToSay(): boolean {
    return this.#keepalive || this.session.out.length > 0;
  }

  #wantWrite(): void {
    if (this.state === 'STANDBY' || (this.state === 'READY' && !this.host.isBlocked)) {
      this.host.wantWrite();
    }
  }

  /** Of a lossy session nobody keeps what was sent. */
  #writeAck(): void {
    const { session } = this;
    if (this.policy.lossy || session.inSeq <= session.inSeqAcked) return;
    this.writeAck();
    session.inSeqAcked = session.inSeq;
  }

  #writeKeepalives(): void {
    if (this.#keepalive) {
      this.#keepalive = false;
      this.writeKeepalive(utimeFromMs(this.messenger.cct.clock.realNow()));
    }
    if (this.#keepaliveAck !== undefined) {
      this.writeKeepaliveAck(this.#keepaliveAck);
      this.#keepaliveAck = undefined;
    }
  }

  // ---- the loss of a connection

  /**
   * The connection is lost. A lossy session ends with it; a lossless one goes on, at once, after a
   * back-off, or when either side has something to say. Ceph: ProtocolV2::_fault.
   */
  fault(why: Error): void {
    const { state, policy, session, host } = this;
    if (state === 'CLOSED') return;
    this.log('fault', { state, why: why.message });
    const wasConnecting = state === 'CONNECTING';
    if (!this.#isAdmitted || (policy.lossy && !wasConnecting)) {
      this.giveUp(why);
      return;
    }
    this.#endConnection();
    session.out.requeueSent();
    if (wasConnecting) host.tellRefused(why);
    if (policy.server || (policy.standby && !this.#hasToSay)) this.#standBy();
    else if (wasConnecting) this.#connectLater(true);
    else this.#connectLater(false);
  }

  /** The peer dials us, and goes first; unless it has died. Ceph: handle_wait. */
  protected waitForPeer(): void {
    this.log('wait', {});
    this.#endConnection();
    this.state = 'WAIT';
    this.countConnection(true);
    this.host.startTimer(this.messenger.cct.conf.ms_max_backoff);
  }

  /** Gives the connection up, and what it held. */
  protected giveUp(why: Error): void {
    const { host } = this;
    host.hangUp('now');
    this.stop();
    if (this.#isKnown) host.tellReset(why);
  }

  #endConnection(): void {
    this.#isDialling = false;
    this.host.cancelTimer();
    this.host.hangUp('now');
    this.dropConnection();
    this.#keepaliveAck = undefined;
    this.#redial.onClose();
  }

  #standBy(): void {
    this.state = 'STANDBY';
    this.log('standby', { connectSeq: this.session.connectSeq });
    const seconds = unopenedSeconds(this.messenger.cct.conf);
    if (!this.#isKnown && seconds > 0) this.host.startTimer(seconds);
  }

  #connectLater(isRetry: boolean): void {
    this.countConnection(isRetry);
    this.state = 'CONNECTING';
    const { delay } = this.#redial;
    if (delay === 0) this.connect();
    else this.host.startTimer(delay);
  }

  #armReadyTimer(): void {
    this.host.startTimer(this.messenger.cct.conf.ms_connection_ready_timeout);
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
    const { peerAddr, targetAddr } = this.host;
    return String(peerAddr.isBlankIp() ? targetAddr : peerAddr);
  }

  /** To be asked before facts are put together that nobody may want, once a message. */
  protected get isLogged(): boolean {
    return this.messenger.cct.log !== undefined;
  }

  protected log(what: string, facts: LogEntry['facts'], tid?: number): void {
    if (!this.isLogged) return;
    const { cct, who } = this.messenger;
    const fn = `${this.className}.${what}`;
    cct.log?.(tid === undefined ? { who, fn, facts } : { who, fn, tid, facts });
  }
}
