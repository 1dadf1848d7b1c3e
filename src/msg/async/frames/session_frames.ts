import type { Decoder } from '../../../common/Decoder.ts';
import type { Encoder } from '../../../common/Encoder.ts';
import { decodeUtime, encodeUtime, type utime_t } from '../../../common/utime_t.ts';
import { decodeAddrvec, encodeAddrvec, type entity_addrvec_t } from '../../msg_types.ts';

/**
 * The payloads of the frames that take a session up again and keep it. Ceph: ReconnectFrame and
 * what follows it. WAIT has none.
 */

/**
 * SESSION_RECONNECT: own addresses, u64 client_cookie, u64 server_cookie, u64 global_seq,
 * u64 connect_seq, u64 msg_seq.
 */
export interface ReconnectFrame {
  readonly addrs: entity_addrvec_t;
  readonly clientCookie: bigint;
  readonly serverCookie: bigint;
  readonly globalSeq: number;
  readonly connectSeq: number;
  /** The last message that the client has received. */
  readonly msgSeq: number;
}

export function encodeReconnect(enc: Encoder, reconnect: ReconnectFrame): void {
  encodeAddrvec(enc, reconnect.addrs);
  enc.bigU64(reconnect.clientCookie);
  enc.bigU64(reconnect.serverCookie);
  enc.u64(reconnect.globalSeq);
  enc.u64(reconnect.connectSeq);
  enc.u64(reconnect.msgSeq);
}

export function decodeReconnect(dec: Decoder): ReconnectFrame {
  return {
    addrs: decodeAddrvec(dec),
    clientCookie: dec.bigU64(),
    serverCookie: dec.bigU64(),
    globalSeq: dec.u64(),
    connectSeq: dec.u64(),
    msgSeq: dec.u64(),
  };
}

/** SESSION_RESET: u8, 1 when the client's side of the session is to be forgotten as well. */
export function encodeReset(enc: Encoder, full: boolean): void {
  enc.u8(full ? 1 : 0);
}

export function decodeReset(dec: Decoder): boolean {
  return dec.bool();
}

/**
 * SESSION_RETRY: u64 connect_seq. SESSION_RETRY_GLOBAL: u64 global_seq. SESSION_RECONNECT_OK: u64
 * msg_seq, the last message that the server has received. ACK: u64 seq.
 */
export function encodeSeq(enc: Encoder, seq: number): void {
  enc.u64(seq);
}

export function decodeSeq(dec: Decoder): number {
  return dec.u64();
}

/** KEEPALIVE2 and KEEPALIVE2_ACK: utime_t; of the one, when it was sent; the other gives it back. */
export function encodeKeepalive(enc: Encoder, stamp: utime_t): void {
  encodeUtime(enc, stamp);
}

export function decodeKeepalive(dec: Decoder): utime_t {
  return decodeUtime(dec);
}
