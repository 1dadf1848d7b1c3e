import { SHA256_LENGTH } from '../../../common/Crypto.ts';
import type { Decoder } from '../../../common/Decoder.ts';
import type { Encoder } from '../../../common/Encoder.ts';
import { decodeAddr, encodeAddr, type entity_addr_t } from '../../msg_types.ts';

/**
 * The payloads of the frames by which two peers get to know each other. Ceph: HelloFrame to
 * AuthSignatureFrame. Bytes that were decoded are views: copy what outlives the frame.
 */

/** HELLO: u8 entity type of the sender, the peer's address as the sender sees it. */
export interface HelloFrame {
  readonly entityType: number;
  readonly peerAddr: entity_addr_t;
}

export function encodeHello(enc: Encoder, hello: HelloFrame): void {
  enc.u8(hello.entityType);
  encodeAddr(enc, hello.peerAddr);
}

export function decodeHello(dec: Decoder): HelloFrame {
  return { entityType: dec.u8(), peerAddr: decodeAddr(dec) };
}

/** AUTH_REQUEST: u32 method, u32 count, u32 modes, blob. */
export interface AuthRequestFrame {
  readonly method: number;
  /** CEPH_CON_MODE_*, the best first. */
  readonly preferredModes: readonly number[];
  readonly authPayload: Uint8Array;
}

export function encodeAuthRequest(enc: Encoder, request: AuthRequestFrame): void {
  enc.u32(request.method);
  encodeNumbers(enc, request.preferredModes);
  enc.blob(request.authPayload);
}

export function decodeAuthRequest(dec: Decoder): AuthRequestFrame {
  return {
    method: dec.u32(),
    preferredModes: decodeNumbers(dec, 'preferred_modes'),
    authPayload: dec.blob('auth_payload'),
  };
}

/** AUTH_BAD_METHOD: u32 method, s32 result, u32 count, u32 methods, u32 count, u32 modes. */
export interface AuthBadMethodFrame {
  readonly method: number;
  /** A negative errno. */
  readonly result: number;
  readonly allowedMethods: readonly number[];
  readonly allowedModes: readonly number[];
}

export function encodeAuthBadMethod(enc: Encoder, bad: AuthBadMethodFrame): void {
  enc.u32(bad.method);
  enc.s32(bad.result);
  encodeNumbers(enc, bad.allowedMethods);
  encodeNumbers(enc, bad.allowedModes);
}

export function decodeAuthBadMethod(dec: Decoder): AuthBadMethodFrame {
  return {
    method: dec.u32(),
    result: dec.s32(),
    allowedMethods: decodeNumbers(dec, 'allowed_methods'),
    allowedModes: decodeNumbers(dec, 'allowed_modes'),
  };
}

/** AUTH_REPLY_MORE and AUTH_REQUEST_MORE: blob. */
export function encodeAuthMore(enc: Encoder, authPayload: Uint8Array): void {
  enc.blob(authPayload);
}

export function decodeAuthMore(dec: Decoder): Uint8Array {
  return dec.blob('auth_payload');
}

/** AUTH_DONE: u64 global_id, u32 con_mode, blob. */
export interface AuthDoneFrame {
  readonly globalId: number;
  /** CEPH_CON_MODE_*. */
  readonly conMode: number;
  readonly authPayload: Uint8Array;
}

export function encodeAuthDone(enc: Encoder, done: AuthDoneFrame): void {
  enc.u64(done.globalId);
  enc.u32(done.conMode);
  enc.blob(done.authPayload);
}

export function decodeAuthDone(dec: Decoder): AuthDoneFrame {
  return { globalId: dec.u64(), conMode: dec.u32(), authPayload: dec.blob('auth_payload') };
}

/**
 * AUTH_SIGNATURE: the HMAC-SHA256 of all that the sender has received until then, or zeros where
 * authentication has given no key. `signature`: SHA256_LENGTH bytes.
 */
export function encodeAuthSignature(enc: Encoder, signature: Uint8Array): void {
  enc.raw(signature);
}

export function decodeAuthSignature(dec: Decoder): Uint8Array {
  return dec.raw(SHA256_LENGTH);
}

export function encodeNumbers(enc: Encoder, numbers: readonly number[]): void {
  enc.u32(numbers.length);
  for (const number of numbers) enc.u32(number);
}

export function decodeNumbers(dec: Decoder, field: string): number[] {
  const count = dec.count(field, 4);
  return Array.from({ length: count }, () => dec.u32());
}
