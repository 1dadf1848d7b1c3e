import type { AuthClient, AuthConnection } from '../../auth/AuthClient.ts';
import { conModeToString } from '../../auth/auth_modes.ts';
import type { Crypto } from '../../common/Crypto.ts';
import type { Decoder } from '../../common/Decoder.ts';
import { cephEntityTypeName } from '../../common/entity_name.ts';
import { DecodeError } from '../../common/errors.ts';
import type { entity_addr_t, entity_addrvec_t } from '../msg_types.ts';
import { CEPH_MSG_CONNECT_LOSSY } from '../msgr.ts';
import type { Handshake } from '../msgr1/handshake.ts';
import type { Policy } from '../Policy.ts';
import { requestCompression } from './compression_handshake.ts';
import {
  decodeAuthBadMethod,
  decodeAuthDone,
  decodeAuthMore,
  encodeAuthMore,
  encodeAuthRequest,
} from './frames/auth_frames.ts';
import {
  decodeIdentMissingFeatures,
  decodeServerIdent,
  encodeClientIdent,
  type ServerIdentFrame,
} from './frames/ident_frames.ts';
import { decodeReset, decodeSeq, encodeReconnect } from './frames/session_frames.ts';
import {
  TAG_AUTH_BAD_METHOD,
  TAG_AUTH_DONE,
  TAG_AUTH_REPLY_MORE,
  TAG_AUTH_REQUEST,
  TAG_AUTH_REQUEST_MORE,
  TAG_CLIENT_IDENT,
  TAG_IDENT_MISSING_FEATURES,
  TAG_SERVER_IDENT,
  TAG_SESSION_RECONNECT,
  TAG_SESSION_RECONNECT_OK,
  TAG_SESSION_RESET,
  TAG_SESSION_RETRY,
  TAG_SESSION_RETRY_GLOBAL,
  TAG_WAIT,
} from './frames_v2.ts';
import { exchangeHello, exchangeSignatures } from './handshake_v2.ts';
import { readFrame } from './read_frame.ts';
import type { SessionV2 } from './SessionV2.ts';
import type { WireV2 } from './WireV2.ts';

/** What the connecting side knows and can ask. */
export interface ConnectSideV2 {
  readonly myType: number;
  readonly con: AuthConnection;
  /** What was dialled. */
  readonly targetAddr: entity_addr_t;
  readonly policy: Policy;
  readonly authClient: AuthClient;
  readonly crypto: Crypto | undefined;
  readonly session: SessionV2;
  /** The number of our name; -1: none yet. */
  myNum(): number;
  myAddrs(): entity_addrvec_t;
  /** The peer sees us at `addr`. */
  learnedAddr(addr: entity_addr_t): void;
  /** The number of an attempt: more than all before, and than `atLeast`. */
  getGlobalSeq(atLeast: number): number;
  newCookie(): bigint;
  /** The peer has forgotten the session, and we are to do the same. */
  resetSession(): void;
}

/** The session that the peer has begun; or it goes on; or the peer dials us, and we are to wait. */
export type ConnectedV2 =
  | { readonly kind: 'ident'; readonly ident: ServerIdentFrame }
  | { readonly kind: 'reconnect'; readonly msgSeq: number }
  | { readonly kind: 'wait' };

/** Answers to a reconnect that make us ask again, one after the other, at most. */
const RETRIES_MAX = 3;

/**
 * The connecting side. Ceph: ProtocolV2, from start_client_banner_exchange to handle_server_ident.
 *
 * Banner, HELLO; AUTH_REQUEST until AUTH_DONE; AUTH_SIGNATURE; then CLIENT_IDENT for a new session,
 * SESSION_RECONNECT for one that has lost its connection.
 */
export function* connectV2(side: ConnectSideV2, wire: WireV2): Handshake<ConnectedV2> {
  const { session, con } = side;
  session.globalSeq = side.getGlobalSeq(0);
  const hello = yield* exchangeHello(wire, side.myType, side.targetAddr);
  if (hello.entityType !== con.peerType) {
    const [wanted, found] = [con.peerType, hello.entityType].map(cephEntityTypeName);
    throw new DecodeError('HELLO.entity_type', 0, `a ${found} answers where a ${wanted} should`);
  }
  side.learnedAddr(hello.peerAddr);
  yield* authenticate(side, wire);
  yield* requestCompression(wire, con.peerType);
  if (session.serverCookie !== 0n) {
    const connected = yield* reconnect(side, wire);
    if (connected !== undefined) return connected;
  }
  return yield* identify(side, wire);
}

function* authenticate(side: ConnectSideV2, wire: WireV2): Handshake<void> {
  const { authClient, con } = side;
  let modes = sendAuthRequest(side, wire);
  for (;;) {
    const tags = [TAG_AUTH_DONE, TAG_AUTH_REPLY_MORE, TAG_AUTH_BAD_METHOD];
    const dec = yield* readFrame(wire, 'AUTH_DONE', tags);
    if (wire.reader.tag === TAG_AUTH_BAD_METHOD) {
      authClient.handleAuthBadMethod(con, decodeAuthBadMethod(dec));
      modes = sendAuthRequest(side, wire);
    } else if (wire.reader.tag === TAG_AUTH_REPLY_MORE) {
      const next = authClient.handleAuthReplyMore(con, decodeAuthMore(dec));
      encodeAuthMore(wire.out.startFrame(TAG_AUTH_REQUEST_MORE), next);
      wire.out.finishFrame();
    } else {
      const { globalId, conMode, authPayload } = decodeAuthDone(dec);
      if (!modes.includes(conMode)) {
        throw new DecodeError(
          'AUTH_DONE.con_mode',
          8,
          `${conModeToString(conMode)} was not offered`,
        );
      }
      const secrets = authClient.handleAuthDone(con, globalId, conMode, authPayload);
      yield* exchangeSignatures(wire, side.crypto, conMode, secrets, false);
      return;
    }
  }
}

/** Answers the modes that were offered. */
function sendAuthRequest(side: ConnectSideV2, wire: WireV2): readonly number[] {
  const { method, preferredModes, payload } = side.authClient.getAuthRequest(side.con);
  const enc = wire.out.startFrame(TAG_AUTH_REQUEST);
  encodeAuthRequest(enc, { method, preferredModes, authPayload: payload });
  wire.out.finishFrame();
  return preferredModes;
}

function* identify(side: ConnectSideV2, wire: WireV2): Handshake<ConnectedV2> {
  const { session, policy } = side;
  if (!policy.lossy && session.clientCookie === 0n) session.clientCookie = side.newCookie();
  encodeClientIdent(wire.out.startFrame(TAG_CLIENT_IDENT), {
    addrs: side.myAddrs(),
    targetAddr: side.targetAddr,
    gid: side.myNum(),
    globalSeq: session.globalSeq,
    supportedFeatures: policy.featuresSupported,
    requiredFeatures: policy.featuresRequired,
    flags: policy.lossy ? CEPH_MSG_CONNECT_LOSSY : 0,
    cookie: session.clientCookie,
  });
  wire.out.finishFrame();
  const tags = [TAG_SERVER_IDENT, TAG_IDENT_MISSING_FEATURES, TAG_WAIT];
  const dec = yield* readFrame(wire, 'SERVER_IDENT', tags);
  if (wire.reader.tag === TAG_WAIT) return { kind: 'wait' };
  if (wire.reader.tag === TAG_IDENT_MISSING_FEATURES) throw missingFeatures(dec);
  const ident = decodeServerIdent(dec);
  checkServerIdent(side, ident);
  return { kind: 'ident', ident };
}

function checkServerIdent({ targetAddr, policy }: ConnectSideV2, ident: ServerIdentFrame): void {
  // Those of mon_host have no nonce and may be of type any: port and ip must do.
  const isWhoWeDialled = ident.addrs.some(
    ({ port, ip, nonce }) =>
      port === targetAddr.port && ip === targetAddr.ip && nonce === targetAddr.nonce,
  );
  if (!isWhoWeDialled) {
    const reason = `wrong node: [${ident.addrs.join(',')}] answers at ${targetAddr}`;
    throw new DecodeError('SERVER_IDENT.addrs', 0, reason);
  }
  const missing = policy.featuresRequired & ~ident.supportedFeatures;
  if (missing !== 0n) {
    const reason = `lacks required features 0x${missing.toString(16)}`;
    throw new DecodeError('SERVER_IDENT.supported_features', 0, reason);
  }
}

function missingFeatures(dec: Decoder): DecodeError {
  const features = decodeIdentMissingFeatures(dec).toString(16);
  return new DecodeError('IDENT_MISSING_FEATURES', 0, `wants features 0x${features} that we lack`);
}

/** Undefined: the peer does not know the session, a new one is to be begun. */
function* reconnect(side: ConnectSideV2, wire: WireV2): Handshake<ConnectedV2 | undefined> {
  const { session } = side;
  for (let retries = 0; retries <= RETRIES_MAX; retries++) {
    encodeReconnect(wire.out.startFrame(TAG_SESSION_RECONNECT), {
      addrs: side.myAddrs(),
      clientCookie: session.clientCookie,
      serverCookie: session.serverCookie,
      globalSeq: session.globalSeq,
      connectSeq: session.connectSeq,
      msgSeq: session.inSeq,
    });
    wire.out.finishFrame();
    const dec = yield* readFrame(wire, 'SESSION_RECONNECT_OK', [
      TAG_SESSION_RECONNECT_OK,
      TAG_SESSION_RESET,
      TAG_SESSION_RETRY,
      TAG_SESSION_RETRY_GLOBAL,
      TAG_WAIT,
    ]);
    switch (wire.reader.tag) {
      case TAG_SESSION_RECONNECT_OK:
        return { kind: 'reconnect', msgSeq: decodeSeq(dec) };
      case TAG_WAIT:
        return { kind: 'wait' };
      case TAG_SESSION_RESET:
        forget(side, decodeReset(dec));
        return undefined;
      case TAG_SESSION_RETRY:
        session.connectSeq = decodeSeq(dec) + 1;
        break;
      default:
        session.globalSeq = side.getGlobalSeq(decodeSeq(dec));
    }
  }
  throw new DecodeError('SESSION_RETRY', 0, `the peer wants more than ${RETRIES_MAX} retries`);
}

/** `full`: our half of the session too; else only what the peer has lost of its own. */
function forget(side: ConnectSideV2, full: boolean): void {
  if (full) side.resetSession();
  side.session.serverCookie = 0n;
  side.session.connectSeq = 0;
  side.session.inSeq = 0;
}
