import type { AuthAuthorizer } from '../../auth/AuthClient.ts';
import type { Encoder } from '../../common/Encoder.ts';
import { DecodeError } from '../../common/errors.ts';
import { decodeLegacyAddr, encodeLegacyAddr, type entity_addr_t } from '../msg_types.ts';
import {
  CEPH_BANNER,
  CEPH_MSG_CONNECT_LOSSY,
  CEPH_MSG_CONNECT_REPLY_LENGTH,
  CEPH_MSGR_TAG_BADAUTHORIZER,
  CEPH_MSGR_TAG_BADPROTOVER,
  CEPH_MSGR_TAG_FEATURES,
  CEPH_MSGR_TAG_READY,
  CEPH_MSGR_TAG_RETRY_GLOBAL,
  CEPH_MSGR_TAG_SEQ,
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

/** What the connecting side knows and can ask. */
export interface ConnectSide {
  readonly myType: number;
  readonly peerType: number;
  /** What was dialled. */
  readonly peerAddr: entity_addr_t;
  readonly policy: Policy;
  readonly connectSeq: number;
  readonly inSeq: number;
  readonly authorizer: AuthAuthorizer | undefined;
  myAddr(): entity_addr_t;
  /** The peer sees us at `addr`. */
  learnedAddr(addr: entity_addr_t): void;
  /** The number of this attempt: more than all before, and than `atLeast`. */
  getGlobalSeq(atLeast: number): number;
}

export interface Connected {
  readonly features: bigint;
  readonly connectSeq: number;
  readonly peerGlobalSeq: number;
}

const ADDRS = { bytes: SERVER_ADDRS_LENGTH, what: 'server addresses' };
const REPLY = { bytes: CEPH_MSG_CONNECT_REPLY_LENGTH, what: 'ceph_msg_connect_reply' };
const IN_SEQ = { bytes: 8, what: 'in_seq' };

/**
 * The connecting side. Ceph: Pipe::connect.
 *
 * Out: banner; own address, connect, authorizer; in_seq if asked. In: banner, the server's address
 * and ours as it sees us; connect_reply, its authorizer's reply; in_seq if the tag is SEQ.
 */
export function* connect(side: ConnectSide, enc: Encoder): Handshake<Connected> {
  enc.raw(CEPH_BANNER);
  checkBanner(yield BANNER);
  const dec = yield ADDRS;
  checkPeerAddr(side.peerAddr, decodeLegacyAddr(dec));
  side.learnedAddr(decodeLegacyAddr(dec));
  encodeLegacyAddr(enc, side.myAddr());

  let globalSeq = side.getGlobalSeq(0);
  for (let retries = 0; ; retries++) {
    const asked = connectOf(side, globalSeq);
    encodeConnect(enc, asked);
    if (side.authorizer !== undefined) enc.raw(side.authorizer.bytes);
    const reply = decodeConnectReply(yield REPLY);
    if (reply.authorizerLen > 0) {
      yield wantAuthorizer(reply.authorizerLen, 'ceph_msg_connect_reply.authorizer_len', 21);
    }
    // Whoever says so again may say so for ever: that is for the back-off.
    if (reply.tag === CEPH_MSGR_TAG_RETRY_GLOBAL && retries === 0) {
      globalSeq = side.getGlobalSeq(reply.globalSeq);
      continue;
    }
    checkAccepted(side, asked, reply);
    if (reply.tag === CEPH_MSGR_TAG_SEQ) {
      // What it has of ours; a lossy session begins with nothing, so there is nothing to drop.
      (yield IN_SEQ).u64();
      enc.u64(side.inSeq);
    }
    return {
      features: reply.features & asked.features,
      connectSeq: reply.connectSeq,
      peerGlobalSeq: reply.globalSeq,
    };
  }
}

function connectOf(side: ConnectSide, globalSeq: number): ceph_msg_connect {
  return {
    features: side.policy.featuresSupported,
    hostType: side.myType,
    globalSeq,
    connectSeq: side.connectSeq,
    protocolVersion: getProtoVersion(side.peerType),
    authorizerProtocol: side.authorizer?.protocol ?? 0,
    authorizerLen: side.authorizer?.bytes.length ?? 0,
    flags: side.policy.lossy ? CEPH_MSG_CONNECT_LOSSY : 0,
  };
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
    case CEPH_MSGR_TAG_RETRY_GLOBAL:
      return `wants a global_seq above ${reply.globalSeq} once more`;
    case CEPH_MSGR_TAG_BADAUTHORIZER:
      return `refuses our authorizer (protocol ${asked.authorizerProtocol})`;
    default:
      return `${tagToString(reply.tag)} is no answer to a first connect`;
  }
}
