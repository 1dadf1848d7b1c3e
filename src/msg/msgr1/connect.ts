import type { AuthAuthorizer } from '../../auth/AuthClient.ts';
import type { AuthSessionHandler } from '../../auth/AuthSessionHandler.ts';
import type { Encoder } from '../../common/Encoder.ts';
import { DecodeError } from '../../common/errors.ts';
import { decodeLegacyAddr, encodeLegacyAddr, type entity_addr_t } from '../msg_types.ts';
import {
  CEPH_BANNER,
  CEPH_MSG_CONNECT_LOSSY,
  CEPH_MSG_CONNECT_REPLY_LENGTH,
  CEPH_MSGR_TAG_BADAUTHORIZER,
  CEPH_MSGR_TAG_BADPROTOVER,
  CEPH_MSGR_TAG_CHALLENGE_AUTHORIZER,
  CEPH_MSGR_TAG_FEATURES,
  CEPH_MSGR_TAG_READY,
  CEPH_MSGR_TAG_RESETSESSION,
  CEPH_MSGR_TAG_RETRY_GLOBAL,
  CEPH_MSGR_TAG_RETRY_SESSION,
  CEPH_MSGR_TAG_SEQ,
  CEPH_MSGR_TAG_WAIT,
  type ceph_msg_connect,
  type ceph_msg_connect_reply,
  decodeConnectReply,
  encodeConnect,
  getProtoVersion,
  SERVER_ADDRS_LENGTH,
  tagToString,
} from '../msgr.ts';
import type { Policy } from '../Policy.ts';
import { BANNER, checkBanner, type Handshake, wantAuthorizer } from './handshake.ts';
import type { Session } from './Session.ts';

/** What the connecting side knows and can ask. */
export interface ConnectSide {
  readonly myType: number;
  readonly peerType: number;
  /** What was dialled. */
  readonly peerAddr: entity_addr_t;
  readonly policy: Policy;
  readonly session: Session;
  /** Throws `DecodeError` when we have nothing to show yet. */
  buildAuthorizer(): AuthAuthorizer | undefined;
  /** The peer does not take it. */
  handleBadAuthorizer(): void;
  myAddr(): entity_addr_t;
  /** The peer sees us at `addr`. */
  learnedAddr(addr: entity_addr_t): void;
  /** The number of this attempt: more than all before, and than `atLeast`. */
  getGlobalSeq(atLeast: number): number;
  /** The peer has forgotten the session: so does this. */
  wasSessionReset(): void;
}

/** What was agreed, or that the peer wants to dial us. */
export type Connected =
  | 'wait'
  | {
      readonly features: bigint;
      /** The server decides. */
      readonly lossy: boolean;
      readonly signer: AuthSessionHandler | undefined;
    };

const ADDRS = { bytes: SERVER_ADDRS_LENGTH, what: 'server addresses' };
const REPLY = { bytes: CEPH_MSG_CONNECT_REPLY_LENGTH, what: 'ceph_msg_connect_reply' };
const IN_SEQ = { bytes: 8, what: 'in_seq' };
const EMPTY = new Uint8Array(0);

/**
 * How often a server may ask for another try on one connection. Each reason comes once or twice;
 * whoever goes on may do so for ever: that is for the back-off.
 */
const RETRIES_MAX = 5;

/**
 * The connecting side. Ceph: Pipe::connect.
 *
 * Out: banner; own address, connect, authorizer; in_seq if asked. In: banner, the server's address
 * and ours as it sees us; connect_reply, its authorizer's reply; in_seq if the tag is SEQ. A reply
 * may ask for another connect with another seq or authorizer.
 */
export function* connect(side: ConnectSide, enc: Encoder): Handshake<Connected> {
  enc.raw(CEPH_BANNER);
  checkBanner(yield BANNER);
  const dec = yield ADDRS;
  checkPeerAddr(side.peerAddr, decodeLegacyAddr(dec));
  side.learnedAddr(decodeLegacyAddr(dec));
  encodeLegacyAddr(enc, side.myAddr());

  const attempt = new Attempt(side);
  for (let retries = 0; ; retries++) {
    const asked = attempt.connect();
    encodeConnect(enc, asked);
    if (attempt.authorizer !== undefined) enc.raw(attempt.authorizer.bytes);
    const reply = decodeConnectReply(yield REPLY);
    let authReply: Uint8Array = EMPTY;
    if (reply.authorizerLen > 0) {
      const field = 'ceph_msg_connect_reply.authorizer_len';
      authReply = (yield wantAuthorizer(reply.authorizerLen, field, 21)).raw(reply.authorizerLen);
    }
    if (reply.tag === CEPH_MSGR_TAG_WAIT) return 'wait';
    if (retries < RETRIES_MAX && attempt.tryAgain(asked, reply, authReply)) continue;
    if (reply.tag === CEPH_MSGR_TAG_BADAUTHORIZER) side.handleBadAuthorizer();
    checkAccepted(side, asked, reply);
    attempt.verifyReply(authReply);
    if (reply.tag === CEPH_MSGR_TAG_SEQ) {
      side.session.out.discardRequeuedUpTo((yield IN_SEQ).u64());
      enc.u64(side.session.inSeq);
    }
    side.session.connectSeq = reply.connectSeq;
    side.session.peerGlobalSeq = reply.globalSeq;
    return {
      features: reply.features & asked.features,
      lossy: (reply.flags & CEPH_MSG_CONNECT_LOSSY) !== 0,
      signer: attempt.authorizer?.sessionHandler,
    };
  }
}

/** What changes from one connect to the next on one connection. */
class Attempt {
  authorizer: AuthAuthorizer | undefined;
  readonly #side: ConnectSide;
  #globalSeq: number;

  constructor(side: ConnectSide) {
    this.#side = side;
    this.#globalSeq = side.getGlobalSeq(0);
    this.authorizer = side.buildAuthorizer();
  }

  connect(): ceph_msg_connect {
    const { policy, myType, peerType, session } = this.#side;
    return {
      features: policy.featuresSupported,
      hostType: myType,
      globalSeq: this.#globalSeq,
      connectSeq: session.connectSeq,
      protocolVersion: getProtoVersion(peerType, myType),
      authorizerProtocol: this.authorizer?.protocol ?? 0,
      authorizerLen: this.authorizer?.bytes.length ?? 0,
      flags: policy.lossy ? CEPH_MSG_CONNECT_LOSSY : 0,
    };
  }

  /** False: `reply` asks for no other try, or for one that makes no sense. */
  tryAgain(asked: ceph_msg_connect, reply: ceph_msg_connect_reply, authReply: Uint8Array): boolean {
    const { session } = this.#side;
    switch (reply.tag) {
      case CEPH_MSGR_TAG_RETRY_GLOBAL:
        this.#globalSeq = this.#side.getGlobalSeq(reply.globalSeq);
        return true;
      case CEPH_MSGR_TAG_RETRY_SESSION:
        if (reply.connectSeq <= asked.connectSeq) return false;
        session.connectSeq = reply.connectSeq;
        return true;
      case CEPH_MSGR_TAG_RESETSESSION:
        if (asked.connectSeq === 0) return false;
        this.#side.wasSessionReset();
        return true;
      case CEPH_MSGR_TAG_CHALLENGE_AUTHORIZER:
        this.authorizer = this.authorizer?.addChallenge?.(authReply);
        return this.authorizer !== undefined;
      default:
        return false;
    }
  }

  verifyReply(authReply: Uint8Array): void {
    const { authorizer } = this;
    if (authorizer?.verifyReply === undefined) return;
    if (authorizer.verifyReply(authReply) !== undefined) return;
    throw new DecodeError('authorizer reply', 0, 'the server cannot have read our authorizer');
  }
}

/** A server that does not know its own ip is believed when port and nonce are right. */
function checkPeerAddr(dialled: entity_addr_t, said: entity_addr_t): void {
  const sameIp = said.ip === dialled.ip || said.isBlankIp();
  if (sameIp && said.port === dialled.port && said.nonce === dialled.nonce) return;
  throw new DecodeError(
    'server addresses',
    0,
    `wrong node: ${said.getLegacyStr()} answers at ${dialled.getLegacyStr()}`,
  );
}

function checkAccepted(
  side: ConnectSide,
  asked: ceph_msg_connect,
  reply: ceph_msg_connect_reply,
): void {
  if (reply.tag !== CEPH_MSGR_TAG_READY && reply.tag !== CEPH_MSGR_TAG_SEQ) {
    throw new DecodeError('ceph_msg_connect_reply.tag', 0, refusal(asked, reply));
  }
  const missing = side.policy.featuresRequired & ~reply.features;
  if (missing !== 0n) {
    throw new DecodeError(
      'ceph_msg_connect_reply.features',
      1,
      `lacks required features 0x${missing.toString(16)}`,
    );
  }
  if (reply.connectSeq !== asked.connectSeq + 1) {
    throw new DecodeError(
      'ceph_msg_connect_reply.connect_seq',
      13,
      `${reply.connectSeq} in answer to ${asked.connectSeq}`,
    );
  }
}

function refusal(asked: ceph_msg_connect, reply: ceph_msg_connect_reply): string {
  switch (reply.tag) {
    case CEPH_MSGR_TAG_FEATURES:
      return `wants features 0x${(reply.features & ~asked.features).toString(16)} that we lack`;
    case CEPH_MSGR_TAG_BADPROTOVER:
      return `speaks protocol version ${reply.protocolVersion}, not ${asked.protocolVersion}`;
    case CEPH_MSGR_TAG_BADAUTHORIZER:
      return `refuses our authorizer (protocol ${asked.authorizerProtocol})`;
    case CEPH_MSGR_TAG_RETRY_GLOBAL:
      return `wants a global_seq above ${reply.globalSeq} once more`;
    default:
      return `${tagToString(reply.tag)} is no answer to a connect with seq ${asked.connectSeq}`;
  }
}
