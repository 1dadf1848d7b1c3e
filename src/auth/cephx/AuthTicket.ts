import { Decoder } from '../../common/Decoder.ts';
import type { Encoder } from '../../common/Encoder.ts';
import { decodeEntityName, type EntityName, encodeEntityName } from '../../common/entity_name.ts';
import { utf8Encode } from '../../common/utf8.ts';
import { decodeUtime, encodeUtime, type utime_t } from '../../common/utime_t.ts';
import { CryptoKey } from '../CryptoKey.ts';

/** Whom a ticket lets in, and to what. Ceph: AuthTicket (src/auth/Auth.h). */
export interface AuthTicket {
  readonly name: EntityName;
  readonly globalId: number;
  readonly created: utime_t;
  readonly expires: utime_t;
  /** What the holder may do at the service: `allow rw pool=data`. */
  readonly caps: string;
}

/** What a service finds in a ticket. Ceph: CephXServiceTicketInfo. */
export interface CephXServiceTicketInfo {
  readonly ticket: AuthTicket;
  readonly sessionKey: CryptoKey;
}

const OLD_AUID = 0xffffffffffffffffn;

/**
 * u8 1; AuthTicket: u8 2, EntityName, u64 globalId, u64 -1, utime created, utime expires, AuthCapsInfo
 * (u8 1, u8 allow_all, blob of string caps), u32 flags; CryptoKey.
 */
export function encodeServiceTicketInfo(enc: Encoder, info: CephXServiceTicketInfo): void {
  const { ticket, sessionKey } = info;
  enc.u8(1);
  enc.u8(2);
  encodeEntityName(enc, ticket.name);
  enc.u64(ticket.globalId);
  enc.bigU64(OLD_AUID);
  encodeUtime(enc, ticket.created);
  encodeUtime(enc, ticket.expires);
  encodeCaps(enc, ticket.caps);
  enc.u32(0);
  sessionKey.encode(enc);
}

export function decodeServiceTicketInfo(dec: Decoder): CephXServiceTicketInfo {
  dec.skip(2);
  const name = decodeEntityName(dec);
  const globalId = dec.u64();
  dec.skip(8);
  const created = decodeUtime(dec);
  const expires = decodeUtime(dec);
  const caps = decodeCaps(dec);
  dec.skip(4);
  const sessionKey = CryptoKey.decode(dec);
  return { ticket: { name, globalId, created, expires, caps }, sessionKey };
}

function encodeCaps(enc: Encoder, caps: string): void {
  enc.u8(1);
  enc.u8(0);
  const text = utf8Encode(caps);
  enc.u32(text.length === 0 ? 0 : 4 + text.length);
  if (text.length > 0) enc.blob(text);
}

function decodeCaps(dec: Decoder): string {
  dec.skip(2);
  const blob = new Decoder(dec.blob('caps'), 'AuthCapsInfo');
  return blob.remaining === 0 ? '' : blob.string('caps');
}
