import type { AuthConnectionMeta } from '../../auth/AuthServer.ts';
import type { Encoder } from '../../common/Encoder.ts';
import {
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
  CEPH_MSGR_TAG_FEATURES,
  CEPH_MSGR_TAG_READY,
  CEPH_MSGR_TAG_RETRY_GLOBAL,
  CEPH_MSGR_TAG_SEQ,
  type ceph_msg_connect,
  decodeConnect,
  encodeConnectReply,
  getProtoVersion,
} from '../msgr.ts';
import type { Policy } from '../Policy.ts';
import { BANNER, checkBanner, type Handshake, wantAuthorizer } from './handshake.ts';

/** What the accepting side knows and can ask. */
export interface AcceptSide {
  readonly myType: number;
  readonly myAddr: entity_addr_t;
  /** Where the peer's socket is. */
  readonly socketAddr: entity_addr_t;
  readonly inSeq: number;
  getPolicy(peerType: number): Policy;
  getGlobalSeq(): number;
  /** The global_seq with which `peer` opened the connection that it has; 0: it has none. */
  existingGlobalSeq(peer: entity_addr_t): number;
  /** Who the peer has shown itself to be; undefined: refused. */
  verifyAuthorizer(
    peerType: number,
    protocol: number,
    authorizer: Uint8Array,
  ): AuthConnectionMeta | 'anonymous' | undefined;
}

export interface Accepted {
  readonly peerAddr: entity_addr_t;
  readonly peerType: number;
  readonly policy: Policy;
  readonly features: bigint;
  readonly connectSeq: number;
  readonly peerGlobalSeq: number;
  readonly auth: AuthConnectionMeta | 'anonymous';
}

const PEER_ADDR = { bytes: LEGACY_ADDR_LENGTH, what: 'client address' };
const CONNECT = { bytes: CEPH_MSG_CONNECT_LENGTH, what: 'ceph_msg_connect' };
const IN_SEQ = { bytes: 8, what: 'in_seq' };
const EMPTY = new Uint8Array(0);
const RECONNECT_SEQ = 1n << 6n;

/**
 * The accepting side. Ceph: Pipe::accept. The other half of `connect`; a client that is refused is
 * told why and may ask again.
 */
export function* accept(side: AcceptSide, enc: Encoder): Handshake<Accepted> {
  enc.raw(CEPH_BANNER);
  encodeLegacyAddr(enc, side.myAddr);
  encodeLegacyAddr(enc, side.socketAddr);
  checkBanner(yield BANNER);
  const said = decodeLegacyAddr(yield PEER_ADDR);
  const peerAddr = said.isBlankIp() ? said.with({ ip: side.socketAddr.ip }) : said;

  for (;;) {
    const asked = decodeConnect(yield CONNECT);
    let authorizer = EMPTY as Uint8Array;
    if (asked.authorizerLen > 0) {
      const want = wantAuthorizer(asked.authorizerLen, 'ceph_msg_connect.authorizer_len', 28);
      authorizer = (yield want).raw(asked.authorizerLen);
    }
    const policy = side.getPolicy(asked.hostType);
    const auth = judge(side, enc, peerAddr, policy, asked, authorizer);
    if (auth === undefined) continue;

    const connectSeq = asked.connectSeq + 1;
    const withSeq = (asked.features & RECONNECT_SEQ) !== 0n;
    encodeConnectReply(enc, {
      tag: withSeq ? CEPH_MSGR_TAG_SEQ : CEPH_MSGR_TAG_READY,
      features: policy.featuresSupported,
      globalSeq: side.getGlobalSeq(),
      connectSeq,
      protocolVersion: getProtoVersion(side.myType),
      authorizerLen: 0,
      flags: policy.lossy ? CEPH_MSG_CONNECT_LOSSY : 0,
    });
    if (withSeq) {
      enc.u64(side.inSeq);
      (yield IN_SEQ).u64();
    }
    return {
      peerAddr,
      peerType: asked.hostType,
      policy,
      features: policy.featuresSupported & asked.features,
      connectSeq,
      peerGlobalSeq: asked.globalSeq,
      auth,
    };
  }
}

/** Undefined: the peer has been told why not. */
function judge(
  side: AcceptSide,
  enc: Encoder,
  peerAddr: entity_addr_t,
  policy: Policy,
  asked: ceph_msg_connect,
  authorizer: Uint8Array,
): AuthConnectionMeta | 'anonymous' | undefined {
  if (asked.protocolVersion !== getProtoVersion(side.myType)) {
    return refuse(side, enc, policy, asked, CEPH_MSGR_TAG_BADPROTOVER);
  }
  if ((policy.featuresRequired & ~asked.features) !== 0n) {
    return refuse(side, enc, policy, asked, CEPH_MSGR_TAG_FEATURES);
  }
  const auth = side.verifyAuthorizer(asked.hostType, asked.authorizerProtocol, authorizer);
  if (auth === undefined) return refuse(side, enc, policy, asked, CEPH_MSGR_TAG_BADAUTHORIZER);
  // An attempt that was overtaken on the way must not take the place of the newer one.
  const existing = side.existingGlobalSeq(peerAddr);
  if (asked.globalSeq < existing) {
    return refuse(side, enc, policy, asked, CEPH_MSGR_TAG_RETRY_GLOBAL, existing);
  }
  return auth;
}

function refuse(
  side: AcceptSide,
  enc: Encoder,
  policy: Policy,
  asked: ceph_msg_connect,
  tag: number,
  globalSeq = 0,
): undefined {
  encodeConnectReply(enc, {
    tag,
    features: (asked.features & policy.featuresSupported) | policy.featuresRequired,
    globalSeq,
    connectSeq: 0,
    protocolVersion: getProtoVersion(side.myType),
    authorizerLen: 0,
    flags: 0,
  });
}
