import type { CephContext } from '../../common/CephContext.ts';
import { Encoder } from '../../common/Encoder.ts';
import { encodeUtime, utimeFromMs } from '../../common/utime_t.ts';
import type { CryptoKey } from '../CryptoKey.ts';
import {
  type CephXServiceTicketInfo,
  decodeServiceTicketInfo,
  encodeServiceTicketInfo,
} from './AuthTicket.ts';
import { type CephXTicketBlob, encodeTicketBlob } from './cephx_protocol.ts';
import { decodeDecryptEncBl, encodeEncrypt, encodeEncryptEncBl } from './encrypt.ts';
import type { CephXSessionAuthInfo, KeyServer } from './KeyServer.ts';

type Crypto = CephContext['crypto'];

/**
 * Tickets for whom shares `secret` with us: u8 1, u32 count, and each: u32 serviceId, u8 1,
 * CephXServiceTicket (u8 1, CryptoKey, utime validity) encrypted with `secret`, u8 isEncrypted, and the
 * CephXTicketBlob: encrypted with `oldSessionKey` where there is one.
 * Ceph: cephx_build_service_ticket_reply (src/auth/cephx/CephxProtocol.cc).
 */
export function encodeServiceTicketReply(
  crypto: Crypto,
  enc: Encoder,
  secret: CryptoKey,
  infos: readonly CephXSessionAuthInfo[],
  oldSessionKey?: CryptoKey,
): void {
  enc.u8(1);
  enc.u32(infos.length);
  for (const info of infos) {
    enc.u32(info.serviceId);
    enc.u8(1);
    encodeEncrypt(crypto, secret, enc, (hidden) => {
      hidden.u8(1);
      info.sessionKey.encode(hidden);
      encodeUtime(hidden, utimeFromMs(info.validityMs));
    });
    const ticket = buildServiceTicket(crypto, info);
    enc.u8(oldSessionKey === undefined ? 0 : 1);
    if (oldSessionKey === undefined) enc.blob(ticket);
    else encodeEncrypt(crypto, oldSessionKey, enc, (hidden) => hidden.blob(ticket));
  }
}

/** Ceph: cephx_build_service_ticket_blob. */
function buildServiceTicket(crypto: Crypto, info: CephXSessionAuthInfo): Uint8Array {
  const { key, secretId } = info.serviceSecret;
  const blob = encodeEncryptEncBl(crypto, key, (hidden) => encodeServiceTicketInfo(hidden, info));
  const enc = new Encoder(256);
  encodeTicketBlob(enc, { secretId: BigInt(secretId), blob });
  return enc.take();
}

/**
 * What is in a ticket for `serviceId`; undefined: its secret is no longer known. Throws `DecodeError`
 * where that secret opens nothing. Ceph: cephx_decode_ticket.
 */
export function openTicket(
  crypto: Crypto,
  keys: KeyServer,
  serviceId: number,
  ticket: CephXTicketBlob,
): CephXServiceTicketInfo | undefined {
  const secret = keys.getServiceSecret(serviceId, ticket.secretId);
  if (secret === undefined) return undefined;
  return decodeServiceTicketInfo(
    decodeDecryptEncBl(crypto, secret, ticket.blob, 'CephXServiceTicketInfo'),
  );
}
