import { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { decodeEntityName, type EntityName, encodeEntityName } from '../common/entity_name.ts';
import type { AuthAuthorizer } from './AuthClient.ts';
import type { AuthConnectionMeta } from './AuthServer.ts';
import { CEPH_AUTH_NONE } from './auth_methods.ts';
import { AUTH_MODE_MON } from './auth_modes.ts';

/** What a client says to a monitor first: who it is, and what it can. */
export interface AuthRequest {
  /** CEPH_AUTH_*. */
  readonly supported: readonly number[];
  readonly name: EntityName;
  /** The number that it had before; 0: none. */
  readonly globalId: number;
}

/**
 * u8 1, set<u32> supported, EntityName, u64 globalId: the payload of the first MAuth.
 * Ceph: MonConnection::start (src/mon/MonClient.cc).
 */
export function encodeAuthRequest(request: AuthRequest): Uint8Array {
  const enc = new Encoder(64);
  enc.u8(1);
  enc.u32(request.supported.length);
  for (const method of request.supported) enc.u32(method);
  encodeEntityName(enc, request.name);
  enc.u64(request.globalId);
  return enc.take();
}

export function decodeAuthRequest(bytes: Uint8Array): AuthRequest {
  const dec = new Decoder(bytes, 'auth request');
  checkVersion(dec);
  const supported: number[] = [];
  for (let left = dec.count('supported', 4); left > 0; left--) supported.push(dec.u32());
  return { supported, name: decodeEntityName(dec), globalId: dec.u64() };
}

/**
 * What a client shows to an OSD where nobody checks: u8 1, EntityName, u64 globalId.
 * Ceph: AuthNoneAuthorizer::build_authorizer (src/auth/none/AuthNoneProtocol.h).
 */
export function buildAuthNoneAuthorizer(name: EntityName, globalId: number): AuthAuthorizer {
  const enc = new Encoder(32);
  enc.u8(1);
  encodeEntityName(enc, name);
  enc.u64(globalId);
  return { protocol: CEPH_AUTH_NONE, bytes: enc.take() };
}

/** Believes what the authorizer says; throws `DecodeError` if it says nothing sensible. */
export function verifyAuthNoneAuthorizer(authorizer: Uint8Array): AuthConnectionMeta {
  const dec = new Decoder(authorizer, 'auth none authorizer');
  checkVersion(dec);
  return { entityName: decodeEntityName(dec), globalId: dec.u64() };
}

function checkVersion(dec: Decoder): void {
  const version = dec.u8();
  if (version !== 1) throw dec.error(`version ${version} is not 1`, 'struct_v', 0);
}

/**
 * What a client says first to a monitor in msgr v2: u8 AUTH_MODE_MON, EntityName, u64 globalId, and
 * nothing more where nobody checks. Ceph: MonConnection::get_auth_request (src/mon/MonClient.cc).
 */
export function encodeMonAuthRequest(name: EntityName, globalId: number): Uint8Array {
  const enc = new Encoder(32);
  enc.u8(AUTH_MODE_MON);
  encodeEntityName(enc, name);
  enc.u64(globalId);
  return enc.take();
}

export function decodeMonAuthRequest(payload: Uint8Array): AuthConnectionMeta {
  const dec = new Decoder(payload, 'auth request');
  const mode = dec.u8();
  if (mode !== AUTH_MODE_MON) throw dec.error(`mode ${mode} is none of a monitor's`, 'mode', 0);
  return { entityName: decodeEntityName(dec), globalId: dec.u64() };
}
