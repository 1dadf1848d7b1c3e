import type { Crypto } from '../../common/Crypto.ts';
import { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import type { Random } from '../../common/Random.ts';
import { decodeUtime, utimeToMs } from '../../common/utime_t.ts';
import { CryptoKey } from '../CryptoKey.ts';
import { encodeEncrypt } from './encrypt.ts';

/** The structures that cephx exchanges. Ceph: src/auth/cephx/CephxProtocol.h. */

/** What is asked of a monitor. */
export const CEPHX_GET_AUTH_SESSION_KEY = 0x0100;
export const CEPHX_GET_PRINCIPAL_SESSION_KEY = 0x0200;

/** What only a service can read: u8 1, u64 which of its secrets, blob. */
export interface CephXTicketBlob {
  readonly secretId: bigint;
  readonly blob: Uint8Array;
}

export const NO_TICKET: CephXTicketBlob = { secretId: 0n, blob: new Uint8Array(0) };

export function encodeTicketBlob(enc: Encoder, ticket: CephXTicketBlob): void {
  enc.u8(1);
  enc.bigU64(ticket.secretId);
  enc.blob(ticket.blob);
}

/** In a buffer of its own. */
export function decodeTicketBlob(bytes: Uint8Array): CephXTicketBlob {
  const { secretId, blob } = readTicketBlob(new Decoder(bytes, 'CephXTicketBlob'));
  return { secretId, blob: blob.slice() };
}

export function readTicketBlob(dec: Decoder): CephXTicketBlob {
  dec.skip(1);
  return { secretId: dec.bigU64(), blob: dec.blob('blob') };
}

/** The monitor's first words: u8 1, u64. */
export function encodeServerChallenge(serverChallenge: bigint): Uint8Array {
  const enc = new Encoder(16);
  enc.u8(1);
  enc.bigU64(serverChallenge);
  return enc.take();
}

export function decodeServerChallenge(payload: Uint8Array): bigint {
  const dec = new Decoder(payload, 'CephXServerChallenge');
  dec.skip(1);
  return dec.bigU64();
}

export interface CephXAuthenticate {
  readonly clientChallenge: bigint;
  readonly key: bigint;
  /** By which a global_id is claimed that we had before. */
  readonly oldTicket: CephXTicketBlob;
  /** CEPH_ENTITY_TYPE_* of the tickets that are wanted at once. */
  readonly otherKeys: number;
}

/** u8 3, u64 clientChallenge, u64 key, CephXTicketBlob oldTicket, u32 otherKeys. */
export function encodeAuthenticate(enc: Encoder, request: CephXAuthenticate): void {
  enc.u8(3);
  enc.bigU64(request.clientChallenge);
  enc.bigU64(request.key);
  encodeTicketBlob(enc, request.oldTicket);
  enc.u32(request.otherKeys);
}

export function decodeAuthenticate(dec: Decoder): CephXAuthenticate {
  dec.skip(1);
  return {
    clientChallenge: dec.bigU64(),
    key: dec.bigU64(),
    oldTicket: readTicketBlob(dec),
    otherKeys: dec.u32(),
  };
}

/** Both challenges under `secret`, folded to 64 bits: shows that we have the secret. */
export function cephxCalcClientServerChallenge(
  crypto: Crypto,
  secret: CryptoKey,
  serverChallenge: bigint,
  clientChallenge: bigint,
): bigint {
  const enc = new Encoder(64);
  encodeEncrypt(crypto, secret, enc, (blob) => {
    blob.bigU64(serverChallenge);
    blob.bigU64(clientChallenge);
  });
  return foldU64(enc.take());
}

/** The words of 64 bits, each xor the others; what is left over at the end does not count. */
export function foldU64(bytes: Uint8Array): bigint {
  const dec = new Decoder(bytes, 'words');
  let folded = 0n;
  while (dec.remaining >= 8) folded ^= dec.bigU64();
  return folded;
}

/** CephXResponseHeader: u16 requestType, s32 status. */
export function encodeResponseHeader(enc: Encoder, requestType: number, status: number): void {
  enc.u16(requestType);
  enc.s32(status);
}

/** Answers what is answered. */
export function decodeResponseHeader(dec: Decoder): number {
  const requestType = dec.u16();
  dec.skip(4);
  return requestType;
}

/** CephXServiceTicketRequest: u8 1, u32 keys. */
export function encodeServiceTicketRequest(enc: Encoder, keys: number): void {
  enc.u8(1);
  enc.u32(keys);
}

export function decodeServiceTicketRequest(dec: Decoder): number {
  dec.skip(1);
  return dec.u32();
}

export interface CephXServiceTicket {
  readonly sessionKey: CryptoKey;
  /** 0: for ever. */
  readonly validityMs: number;
}

/** u8 1, CryptoKey sessionKey, utime validity. */
export function decodeServiceTicket(dec: Decoder): CephXServiceTicket {
  dec.skip(1);
  return { sessionKey: CryptoKey.decode(dec), validityMs: utimeToMs(decodeUtime(dec)) };
}

export function randomU64(random: Random): bigint {
  return (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
}

/** Modulo 2^64. */
export function plusOne(value: bigint): bigint {
  return BigInt.asUintN(64, value + 1n);
}
