import type { AuthConnection } from '../../auth/AuthClient.ts';
import type { AuthPeer, AuthReply, AuthServer } from '../../auth/AuthServer.ts';
import { CEPH_CON_MODE_UNKNOWN } from '../../auth/auth_modes.ts';
import type { Crypto } from '../../common/Crypto.ts';
import type { Decoder } from '../../common/Decoder.ts';
import { EOPNOTSUPP } from '../../common/errno.ts';
import { DecodeError } from '../../common/errors.ts';
import { compareAddr, type entity_addr_t, type entity_addrvec_t } from '../msg_types.ts';
import type { Handshake } from '../msgr1/handshake.ts';
import type { Policy } from '../Policy.ts';
import { acceptCompression } from './compression_handshake.ts';
import { type ExistingV2, judgeIdent, judgeReconnect } from './existing_v2.ts';
import {
  decodeAuthMore,
  decodeAuthRequest,
  encodeAuthBadMethod,
  encodeAuthDone,
  encodeAuthMore,
} from './frames/auth_frames.ts';
import { decodeClientIdent, encodeIdentMissingFeatures } from './frames/ident_frames.ts';
import { decodeReconnect, encodeReset, encodeSeq } from './frames/session_frames.ts';
import {
  TAG_AUTH_BAD_METHOD,
  TAG_AUTH_DONE,
  TAG_AUTH_REPLY_MORE,
  TAG_AUTH_REQUEST,
  TAG_AUTH_REQUEST_MORE,
  TAG_CLIENT_IDENT,
  TAG_IDENT_MISSING_FEATURES,
  TAG_SESSION_RECONNECT,
  TAG_SESSION_RESET,
  TAG_SESSION_RETRY,
  TAG_SESSION_RETRY_GLOBAL,
  TAG_WAIT,
} from './frames_v2.ts';
import { exchangeHello, exchangeSignatures } from './handshake_v2.ts';
import { readFrame } from './read_frame.ts';
import type { WireV2 } from './WireV2.ts';

/** The session that there is with a peer, as far as who dials anew changes it. */
export interface ExistingSessionV2 extends ExistingV2 {
  /** Sees to it that our own attempt goes on: the peer has something to say. */
  sendKeepalive(): void;
}

/** What the accepting side knows and can ask. */
export interface AcceptSideV2 {
  readonly myType: number;
  readonly con: AuthConnection;
  readonly myAddrs: entity_addrvec_t;
  /** Where the peer's socket is. */
  readonly socketAddr: entity_addr_t;
  readonly authServer: AuthServer;
  readonly crypto: Crypto | undefined;
  /** The peer has said what it is: answers the policy for such. */
  setPeerType(peerType: number): Policy;
  lookup(addrs: entity_addrvec_t): ExistingSessionV2 | undefined;
}

/**
 * A peer that has been let in, and what becomes of the session that there was with it (see
 * `IdentVerdict`); new: there was none. reconnect: that session goes on.
 */
export interface AcceptedV2 {
  readonly how: 'new' | 'replace' | 'reset' | 'reuse' | 'reconnect';
  readonly addrs: entity_addrvec_t;
  /** Who it is; undefined: it has shown nothing. */
  readonly auth: AuthPeer | undefined;
  /** The number of its name. Of a reconnect: not said. */
  readonly gid: number;
  readonly features: bigint;
  readonly clientCookie: bigint;
  readonly globalSeq: number;
  readonly connectSeq: number;
  /** Of a reconnect: the last message that it has received. */
  readonly msgSeq: number;
}

/**
 * The accepting side. Ceph: ProtocolV2, from start_server_banner_exchange to handle_client_ident and
 * handle_reconnect. SERVER_IDENT or SESSION_RECONNECT_OK is left to the session that goes on.
 */
export function* acceptV2(side: AcceptSideV2, wire: WireV2): Handshake<AcceptedV2> {
  const hello = yield* exchangeHello(wire, side.myType, side.socketAddr);
  const policy = side.setPeerType(hello.entityType);
  const auth = yield* authenticate(side, wire);
  yield* acceptCompression(wire, hello.entityType);
  for (;;) {
    const tags = [TAG_CLIENT_IDENT, TAG_SESSION_RECONNECT];
    const dec = yield* readFrame(wire, 'CLIENT_IDENT', tags);
    const accepted =
      wire.reader.tag === TAG_CLIENT_IDENT
        ? handleClientIdent(side, wire, policy, dec)
        : handleReconnect(side, wire, policy, dec);
    if (accepted !== undefined) return { ...accepted, auth };
  }
}

// ---- authentication

function* authenticate(side: AcceptSideV2, wire: WireV2): Handshake<AuthPeer | undefined> {
  let method = 0;
  let conMode = CEPH_CON_MODE_UNKNOWN;
  let isMoreWanted = false;
  for (;;) {
    const tags = isMoreWanted ? [TAG_AUTH_REQUEST_MORE] : [TAG_AUTH_REQUEST];
    const dec = yield* readFrame(wire, 'AUTH_REQUEST', tags);
    let payload: Uint8Array;
    if (isMoreWanted) {
      payload = decodeAuthMore(dec);
    } else {
      const request = decodeAuthRequest(dec);
      const { peerType } = side.con;
      method = request.method;
      payload = request.authPayload;
      conMode = side.authServer.pickConMode(peerType, method, request.preferredModes);
    }
    const reply = judgeAuth(side, isMoreWanted, method, conMode, payload);
    isMoreWanted = reply.kind === 'more';
    if (reply.kind === 'done') {
      const { globalId, payload: authPayload } = reply;
      encodeAuthDone(wire.out.startFrame(TAG_AUTH_DONE), { globalId, conMode, authPayload });
      wire.out.finishFrame();
      yield* exchangeSignatures(wire, side.crypto, conMode, reply, true);
      return reply.peer;
    }
    if (reply.kind === 'more') sendAuthReplyMore(wire, reply.payload);
    else sendAuthBadMethod(side, wire, method, reply.result);
  }
}

function judgeAuth(
  side: AcceptSideV2,
  more: boolean,
  method: number,
  conMode: number,
  payload: Uint8Array,
): AuthReply {
  if (conMode === CEPH_CON_MODE_UNKNOWN) return { kind: 'bad', result: -EOPNOTSUPP };
  return side.authServer.handleAuthRequest(side.con, more, method, payload, conMode);
}

function sendAuthReplyMore(wire: WireV2, payload: Uint8Array): void {
  encodeAuthMore(wire.out.startFrame(TAG_AUTH_REPLY_MORE), payload);
  wire.out.finishFrame();
}

function sendAuthBadMethod(side: AcceptSideV2, wire: WireV2, method: number, result: number): void {
  const { methods, modes } = side.authServer.getSupportedAuthMethods(side.con.peerType);
  const bad = { method, result, allowedMethods: methods, allowedModes: modes };
  encodeAuthBadMethod(wire.out.startFrame(TAG_AUTH_BAD_METHOD), bad);
  wire.out.finishFrame();
}

// ---- the session

/** Undefined: the peer has been told why not, and may ask again. */
function handleClientIdent(
  side: AcceptSideV2,
  wire: WireV2,
  policy: Policy,
  dec: Decoder,
): Omit<AcceptedV2, 'auth'> | undefined {
  const ident = decodeClientIdent(dec);
  checkAddrs(ident.addrs, 'CLIENT_IDENT.addrs');
  if (!side.myAddrs.some((addr) => addr.equals(ident.targetAddr))) {
    const reason = `${ident.targetAddr} is wanted, this is [${side.myAddrs.join(',')}]`;
    throw new DecodeError('CLIENT_IDENT.target_addr', 0, reason);
  }
  const missing = policy.featuresRequired & ~ident.supportedFeatures;
  if (missing !== 0n) {
    encodeIdentMissingFeatures(wire.out.startFrame(TAG_IDENT_MISSING_FEATURES), missing);
    wire.out.finishFrame();
    return undefined;
  }
  const { globalSeq, cookie: clientCookie } = ident;
  const existing = side.lookup(ident.addrs);
  const isPeerLower = isLower(ident.addrs, side.myAddrs);
  const how =
    existing === undefined
      ? 'new'
      : judgeIdent(existing, { clientCookie, globalSeq, isPeerLower, policy });
  if (how === 'stale') {
    const reason = `${globalSeq} was overtaken by ${existing?.peerGlobalSeq}`;
    throw new DecodeError('CLIENT_IDENT.global_seq', 0, reason);
  }
  if (how === 'wait') {
    existing?.sendKeepalive();
    sendWait(wire);
    return undefined;
  }
  return {
    how,
    addrs: ident.addrs,
    gid: ident.gid,
    features: ident.supportedFeatures & policy.featuresSupported,
    clientCookie,
    globalSeq,
    connectSeq: 0,
    msgSeq: 0,
  };
}

/** Undefined: the peer has been told why not, and may ask again. */
function handleReconnect(
  side: AcceptSideV2,
  wire: WireV2,
  policy: Policy,
  dec: Decoder,
): Omit<AcceptedV2, 'auth'> | undefined {
  const { addrs, clientCookie, globalSeq, connectSeq, msgSeq } = decodeReconnect(dec);
  checkAddrs(addrs, 'SESSION_RECONNECT.addrs');
  const existing = side.lookup(addrs);
  const isPeerLower = isLower(addrs, side.myAddrs);
  const verdict = judgeReconnect(existing, {
    clientCookie,
    globalSeq,
    connectSeq,
    isPeerLower,
    policy,
  });
  const { out } = wire;
  switch (verdict) {
    case 'reset':
    case 'resetFull':
      encodeReset(out.startFrame(TAG_SESSION_RESET), verdict === 'resetFull');
      break;
    case 'retry':
      encodeSeq(out.startFrame(TAG_SESSION_RETRY), existing?.connectSeq ?? 0);
      break;
    case 'retryGlobal':
      encodeSeq(out.startFrame(TAG_SESSION_RETRY_GLOBAL), existing?.peerGlobalSeq ?? 0);
      break;
    case 'wait':
      sendWait(wire);
      return undefined;
    default:
      return {
        how: 'reconnect',
        ...{ addrs, clientCookie, globalSeq, connectSeq, msgSeq },
        gid: -1,
        features: 0n,
      };
  }
  out.finishFrame();
  return undefined;
}

function sendWait(wire: WireV2): void {
  wire.out.startFrame(TAG_WAIT);
  wire.out.finishFrame();
}

function checkAddrs(addrs: entity_addrvec_t, field: string): void {
  if (addrs.length === 0 || addrs.some((addr) => addr.isBlankIp())) {
    throw new DecodeError(field, 0, `[${addrs.join(',')}] is nowhere`);
  }
}

function isLower(addrs: entity_addrvec_t, than: entity_addrvec_t): boolean {
  const [peer] = addrs;
  const [mine] = than;
  return peer !== undefined && mine !== undefined && compareAddr(peer, mine) < 0;
}
