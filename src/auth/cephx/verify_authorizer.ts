import type { CephContext } from '../../common/CephContext.ts';
import type { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import type { CephXServiceTicketInfo } from './AuthTicket.ts';
import { type CephXTicketBlob, plusOne, randomU64, readTicketBlob } from './cephx_protocol.ts';
import { decodeDecrypt, encodeEncrypt, encodeEncryptEncBl } from './encrypt.ts';
import type { KeyServer } from './KeyServer.ts';
import { openTicket } from './service_tickets.ts';

type Seams = Pick<CephContext, 'crypto' | 'random'>;

/** An authorizer that is what it says, as far as it goes. */
export interface ReadAuthorizer {
  readonly info: CephXServiceTicketInfo;
  readonly nonce: bigint;
  /** What it was challenged with, plus 1; undefined: it was not. */
  readonly answer: bigint | undefined;
}

/**
 * u8 1, u64 globalId, u32 serviceId, CephXTicketBlob; encrypted with the session key in the ticket:
 * u8, u64 nonce, u8 haveChallenge, u64 serverChallenge + 1. Undefined: its ticket is not good here.
 * Throws `DecodeError`. Ceph: cephx_verify_authorizer (src/auth/cephx/CephxProtocol.cc).
 */
export function readAuthorizer(
  cct: Seams,
  keys: KeyServer,
  serviceId: number,
  dec: Decoder,
): ReadAuthorizer | undefined {
  dec.skip(1);
  const globalId = dec.u64();
  const claimed = dec.u32();
  const ticket: CephXTicketBlob = readTicketBlob(dec);
  if (claimed !== serviceId) return undefined;
  const info = openTicket(cct.crypto, keys, serviceId, ticket);
  if (info === undefined || info.ticket.globalId !== globalId) return undefined;
  const hidden = decodeDecrypt(cct.crypto, info.sessionKey, dec, 'CephXAuthorize');
  hidden.skip(1);
  const nonce = hidden.bigU64();
  const answer = hidden.bool() ? hidden.bigU64() : undefined;
  return { info, nonce, answer };
}

/** A challenge, and what to send: u8 1, u64 serverChallenge, encrypted with the session key. */
export function buildAuthorizeChallenge(
  cct: Seams,
  { sessionKey }: CephXServiceTicketInfo,
): { serverChallenge: bigint; payload: Uint8Array } {
  const serverChallenge = randomU64(cct.random);
  const payload = encodeEncryptEncBl(cct.crypto, sessionKey, (hidden) => {
    hidden.u8(1);
    hidden.bigU64(serverChallenge);
  });
  return { serverChallenge, payload };
}

/** As a blob: u8 version, u64 nonce + 1, string connectionSecret from version 2 on; encrypted. */
export function buildAuthorizeReply(
  cct: Seams,
  { info, nonce }: ReadAuthorizer,
  connectionSecret: Uint8Array,
): Uint8Array {
  const enc = new Encoder(128);
  encodeEncrypt(cct.crypto, info.sessionKey, enc, (hidden) => {
    hidden.u8(connectionSecret.length > 0 ? 2 : 1);
    hidden.bigU64(plusOne(nonce));
    if (connectionSecret.length > 0) hidden.blob(connectionSecret);
  });
  return enc.take();
}
