import type { AuthSessionHandler } from '../../auth/AuthSessionHandler.ts';
import { CEPH_FEATURE_MSG_AUTH, haveFeature } from '../../common/ceph_features.ts';
import { assert } from '../../common/errors.ts';
import type { LogEntry } from '../../common/Log.ts';
import { SocketError } from '../../common/Stack.ts';
import { encodeUtime, type utime_t } from '../../common/utime_t.ts';
import type { Message } from '../Message.ts';
import { ADDR_TYPE_LEGACY, BLANK_ADDR, type entity_addr_t, legacyAddr } from '../msg_types.ts';
import {
  CEPH_MSGR_TAG_ACK,
  CEPH_MSGR_TAG_CLOSE,
  CEPH_MSGR_TAG_KEEPALIVE2,
  CEPH_MSGR_TAG_KEEPALIVE2_ACK,
  type ceph_msg_header,
} from '../msgr.ts';
import { type Admitted, accept } from '../msgr1/accept.ts';
import { connect } from '../msgr1/connect.ts';
import { type Handshake, HandshakeRunner } from '../msgr1/handshake.ts';
import type { AcceptDecision, ExistingSession } from '../msgr1/judge_existing.ts';
import { Session } from '../msgr1/Session.ts';
import { type TagEvents, TagReader } from '../msgr1/TagReader.ts';
import { ReadThrottle } from '../ReadThrottle.ts';
import { RecvBuffer } from '../RecvBuffer.ts';
import { Protocol } from './Protocol.ts';

/** SEQ_MASK of src/msg/Connection.h: where the numbers of a session that was reset begin, at most. */
const SEQ_MASK = 0x7fffffff;

/** What is to be known of a message before it is delivered. */
type MessageId = Pick<ceph_msg_header, 'seq' | 'tid' | 'type'>;

/** msgr v1, from the parts that SimpleMessenger is made of. Ceph: src/msg/async/ProtocolV1.cc. */
export class ProtocolV1 extends Protocol implements TagEvents {
  protected readonly className: string = 'ProtocolV1';
  session: Session = new Session();
  protected throttle: ReadThrottle | undefined;
  #recv: RecvBuffer | undefined;
  #handshake: HandshakeRunner | undefined;
  #reader: TagReader | undefined;
  /** Undefined: messages are not signed. */
  #signer: AuthSessionHandler | undefined;

  // ---- the handshake

  protected get wanted(): string {
    return this.#handshake?.wanted ?? 'connection';
  }

  protected startHandshake(): void {
    const machine = this.state === 'ACCEPTING' ? this.#accept() : this.#connect();
    this.#recv = new RecvBuffer(this.messenger.cct.alloc);
    this.#handshake = new HandshakeRunner(this.#recv, machine, () => this.host.flush());
    this.#handshake.start();
  }

  *#connect(): Handshake<void> {
    const { host, messenger, session } = this;
    const agreed = yield* connect(
      {
        myType: messenger.myName.type,
        peerType: host.peerType,
        peerAddr: host.targetAddr,
        policy: this.policy,
        session,
        buildAuthorizer: () => messenger.authClient?.buildAuthorizer(host.peerType),
        handleBadAuthorizer: () => messenger.authClient?.handleBadAuthorizer?.(host.peerType),
        myAddr: () => this.#myAddr,
        learnedAddr: (addr) => messenger.learnedAddr(addr),
        getGlobalSeq: (atLeast) => messenger.getGlobalSeq(atLeast),
        wasSessionReset: () => this.#wasSessionReset(),
      },
      messenger.writer.enc,
    );
    if (agreed === 'wait') {
      this.waitForPeer();
      return;
    }
    if (agreed.lossy !== this.policy.lossy) this.policy = { ...this.policy, lossy: agreed.lossy };
    host.tellConnect();
    this.#open(agreed.features, agreed.signer);
  }

  *#accept(): Handshake<void> {
    const { host, messenger } = this;
    const { features, auth } = yield* accept(
      {
        myType: messenger.myName.type,
        myAddr: this.#myAddr,
        socketAddr: host.targetAddr,
        getPolicy: (peerType) => messenger.getPolicy(peerType),
        getGlobalSeq: () => messenger.getGlobalSeq(0),
        findExisting: (peer) => this.#lookup(peer)?.existing(),
        onWait: (peer) => this.#lookup(peer)?.sendKeepalive(),
        verifyAuthorizer: (...asked) =>
          messenger.authServer === undefined
            ? 'anonymous'
            : messenger.authServer.verifyAuthorizer(...asked),
        admit: (peer, decision) => this.#admit(peer, decision),
      },
      messenger.writer.enc,
    );
    this.host.tellAccept();
    this.#open(features, auth === 'anonymous' ? undefined : auth.sessionHandler);
  }

  /** What another connection, from the same peer, has to know of this one. */
  existing(): ExistingSession {
    const { policy, session, state } = this;
    const { connectSeq, peerGlobalSeq, hasOpened } = session;
    const phase = state === 'CONNECTING' ? 'connecting' : state === 'WAIT' ? 'waiting' : 'settled';
    return { policy, connectSeq, peerGlobalSeq, hasOpened, phase };
  }

  /** Our session with who is at `peer`, if it is of v1. */
  #lookup(peer: entity_addr_t): ProtocolV1 | undefined {
    const existing = this.messenger.lookupProtocol([peer]);
    return existing instanceof ProtocolV1 ? existing : undefined;
  }

  #admit({ peerAddr, peerType, policy, auth }: Admitted, decision: AcceptDecision): Session {
    const existing = this.messenger.lookupProtocol([peerAddr]);
    this.policy = policy;
    if (existing instanceof ProtocolV1 && decision.action === 'take over') {
      if (decision.peerReset && policy.resetcheck) existing.#wasSessionReset();
      this.takePlaceOf(existing);
      this.session = existing.session;
    } else {
      existing?.replace();
    }
    const { host } = this;
    host.peerType = peerType;
    if (auth !== 'anonymous') host.peerAuth = auth;
    host.register([peerAddr]);
    this.admitted();
    return this.session;
  }

  #open(features: bigint, signer: AuthSessionHandler | undefined): void {
    const { cct, dispatchQueue, messageFactory } = this.messenger;
    assert(this.#recv !== undefined, 'open without a connection');
    this.host.features = features;
    this.#handshake = undefined;
    this.#signer = signer;
    this.throttle = new ReadThrottle(this.policy, dispatchQueue.dispatchThrottler, this.resume);
    this.#reader = new TagReader(cct, this.#recv, messageFactory, this.throttle, signer, this);
    this.session.hasOpened = true;
    this.ready();
  }

  get #myAddr(): entity_addr_t {
    const { myAddrs } = this.messenger;
    return legacyAddr(myAddrs) ?? (myAddrs[0] ?? BLANK_ADDR).with({ type: ADDR_TYPE_LEGACY });
  }

  #wasSessionReset(): void {
    const isRandom = haveFeature(this.host.features, CEPH_FEATURE_MSG_AUTH);
    this.resetSession(isRandom ? this.messenger.cct.random.uint32() & SEQ_MASK : 0);
  }

  protected dropConnection(): void {
    this.#handshake?.stop();
    this.#handshake = undefined;
    this.#reader?.stop();
    this.#reader = undefined;
    this.throttle = undefined;
  }

  protected countConnection(isRetry: boolean): void {
    if (!isRetry && this.session.connectSeq > 0) this.session.connectSeq++;
  }

  // ---- reading

  get count(): number {
    return this.#reader?.count ?? 0;
  }

  get owed(): number | undefined {
    return this.#reader?.owed;
  }

  readBuffer(): Uint8Array {
    const source = this.#reader ?? this.#handshake;
    assert(source !== undefined, 'a read before the connection');
    return source.readBuffer();
  }

  protected onBytes(count: number): void {
    const source = this.#reader ?? this.#handshake;
    if (count > 0) source?.onRead(count);
  }

  protected read(): void {
    this.#reader?.read();
  }

  onMessage(header: MessageId, message: Message | undefined): void {
    const { seq, tid, type } = header;
    if (this.isLogged) {
      this.log('handleMessage', { seq, type, known: message !== undefined }, tid);
    }
    if (this.received(seq)) {
      if (message !== undefined) this.host.deliver(message);
    } else {
      message?.releaseThrottle();
    }
  }

  onKeepalive2(stamp: utime_t): void {
    this.answerKeepalive(stamp);
  }

  onKeepalive2Ack(): void {
    this.keepaliveAnswered();
  }

  onAck(seq: number): void {
    this.acked(seq);
  }

  onCloseTag(): void {
    this.log('handleClose', {});
    const why = new SocketError('EOF', `${this.host.peerAddr}: the peer closed the session`);
    this.messenger.writer.enc.u8(CEPH_MSGR_TAG_CLOSE);
    this.host.flush();
    this.giveUp(why);
  }

  // ---- writing

  protected writeMessage(message: Message): void {
    const { writer, myName } = this.messenger;
    writer.writeMessage(message, myName, this.#signer);
  }

  protected get writtenFacts(): LogEntry['facts'] {
    const { header, front, data } = this.messenger.writer.digest;
    return { crc: header, front, data };
  }

  protected writeAck(): void {
    this.#writeTag(CEPH_MSGR_TAG_ACK).u64(this.session.inSeq);
  }

  protected writeKeepalive(stamp: utime_t): void {
    encodeUtime(this.#writeTag(CEPH_MSGR_TAG_KEEPALIVE2), stamp);
  }

  protected writeKeepaliveAck(stamp: utime_t): void {
    encodeUtime(this.#writeTag(CEPH_MSGR_TAG_KEEPALIVE2_ACK), stamp);
  }

  #writeTag(tag: number) {
    const { enc } = this.messenger.writer;
    enc.u8(tag);
    return enc;
  }
}
