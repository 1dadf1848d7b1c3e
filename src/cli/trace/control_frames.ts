import { conModeToString } from '../../auth/auth_modes.ts';
import { Decoder } from '../../common/Decoder.ts';
import { CEPH_ENTITY_TYPE_CLIENT, cephEntityTypeName } from '../../common/entity_name.ts';
import {
  decodeAuthBadMethod,
  decodeAuthDone,
  decodeAuthMore,
  decodeAuthRequest,
  decodeHello,
} from '../../msg/async/frames/auth_frames.ts';
import {
  decodeCompressionDone,
  decodeCompressionRequest,
} from '../../msg/async/frames/compression_frames.ts';
import {
  type ClientIdentFrame,
  decodeClientIdent,
  decodeIdentMissingFeatures,
  decodeServerIdent,
} from '../../msg/async/frames/ident_frames.ts';
import {
  decodeKeepalive,
  decodeReconnect,
  decodeReset,
  decodeSeq,
} from '../../msg/async/frames/session_frames.ts';
import * as tags from '../../msg/async/frames_v2.ts';
import { addrvecToString } from '../../msg/msg_types.ts';
import { CEPH_MSG_CONNECT_LOSSY } from '../../msg/msgr.ts';
import type { Talk } from './dissection.ts';
import type { Essence } from './Frame.ts';
import { stampText } from './texts.ts';
import type { Side } from './wire_event.ts';

type Teller = (dec: Decoder, side: Side, talk: Talk) => string;

/** What each frame says, and what it teaches us of who is talking. */
const TELLERS: ReadonlyMap<number, Teller> = new Map<number, Teller>([
  [tags.TAG_HELLO, hello],
  [tags.TAG_AUTH_REQUEST, authRequest],
  [tags.TAG_AUTH_BAD_METHOD, authBadMethod],
  [tags.TAG_AUTH_REPLY_MORE, authMore],
  [tags.TAG_AUTH_REQUEST_MORE, authMore],
  [tags.TAG_AUTH_DONE, authDone],
  [tags.TAG_AUTH_SIGNATURE, () => 'signature'],
  [tags.TAG_CLIENT_IDENT, clientIdent],
  [tags.TAG_SERVER_IDENT, serverIdent],
  [tags.TAG_IDENT_MISSING_FEATURES, (dec) => `you lack ${hex(decodeIdentMissingFeatures(dec))}`],
  [tags.TAG_SESSION_RECONNECT, reconnect],
  [
    tags.TAG_SESSION_RESET,
    (dec) => (decodeReset(dec) ? 'forget all of the session' : 'session lost'),
  ],
  [tags.TAG_SESSION_RETRY, (dec) => `connect_seq ${decodeSeq(dec)}`],
  [tags.TAG_SESSION_RETRY_GLOBAL, (dec) => `global_seq ${decodeSeq(dec)}`],
  [tags.TAG_SESSION_RECONNECT_OK, (dec) => `I have received up to seq ${decodeSeq(dec)}`],
  [tags.TAG_WAIT, () => 'I am dialling you'],
  [tags.TAG_KEEPALIVE2, (dec) => `stamp ${stampText(decodeKeepalive(dec))}`],
  [tags.TAG_KEEPALIVE2_ACK, (dec) => `stamp ${stampText(decodeKeepalive(dec))}`],
  [tags.TAG_ACK, (dec) => `up to seq ${decodeSeq(dec)}`],
  [tags.TAG_COMPRESSION_REQUEST, compressionRequest],
  [tags.TAG_COMPRESSION_DONE, compressionDone],
]);

/** What a frame of one segment says. Throws `DecodeError`. */
export function controlFrame(
  tag: number,
  payload: Uint8Array,
  side: Side,
  talk: Talk,
  isCompressed: boolean,
): Pick<Essence, 'tag' | 'text' | 'message'> {
  const name = tags.frameTagToString(tag).replace(/ \(\d+\)$/, '');
  const teller = isCompressed ? undefined : TELLERS.get(tag);
  const text = isCompressed
    ? 'compressed'
    : (teller?.(new Decoder(payload, name), side, talk) ?? '');
  return { tag: name, text };
}

function hello(dec: Decoder, side: Side, talk: Talk): string {
  const { entityType, peerAddr } = decodeHello(dec);
  talk.names[side] ??= { type: entityType, num: -1 };
  if (side === 'server') talk.clientAddr = peerAddr;
  return `I am of type ${cephEntityTypeName(entityType)}, you are ${peerAddr}`;
}

function authRequest(dec: Decoder): string {
  const { method, preferredModes, authPayload } = decodeAuthRequest(dec);
  return `method ${method}, modes ${modes(preferredModes)}, payload ${authPayload.length} B`;
}

function authBadMethod(dec: Decoder): string {
  const { method, result, allowedMethods, allowedModes } = decodeAuthBadMethod(dec);
  const allowed = `allowed are methods ${allowedMethods.join(' ')}, modes ${modes(allowedModes)}`;
  return `method ${method} is refused (${result}), ${allowed}`;
}

function authMore(dec: Decoder): string {
  return `payload ${decodeAuthMore(dec).length} B`;
}

function authDone(dec: Decoder, side: Side, talk: Talk): string {
  const { globalId, conMode, authPayload } = decodeAuthDone(dec);
  if (side === 'server') learnAuthDone(talk, globalId, conMode);
  const mode = conModeToString(conMode);
  return `global_id ${globalId}, mode ${mode}, payload ${authPayload.length} B`;
}

/** A client is numbered by its global_id. */
function learnAuthDone(talk: Talk, globalId: number, conMode: number): void {
  talk.conMode = conMode;
  const { client } = talk.names;
  if (client?.type === CEPH_ENTITY_TYPE_CLIENT) talk.names.client = { ...client, num: globalId };
}

function clientIdent(dec: Decoder, side: Side, talk: Talk): string {
  const ident = decodeClientIdent(dec);
  learnNumber(side, talk, ident.gid);
  return `${identText(ident)}, to ${ident.targetAddr}`;
}

function serverIdent(dec: Decoder, side: Side, talk: Talk): string {
  const ident = decodeServerIdent(dec);
  learnNumber(side, talk, ident.gid);
  return identText(ident);
}

function learnNumber(side: Side, talk: Talk, num: number): void {
  const name = talk.names[side];
  if (name !== undefined && num >= 0) talk.names[side] = { ...name, num };
}

function identText(ident: Omit<ClientIdentFrame, 'targetAddr'>): string {
  const { addrs, gid, globalSeq, supportedFeatures, requiredFeatures, flags, cookie } = ident;
  const features = `features supported ${hex(supportedFeatures)}, required ${hex(requiredFeatures)}`;
  const policy = flags & CEPH_MSG_CONNECT_LOSSY ? 'lossy' : `cookie ${hex(cookie)}`;
  return `gid ${gid} at ${addrvecToString(addrs)}, global_seq ${globalSeq}, ${features}, ${policy}`;
}

function reconnect(dec: Decoder): string {
  const { addrs, clientCookie, serverCookie, globalSeq, connectSeq, msgSeq } = decodeReconnect(dec);
  const cookies = `client_cookie ${hex(clientCookie)}, server_cookie ${hex(serverCookie)}`;
  const seqs = `global_seq ${globalSeq} connect_seq ${connectSeq}`;
  return `from ${addrvecToString(addrs)}, ${cookies}, ${seqs}, received up to seq ${msgSeq}`;
}

function compressionRequest(dec: Decoder): string {
  const { isCompress, preferredMethods } = decodeCompressionRequest(dec);
  return isCompress ? `by one of methods ${preferredMethods.join(' ')}` : 'no';
}

function compressionDone(dec: Decoder): string {
  const { isCompress, method } = decodeCompressionDone(dec);
  return isCompress ? `by method ${method}` : 'no';
}

function modes(numbers: readonly number[]): string {
  return numbers.map(conModeToString).join(' ');
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
