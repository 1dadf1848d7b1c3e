import type { Decoder } from '../../../common/Decoder.ts';
import type { Encoder } from '../../../common/Encoder.ts';
import {
  decodeAddr,
  decodeAddrvec,
  encodeAddr,
  encodeAddrvec,
  type entity_addr_t,
  type entity_addrvec_t,
} from '../../msg_types.ts';

/** The payloads of the frames that begin a session. Ceph: ClientIdentFrame and what follows it. */

/**
 * CLIENT_IDENT: own addresses, address of the server, s64 global_id, u64 global_seq, u64 features
 * supported, u64 features required, u64 flags, u64 cookie.
 */
export interface ClientIdentFrame {
  readonly addrs: entity_addrvec_t;
  readonly targetAddr: entity_addr_t;
  /** -1: not known yet. */
  readonly gid: number;
  readonly globalSeq: number;
  readonly supportedFeatures: bigint;
  readonly requiredFeatures: bigint;
  /** CEPH_MSG_CONNECT_LOSSY. */
  readonly flags: number;
  /** 0: lossy. */
  readonly cookie: bigint;
}

export function encodeClientIdent(enc: Encoder, ident: ClientIdentFrame): void {
  encodeAddrvec(enc, ident.addrs);
  encodeAddr(enc, ident.targetAddr);
  encodeSession(enc, ident);
}

export function decodeClientIdent(dec: Decoder): ClientIdentFrame {
  const addrs = decodeAddrvec(dec);
  return { addrs, targetAddr: decodeAddr(dec), ...decodeSession(dec) };
}

/** SERVER_IDENT: as CLIENT_IDENT, without the address of the peer. */
export type ServerIdentFrame = Omit<ClientIdentFrame, 'targetAddr'>;

export function encodeServerIdent(enc: Encoder, ident: ServerIdentFrame): void {
  encodeAddrvec(enc, ident.addrs);
  encodeSession(enc, ident);
}

export function decodeServerIdent(dec: Decoder): ServerIdentFrame {
  return { addrs: decodeAddrvec(dec), ...decodeSession(dec) };
}

type IdentSession = Omit<ServerIdentFrame, 'addrs'>;

/** What both end with. */
function encodeSession(enc: Encoder, ident: IdentSession): void {
  enc.u64(ident.gid);
  enc.u64(ident.globalSeq);
  enc.bigU64(ident.supportedFeatures);
  enc.bigU64(ident.requiredFeatures);
  enc.u64(ident.flags);
  enc.bigU64(ident.cookie);
}

function decodeSession(dec: Decoder): IdentSession {
  return {
    gid: dec.s64(),
    globalSeq: dec.u64(),
    supportedFeatures: dec.bigU64(),
    requiredFeatures: dec.bigU64(),
    flags: dec.u64(),
    cookie: dec.bigU64(),
  };
}

/** IDENT_MISSING_FEATURES: u64 features that the sender of the ident lacks. */
export function encodeIdentMissingFeatures(enc: Encoder, features: bigint): void {
  enc.bigU64(features);
}

export function decodeIdentMissingFeatures(dec: Decoder): bigint {
  return dec.bigU64();
}
