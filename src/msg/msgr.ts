import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import {
  CEPH_ENTITY_TYPE_MDS,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../common/entity_name.ts';
import { utf8Encode } from '../common/utf8.ts';
import type { Message } from './Message.ts';
import { type entity_name_t, LEGACY_ADDR_LENGTH } from './msg_types.ts';

/**
 * The wire of msgr v1: constants and layouts. Ceph: src/include/msgr.h. All integers are
 * little-endian, nothing is padded.
 */

/** `ceph v027`, with no newline and no end. Both sides send it first. */
export const CEPH_BANNER: Uint8Array = utf8Encode('ceph v027');
/** What follows a server's banner: its own address, then the client's as the server sees it. */
export const SERVER_ADDRS_LENGTH: number = 2 * LEGACY_ADDR_LENGTH;

export const CEPH_MSGR_TAG_READY = 1;
export const CEPH_MSGR_TAG_RESETSESSION = 2;
export const CEPH_MSGR_TAG_WAIT = 3;
export const CEPH_MSGR_TAG_RETRY_SESSION = 4;
export const CEPH_MSGR_TAG_RETRY_GLOBAL = 5;
export const CEPH_MSGR_TAG_CLOSE = 6;
export const CEPH_MSGR_TAG_MSG = 7;
export const CEPH_MSGR_TAG_ACK = 8;
export const CEPH_MSGR_TAG_KEEPALIVE = 9;
export const CEPH_MSGR_TAG_BADPROTOVER = 10;
export const CEPH_MSGR_TAG_BADAUTHORIZER = 11;
export const CEPH_MSGR_TAG_FEATURES = 12;
export const CEPH_MSGR_TAG_SEQ = 13;
export const CEPH_MSGR_TAG_KEEPALIVE2 = 14;
export const CEPH_MSGR_TAG_KEEPALIVE2_ACK = 15;
export const CEPH_MSGR_TAG_CHALLENGE_AUTHORIZER = 16;

const TAG_NAMES = [
  'none READY RESETSESSION WAIT RETRY_SESSION RETRY_GLOBAL CLOSE MSG ACK KEEPALIVE BADPROTOVER',
  'BADAUTHORIZER FEATURES SEQ KEEPALIVE2 KEEPALIVE2_ACK CHALLENGE_AUTHORIZER',
].flatMap((names) => names.split(' '));

/** `SEQ (13)`. */
export function tagToString(tag: number): string {
  return `${TAG_NAMES[tag] ?? 'unknown'} (${tag})`;
}

/** In the flags of connect and connect_reply. */
export const CEPH_MSG_CONNECT_LOSSY = 1;

/** In the flags of the footer: all of the message was sent; its data has no crc; it is signed. */
export const CEPH_MSG_FOOTER_COMPLETE = 1;
export const CEPH_MSG_FOOTER_NOCRC = 2;
export const CEPH_MSG_FOOTER_SIGNED = 4;

/** Versions of what daemons speak with clients, and of what those of one type speak with each other. */
const CEPH_OSDC_PROTOCOL = 24;
const CEPH_MDSC_PROTOCOL = 32;
const CEPH_MONC_PROTOCOL = 15;
const CEPH_OSD_PROTOCOL = 10;
const CEPH_MDS_PROTOCOL = 36;
const CEPH_MON_PROTOCOL = 13;

/** The version that a daemon speaks with a peer of `peerType`. Ceph: Messenger::get_proto_version. */
export function getProtoVersion(daemonType: number, peerType: number): number {
  const isInternal = peerType === daemonType;
  switch (daemonType) {
    case CEPH_ENTITY_TYPE_OSD:
      return isInternal ? CEPH_OSD_PROTOCOL : CEPH_OSDC_PROTOCOL;
    case CEPH_ENTITY_TYPE_MON:
      return isInternal ? CEPH_MON_PROTOCOL : CEPH_MONC_PROTOCOL;
    case CEPH_ENTITY_TYPE_MDS:
      return isInternal ? CEPH_MDS_PROTOCOL : CEPH_MDSC_PROTOCOL;
    default:
      return 0;
  }
}

/**
 * What a client asks for: u64 features, u32 host_type, u32 global_seq, u32 connect_seq,
 * u32 protocol_version, u32 authorizer_protocol, u32 authorizer_len, u8 flags; then the authorizer.
 */
export interface ceph_msg_connect {
  readonly features: bigint;
  /** CEPH_ENTITY_TYPE_* of who connects. */
  readonly hostType: number;
  /** Counts all attempts of the client's messenger. */
  readonly globalSeq: number;
  /** Counts the connections of this session. */
  readonly connectSeq: number;
  readonly protocolVersion: number;
  readonly authorizerProtocol: number;
  readonly authorizerLen: number;
  readonly flags: number;
}

export const CEPH_MSG_CONNECT_LENGTH = 33;

export function encodeConnect(enc: Encoder, connect: ceph_msg_connect): void {
  enc.bigU64(connect.features);
  enc.u32(connect.hostType);
  enc.u32(connect.globalSeq);
  enc.u32(connect.connectSeq);
  enc.u32(connect.protocolVersion);
  enc.u32(connect.authorizerProtocol);
  enc.u32(connect.authorizerLen);
  enc.u8(connect.flags);
}

export function decodeConnect(dec: Decoder): ceph_msg_connect {
  return {
    features: dec.bigU64(),
    hostType: dec.u32(),
    globalSeq: dec.u32(),
    connectSeq: dec.u32(),
    protocolVersion: dec.u32(),
    authorizerProtocol: dec.u32(),
    authorizerLen: dec.u32(),
    flags: dec.u8(),
  };
}

/**
 * What the server answers: u8 tag, u64 features, u32 global_seq, u32 connect_seq,
 * u32 protocol_version, u32 authorizer_len, u8 flags; then the reply to the authorizer.
 */
export interface ceph_msg_connect_reply {
  readonly tag: number;
  readonly features: bigint;
  readonly globalSeq: number;
  readonly connectSeq: number;
  readonly protocolVersion: number;
  readonly authorizerLen: number;
  readonly flags: number;
}

export const CEPH_MSG_CONNECT_REPLY_LENGTH = 26;

export function encodeConnectReply(enc: Encoder, reply: ceph_msg_connect_reply): void {
  enc.u8(reply.tag);
  enc.bigU64(reply.features);
  enc.u32(reply.globalSeq);
  enc.u32(reply.connectSeq);
  enc.u32(reply.protocolVersion);
  enc.u32(reply.authorizerLen);
  enc.u8(reply.flags);
}

export function decodeConnectReply(dec: Decoder): ceph_msg_connect_reply {
  return {
    tag: dec.u8(),
    features: dec.bigU64(),
    globalSeq: dec.u32(),
    connectSeq: dec.u32(),
    protocolVersion: dec.u32(),
    authorizerLen: dec.u32(),
    flags: dec.u8(),
  };
}

/**
 * Before each message: u64 seq, u64 tid, u16 type, u16 priority, u16 version, u32 front_len,
 * u32 middle_len, u32 data_len, u16 data_off, src { u8 type, s64 num }, u16 compat_version,
 * u16 reserved, u32 crc of all that. Mutable, so that one record serves a connection.
 */
export interface ceph_msg_header {
  seq: number;
  tid: number;
  type: number;
  priority: number;
  version: number;
  frontLen: number;
  middleLen: number;
  dataLen: number;
  dataOff: number;
  srcType: number;
  srcNum: number;
  compatVersion: number;
  crc: number;
}

export const CEPH_MSG_HEADER_LENGTH = 53;
/** The bytes of a header that its crc covers. */
export const CEPH_MSG_HEADER_CRC_OFFSET = 49;
const FRONT_LEN_OFFSET = 22;

/** Writes all but front_len and the crc, which {@link sealHeader} puts in when the front is there. */
export function encodeHeader(enc: Encoder, message: Message, src: entity_name_t): void {
  enc.u64(message.seq);
  enc.u64(message.tid);
  enc.u16(message.type);
  enc.u16(message.priority);
  enc.u16(message.version);
  enc.u32(0);
  enc.u32(message.middle.length);
  enc.u32(message.dataLength());
  enc.u16(message.dataOff);
  enc.u8(src.type);
  enc.u64(src.num);
  enc.u16(message.compatVersion);
  enc.u16(0);
  enc.u32(0);
}

/** Completes the header at `at`; answers its crc. `withCrc` false: 0, as Ceph sends it unchecked. */
export function sealHeader(enc: Encoder, at: number, frontLen: number, withCrc: boolean): number {
  enc.patchU32(at + FRONT_LEN_OFFSET, frontLen);
  if (!withCrc) return 0;
  const crc = enc.crc32c(0, at, at + CEPH_MSG_HEADER_CRC_OFFSET);
  enc.patchU32(at + CEPH_MSG_HEADER_CRC_OFFSET, crc);
  return crc;
}

/** Reads a header into `header`. Throws `DecodeError` for a seq, tid or num above 2^53. */
export function decodeHeader(dec: Decoder, header: ceph_msg_header): void {
  header.seq = dec.u64();
  header.tid = dec.u64();
  header.type = dec.u16();
  header.priority = dec.u16();
  header.version = dec.u16();
  header.frontLen = dec.u32();
  header.middleLen = dec.u32();
  header.dataLen = dec.u32();
  header.dataOff = dec.u16();
  header.srcType = dec.u8();
  header.srcNum = dec.s64();
  header.compatVersion = dec.u16();
  dec.skip(2);
  header.crc = dec.u32();
}

export function blankHeader(): ceph_msg_header {
  return {
    seq: 0,
    tid: 0,
    type: 0,
    priority: 0,
    version: 0,
    frontLen: 0,
    middleLen: 0,
    dataLen: 0,
    dataOff: 0,
    srcType: 0,
    srcNum: 0,
    compatVersion: 0,
    crc: 0,
  };
}

/** After each message: u32 crcs of front, middle and data, u64 signature, u8 flags. */
export const CEPH_MSG_FOOTER_LENGTH = 21;
