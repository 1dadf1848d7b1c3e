import type { AuthChallenge, AuthConnectionMeta } from '../../auth/AuthServer.ts';
import type { Encoder } from '../../common/Encoder.ts';
import {
  compareAddr,
  decodeLegacyAddr,
  encodeLegacyAddr,
  type entity_addr_t,
  LEGACY_ADDR_LENGTH,
} from '../msg_types.ts';
import {
  CEPH_BANNER,
  CEPH_MSG_CONNECT_LENGTH,
  CEPH_MSG_CONNECT_LOSSY,
  CEPH_MSGR_TAG_BADAUTHORIZER,
  CEPH_MSGR_TAG_BADPROTOVER,
  CEPH_MSGR_TAG_CHALLENGE_AUTHORIZER,
  CEPH_MSGR_TAG_FEATURES,
  CEPH_MSGR_TAG_READY,
  CEPH_MSGR_TAG_SEQ,
  CEPH_MSGR_TAG_WAIT,
  type ceph_msg_connect,
  type ceph_msg_connect_reply,
  decodeConnect,
  encodeConnectReply,
  getProtoVersion,
} from '../msgr.ts';
import type { Policy } from '../Policy.ts';
import { BANNER, checkBanner, type Handshake, wantAuthorizer } from './handshake.ts';
import { type AcceptDecision, type ExistingSession, judgeExisting } from './judge_existing.ts';
import type { Session } from './Session.ts';

/** What the accepting side knows and can ask. */
export interface AcceptSide {
  readonly myType: number;
  readonly myAddr: entity_addr_t;
  /** Where the peer's socket is. */
  readonly socketAddr: entity_addr_t;
  getPolicy(peerType: number): Policy;
  getGlobalSeq(): number;
  /** What we have of `peer`. */
  findExisting(peer: entity_addr_t): ExistingSession | undefined;
  /** `peer` is told to wait for us: so we must follow through. */
  onWait(peer: entity_addr_t): void;
  /** Who the peer has shown itself to be; undefined: refused. `challenge`: what it answers. */
  verifyAuthorizer(
    peerType: number,
    protocol: number,
    authorizer: Uint8Array,
    challenge: Uint8Array | undefined,
  ): AuthConnectionMeta | AuthChallenge | 'anonymous' | undefined;
  /** The peer is let in: answers the session that goes on here. From now on it is ours to lose. */
  admit(peer: Admitted, decision: AcceptDecision): Session;
}

/** Who has been let in, and on what terms. */
export interface Admitted {
  readonly peerAddr: entity_addr_t;
  readonly peerType: number;
  readonly policy: Policy;
  readonly features: bigint;
  readonly auth: AuthConnectionMeta | 'anonymous';
}

const PEER_ADDR = { bytes: LEGACY_ADDR_LENGTH, what: 'client address' };
const CONNECT = { bytes: CEPH_MSG_CONNECT_LENGTH, what: 'ceph_msg_connect' };
const IN_SEQ = { bytes: 8, what: 'in_seq' };
const EMPTY = new Uint8Array(0);
const RECONNECT_SEQ = 1n << 6n;

/**
 * The accepting side. Ceph: Pipe::accept, ProtocolV1::handle_connect_message_2. The other half of
 * `connect`; a client that is refused is told why and may ask again.
 */
export function* accept(side: AcceptSide, enc: Encoder): Handshake<Admitted> {
  enc.raw(CEPH_BANNER);
  encodeLegacyAddr(enc, side.myAddr);
  encodeLegacyAddr(enc, side.socketAddr);
  checkBanner(yield BANNER);
  const said = decodeLegacyAddr(yield PEER_ADDR);
  const peerAddr = said.isBlankIp() ? said.with({ ip: side.socketAddr.ip }) : said;

  let challenge: Uint8Array | undefined;
  for (;;) {
    const asked = decodeConnect(yield CONNECT);
    let authorizer: Uint8Array = EMPTY;
    if (asked.authorizerLen > 0) {
      const want = wantAuthorizer(asked.authorizerLen, 'ceph_msg_connect.authorizer_len', 28);
      authorizer = (yield want).raw(asked.authorizerLen);
    }
    const found = judge(side, peerAddr, asked, authorizer, challenge);
    if ('tag' in found) {
      encodeConnectReply(enc, found);
      challenge = found.challenge;
      if (challenge !== undefined) enc.raw(challenge);
      continue;
    }
    const { admitted, decision } = found;
    const session = side.admit(admitted, decision);
    session.connectSeq = asked.connectSeq + 1;
    session.peerGlobalSeq = asked.globalSeq;
    if (decision.action === 'take over' && decision.peerReset) session.forgetReceived();
    const withSeq = (asked.features & RECONNECT_SEQ) !== 0n;
    const tag = withSeq ? CEPH_MSGR_TAG_SEQ : CEPH_MSGR_TAG_READY;
    const authReply =
      admitted.auth === 'anonymous' ? EMPTY : (admitted.auth.authorizerReply ?? EMPTY);
    encodeConnectReply(enc, {
      ...replyOf(side, admitted.policy, asked, tag),
      features: admitted.policy.featuresSupported,
      globalSeq: side.getGlobalSeq(),
      connectSeq: session.connectSeq,
      authorizerLen: authReply.length,
      flags: admitted.policy.lossy ? CEPH_MSG_CONNECT_LOSSY : 0,
    });
    enc.raw(authReply);
    if (withSeq) {
      enc.u64(session.inSeq);
      session.out.discardRequeuedUpTo((yield IN_SEQ).u64());
    }
    return admitted;
  }
}

type Refusal = ceph_msg_connect_reply & { readonly challenge?: Uint8Array };

function judge(
  side: AcceptSide,
  peerAddr: entity_addr_t,
  asked: ceph_msg_connect,
  authorizer: Uint8Array,
  answered: Uint8Array | undefined,
): Refusal | { admitted: Admitted; decision: AcceptDecision } {
  const peerType = asked.hostType;
  const policy = side.getPolicy(peerType);
  const refuse = (tag: number) => replyOf(side, policy, asked, tag);
  if (asked.protocolVersion !== getProtoVersion(side.myType, peerType)) {
    return refuse(CEPH_MSGR_TAG_BADPROTOVER);
  }
  if ((policy.featuresRequired & ~asked.features) !== 0n) return refuse(CEPH_MSGR_TAG_FEATURES);
  const auth = side.verifyAuthorizer(peerType, asked.authorizerProtocol, authorizer, answered);
  if (auth === undefined) return refuse(CEPH_MSGR_TAG_BADAUTHORIZER);
  if (typeof auth === 'object' && 'challenge' in auth) {
    const { challenge } = auth;
    const reply = refuse(CEPH_MSGR_TAG_CHALLENGE_AUTHORIZER);
    return { ...reply, authorizerLen: challenge.length, challenge };
  }
  const peerIsLower = compareAddr(peerAddr, side.myAddr) < 0;
  const decision = judgeExisting(asked, policy, side.findExisting(peerAddr), peerIsLower);
  if (decision.action === 'answer') {
    const { tag, globalSeq, connectSeq } = decision;
    if (tag === CEPH_MSGR_TAG_WAIT) side.onWait(peerAddr);
    return { ...refuse(tag), globalSeq, connectSeq };
  }
  const features = policy.featuresSupported & asked.features;
  return { admitted: { peerAddr, peerType, policy, features, auth }, decision };
}

/** A reply that says no. */
function replyOf(
  side: AcceptSide,
  policy: Policy,
  asked: ceph_msg_connect,
  tag: number,
): ceph_msg_connect_reply {
  return {
    tag,
    features: (asked.features & policy.featuresSupported) | policy.featuresRequired,
    globalSeq: 0,
    connectSeq: 0,
    protocolVersion: getProtoVersion(side.myType, asked.hostType),
    authorizerLen: 0,
    flags: 0,
  };
}
