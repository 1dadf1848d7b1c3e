import { DummyAuth } from '../../auth/DummyAuth.ts';
import type { Decoder } from '../../common/Decoder.ts';
import { assert, DecodeError } from '../../common/errors.ts';
import type { LogEntry } from '../../common/Log.ts';
import type { utime_t } from '../../common/utime_t.ts';
import type { Message } from '../Message.ts';
import type { entity_name_t } from '../msg_types.ts';
import { CEPH_MSG_CONNECT_LOSSY } from '../msgr.ts';
import type { Handshake, Want } from '../msgr1/handshake.ts';
import type { Policy } from '../Policy.ts';
import { ReadThrottle } from '../ReadThrottle.ts';
import { type AcceptedV2, acceptV2, type ExistingSessionV2 } from './accept_v2.ts';
import { type ConnectedV2, connectV2 } from './connect_v2.ts';
import { encodeServerIdent } from './frames/ident_frames.ts';
import { decodeKeepalive, decodeSeq, encodeKeepalive, encodeSeq } from './frames/session_frames.ts';
import {
  frameTagToString,
  TAG_ACK,
  TAG_KEEPALIVE2,
  TAG_KEEPALIVE2_ACK,
  TAG_MESSAGE,
  TAG_SERVER_IDENT,
  TAG_SESSION_RECONNECT_OK,
} from './frames_v2.ts';
import { blankHeader2, decodeMessage, decodeTid, writeMessage } from './message_frame.ts';
import { Protocol, type ProtocolHost, type ProtocolMessenger } from './Protocol.ts';
import { FRAME_WANTED } from './read_frame.ts';
import { SessionV2 } from './SessionV2.ts';
import { WireV2 } from './WireV2.ts';

const NO_WANT: Want = { bytes: 0, what: 'connection' };

/** Where authentication was not set up, everybody is let in. */
const ANONYMOUS = new DummyAuth();

/** msgr v2.1. Ceph: src/msg/async/ProtocolV2.cc. */
export class ProtocolV2 extends Protocol implements ExistingSessionV2 {
  protected readonly className = 'ProtocolV2';
  session: SessionV2 = new SessionV2();
  protected throttle: ReadThrottle | undefined;
  #wire: WireV2;
  #handshake: Handshake<void> | undefined;
  #want: Want = NO_WANT;
  /** A preamble has been read, its segments have not. */
  #isInside = false;
  /** Frames of the open connection that have been read. */
  count = 0;
  readonly #header = blankHeader2();
  #peerName: entity_name_t = { type: 0, num: -1 };

  constructor(
    messenger: ProtocolMessenger,
    host: ProtocolHost,
    state: 'CONNECTING' | 'ACCEPTING',
    policy: Policy,
  ) {
    super(messenger, host, state, policy);
    this.#wire = new WireV2(messenger.cct, messenger.sendBuffer);
  }

  // ---- for `judgeIdent`, when the peer dials anew

  get isConnecting(): boolean {
    return this.state === 'CONNECTING' || this.state === 'WAIT';
  }

  get clientCookie(): bigint {
    return this.session.clientCookie;
  }

  get serverCookie(): bigint {
    return this.session.serverCookie;
  }

  get connectSeq(): number {
    return this.session.connectSeq;
  }

  get peerGlobalSeq(): number {
    return this.session.peerGlobalSeq;
  }

  // ---- the handshake

  protected get wanted(): string {
    return this.#want.what;
  }

  protected startHandshake(): void {
    this.#wire = new WireV2(this.messenger.cct, this.messenger.sendBuffer);
    this.#handshake = this.state === 'ACCEPTING' ? this.#accept() : this.#connect();
    this.#advance(undefined);
  }

  *#connect(): Handshake<void> {
    const { host, messenger, session } = this;
    const { cct } = messenger;
    const connected = yield* connectV2(
      {
        myType: messenger.myName.type,
        con: host,
        targetAddr: host.targetAddr,
        policy: this.policy,
        authClient: messenger.authClient ?? ANONYMOUS,
        crypto: cct.crypto,
        session,
        myNum: () => messenger.myName.num,
        myAddrs: () => messenger.myAddrs,
        learnedAddr: (addr) => messenger.learnedAddr(addr),
        getGlobalSeq: (atLeast) => messenger.getGlobalSeq(atLeast),
        newCookie: () => this.#newCookie(),
        resetSession: () => this.resetSession(0),
      },
      this.#wire,
    );
    this.#connected(connected);
  }

  #connected(connected: ConnectedV2): void {
    const { host, session } = this;
    if (connected.kind === 'wait') {
      this.waitForPeer();
      return;
    }
    if (connected.kind === 'ident') {
      const { ident } = connected;
      session.serverCookie = ident.cookie;
      session.peerGlobalSeq = ident.globalSeq;
      host.register(ident.addrs);
      host.features = ident.supportedFeatures & this.policy.featuresSupported;
      this.#peerName = { type: host.peerType, num: ident.gid };
      this.policy = { ...this.policy, lossy: (ident.flags & CEPH_MSG_CONNECT_LOSSY) !== 0 };
    } else {
      session.out.discardRequeuedUpTo(connected.msgSeq);
    }
    host.tellConnect();
    this.#open();
  }

  *#accept(): Handshake<void> {
    const { host, messenger } = this;
    const accepted = yield* acceptV2(
      {
        myType: messenger.myName.type,
        con: host,
        myAddrs: messenger.myAddrs,
        socketAddr: host.targetAddr,
        authServer: messenger.authServer ?? ANONYMOUS,
        crypto: messenger.cct.crypto,
        setPeerType: (peerType) => {
          host.peerType = peerType;
          this.policy = messenger.getPolicy(peerType);
          return this.policy;
        },
        lookup: (addrs) => {
          const existing = messenger.lookupProtocol(addrs);
          return existing instanceof ProtocolV2 ? existing : undefined;
        },
      },
      this.#wire,
    );
    this.#accepted(accepted);
  }

  #accepted(accepted: AcceptedV2): void {
    const existing = this.messenger.lookupProtocol(accepted.addrs);
    const isToGoOn = accepted.how !== 'new' && accepted.how !== 'replace';
    if (isToGoOn && existing instanceof ProtocolV2) {
      if (accepted.how === 'reset') existing.resetSession(0);
      this.takePlaceOf(existing);
      this.session = existing.session;
      this.#peerName = existing.#peerName;
    } else {
      // Whoever spoke v1 until now and speaks v2 begins anew too.
      existing?.replace();
    }
    const { host, session } = this;
    host.peerAuth = accepted.auth;
    session.peerGlobalSeq = accepted.globalSeq;
    session.connectSeq = accepted.connectSeq;
    host.register(accepted.addrs);
    if (accepted.how === 'reconnect') {
      session.out.discardRequeuedUpTo(accepted.msgSeq);
      encodeSeq(this.#wire.out.startFrame(TAG_SESSION_RECONNECT_OK), session.inSeq);
      this.#wire.out.finishFrame();
    } else {
      this.#beginSession(accepted);
    }
    host.tellAccept();
    this.#open();
  }

  #beginSession(accepted: AcceptedV2): void {
    const { host, messenger, policy, session } = this;
    session.forgetReceived();
    session.clientCookie = accepted.clientCookie;
    session.serverCookie = policy.lossy ? 0n : this.#newCookie();
    host.features = accepted.features;
    this.#peerName = { type: host.peerType, num: accepted.gid };
    encodeServerIdent(this.#wire.out.startFrame(TAG_SERVER_IDENT), {
      addrs: messenger.myAddrs,
      gid: messenger.myName.num,
      globalSeq: messenger.getGlobalSeq(0),
      supportedFeatures: policy.featuresSupported,
      requiredFeatures: policy.featuresRequired,
      flags: policy.lossy ? CEPH_MSG_CONNECT_LOSSY : 0,
      cookie: session.serverCookie,
    });
    this.#wire.out.finishFrame();
  }

  #open(): void {
    const { dispatchQueue } = this.messenger;
    this.throttle = new ReadThrottle(this.policy, dispatchQueue.dispatchThrottler, this.resume);
    this.#wire.reader.receiveInto((header, length) =>
      this.host.rxBuffer(decodeTid(header), length),
    );
    this.ready();
  }

  /** A random number that is not 0. */
  #newCookie(): bigint {
    const { random } = this.messenger.cct;
    const cookie = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
    return cookie === 0n ? 1n : cookie;
  }

  protected dropConnection(): void {
    this.#handshake = undefined;
    this.#isInside = false;
    this.#want = NO_WANT;
    this.throttle?.cancel();
    this.throttle = undefined;
  }

  protected countConnection(): void {
    if (this.session.serverCookie !== 0n) this.session.connectSeq++;
  }

  // ---- reading

  get owed(): number | undefined {
    if (this.throttle?.isWaiting) return undefined;
    if (this.#isInside) return this.#wire.reader.messageLength;
    // Half a preamble is to end in time, too.
    return this.#wire.recv.available > 0 ? 0 : undefined;
  }

  readBuffer(): Uint8Array {
    return this.#wire.reader.readBuffer();
  }

  protected onBytes(count: number): void {
    if (count > 0) this.#wire.reader.onRead(count);
  }

  protected read(): void {
    while (this.#handshake !== undefined) {
      const { bytes, what } = this.#want;
      const { reader } = this.#wire;
      const dec = bytes === FRAME_WANTED ? this.#readControlFrame() : reader.readRaw(bytes, what);
      if (dec === undefined) return;
      this.#advance(dec);
    }
    while (this.state === 'READY' && this.#readFrame()) this.#handleFrame();
  }

  #advance(dec: Decoder | undefined): void {
    const handshake = this.#handshake;
    assert(handshake !== undefined, 'a handshake to go on with');
    const step = dec === undefined ? handshake.next() : handshake.next(dec);
    if (step.done) {
      this.#handshake = undefined;
      this.#want = NO_WANT;
    } else {
      this.#want = step.value;
      this.host.flush();
    }
  }

  #readControlFrame(): Decoder | undefined {
    const { reader } = this.#wire;
    if (!this.#isInside) {
      if (!reader.readPreamble()) return undefined;
      // Nothing is allocated for a message of who is not yet known.
      if (reader.tag === TAG_MESSAGE) {
        throw new DecodeError('frame.tag', 0, `${frameTagToString(TAG_MESSAGE)} is too early`);
      }
      this.#isInside = true;
    }
    if (!reader.readSegments()) return undefined;
    this.#isInside = false;
    return reader.first();
  }

  /** False: more bytes are wanted, or a message waits for its throttle. */
  #readFrame(): boolean {
    const { reader } = this.#wire;
    if (!this.#isInside) {
      if (!reader.readPreamble()) return false;
      this.#isInside = true;
      if (reader.tag === TAG_MESSAGE) this.throttle?.take(reader.messageLength);
    }
    if (this.throttle?.isWaiting || !reader.readSegments()) return false;
    this.#isInside = false;
    this.count++;
    return true;
  }

  #handleFrame(): void {
    const { reader } = this.#wire;
    switch (reader.tag) {
      case TAG_MESSAGE:
        this.#handleMessage();
        break;
      case TAG_ACK:
        this.#handleAck(decodeSeq(reader.first()));
        break;
      case TAG_KEEPALIVE2:
        this.log('handleKeepalive2', {});
        this.answerKeepalive(decodeKeepalive(reader.first()));
        break;
      case TAG_KEEPALIVE2_ACK:
        this.log('handleKeepalive2Ack', {});
        this.keepaliveAnswered();
        break;
      default: {
        const reason = `${frameTagToString(reader.tag)} is none of an open connection`;
        throw new DecodeError('frame.tag', 0, reason);
      }
    }
  }

  #handleMessage(): void {
    const { throttle } = this;
    const { reader } = this.#wire;
    if (reader.isAborted) {
      throttle?.cancel();
      return;
    }
    const size = reader.messageLength;
    const message = decodeMessage(reader, this.#header, this.messenger.messageFactory);
    const { seq, tid, type, ackSeq } = this.#header;
    if (this.isLogged) {
      this.log('handleMessage', { seq, type, known: message !== undefined }, tid);
    }
    this.acked(ackSeq);
    // What nobody knows is dropped, but it has been received.
    if (!this.received(seq) || message === undefined) {
      throttle?.cancel();
      return;
    }
    message.src = this.#peerName;
    message.throttle = throttle;
    message.throttleSize = size;
    throttle?.handOver();
    this.host.deliver(message);
  }

  #handleAck(seq: number): void {
    this.log('handleMessageAck', { seq });
    this.acked(seq);
  }

  // ---- writing

  protected writeMessage(message: Message): void {
    writeMessage(this.#wire.out, message, this.session.inSeq);
    this.session.inSeqAcked = this.session.inSeq;
  }

  protected get writtenFacts(): LogEntry['facts'] {
    const { isSecure, out } = this.#wire;
    return isSecure ? { sealed: true } : { ...out.crcs };
  }

  protected writeAck(): void {
    encodeSeq(this.#wire.out.startFrame(TAG_ACK), this.session.inSeq);
    this.#wire.out.finishFrame();
  }

  protected writeKeepalive(stamp: utime_t): void {
    encodeKeepalive(this.#wire.out.startFrame(TAG_KEEPALIVE2), stamp);
    this.#wire.out.finishFrame();
  }

  protected writeKeepaliveAck(stamp: utime_t): void {
    encodeKeepalive(this.#wire.out.startFrame(TAG_KEEPALIVE2_ACK), stamp);
    this.#wire.out.finishFrame();
  }
}
