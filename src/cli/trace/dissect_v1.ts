import { Decoder } from '../../common/Decoder.ts';
import { cephEntityTypeName } from '../../common/entity_name.ts';
import { DecodeError } from '../../common/errors.ts';
import { decodeUtime } from '../../common/utime_t.ts';
import { decodeLegacyAddr, LEGACY_ADDR_LENGTH } from '../../msg/msg_types.ts';
import {
  CEPH_BANNER,
  CEPH_MSG_CONNECT_LENGTH,
  CEPH_MSG_CONNECT_LOSSY,
  CEPH_MSG_CONNECT_REPLY_LENGTH,
  CEPH_MSGR_TAG_ACK,
  CEPH_MSGR_TAG_CLOSE,
  CEPH_MSGR_TAG_KEEPALIVE,
  CEPH_MSGR_TAG_KEEPALIVE2,
  CEPH_MSGR_TAG_KEEPALIVE2_ACK,
  CEPH_MSGR_TAG_MSG,
  CEPH_MSGR_TAG_READY,
  CEPH_MSGR_TAG_SEQ,
  CEPH_MSGR_TAG_WAIT,
  decodeConnect,
  decodeConnectReply,
  SERVER_ADDRS_LENGTH,
  tagToString,
} from '../../msg/msgr.ts';
import { printable } from '../../msg/msgr1/handshake.ts';
import { type Dissection, need, type Step, type Talk } from './dissection.ts';
import { dissectMessageV1 } from './message_v1.ts';
import { stampText } from './texts.ts';
import type { Side } from './wire_event.ts';

/** The most of an authorizer, or of the reply to one, that is believed. */
const AUTHORIZER_LENGTH_MAX = 64 * 1024;

/** What one side says over msgr v1. Ceph: Pipe::connect, Pipe::accept, Pipe::reader. */
export function* dissectV1(side: Side, talk: Talk): Dissection {
  const banner = yield* need(CEPH_BANNER.length);
  yield frame(CEPH_BANNER.length, 'banner', `'${printable(banner)}'`);
  const isOpen = side === 'client' ? yield* clientHandshake(talk) : yield* serverHandshake(talk);
  if (isOpen) yield* dissectTags(side, talk);
}

function* clientHandshake(talk: Talk): Generator<Step, boolean, Uint8Array> {
  const addr = decodeLegacyAddr(decoder(yield* need(LEGACY_ADDR_LENGTH), 'client address'));
  yield frame(LEGACY_ADDR_LENGTH, 'address', `I am ${addr.getLegacyStr()}`);
  for (let asked = 1; ; asked++) {
    const bytes = yield* need(CEPH_MSG_CONNECT_LENGTH);
    const connect = decodeConnect(decoder(bytes, 'ceph_msg_connect'));
    const { features, hostType, globalSeq, connectSeq, protocolVersion, flags } = connect;
    const { authorizerLen, authorizerProtocol } = connect;
    checkAuthorizer('ceph_msg_connect.authorizer_len', 28, authorizerLen);
    const text = [
      `I am ${article(cephEntityTypeName(hostType))}`,
      `features ${hex(features)}`,
      `global_seq ${globalSeq} connect_seq ${connectSeq} protocol ${protocolVersion}`,
      `authorizer (protocol ${authorizerProtocol}) ${authorizerLen} B`,
      ...lossy(flags),
    ];
    talk.names.client ??= { type: hostType, num: -1 };
    yield frame(CEPH_MSG_CONNECT_LENGTH + authorizerLen, 'connect', text.join(', '));
    yield { kind: 'wait', isOver: () => talk.replies.length >= asked };
    const reply = talk.replies[asked - 1];
    if (reply === CEPH_MSGR_TAG_READY) return true;
    if (reply === CEPH_MSGR_TAG_WAIT) return false;
    if (reply !== CEPH_MSGR_TAG_SEQ) continue;
    yield* dissectInSeq();
    return true;
  }
}

function* serverHandshake(talk: Talk): Generator<Step, boolean, Uint8Array> {
  const addrs = decoder(yield* need(SERVER_ADDRS_LENGTH), 'server addresses');
  const [own, peer] = [decodeLegacyAddr(addrs), decodeLegacyAddr(addrs)];
  talk.clientAddr = peer;
  const text = `I am ${own.getLegacyStr()}, you are ${peer.getLegacyStr()}`;
  yield frame(SERVER_ADDRS_LENGTH, 'addresses', text);
  for (;;) {
    const bytes = yield* need(CEPH_MSG_CONNECT_REPLY_LENGTH);
    const reply = decodeConnectReply(decoder(bytes, 'ceph_msg_connect_reply'));
    const { tag, features, globalSeq, connectSeq, protocolVersion, authorizerLen, flags } = reply;
    checkAuthorizer('ceph_msg_connect_reply.authorizer_len', 21, authorizerLen);
    const words = [
      tagToString(tag),
      `features ${hex(features)}`,
      `global_seq ${globalSeq} connect_seq ${connectSeq} protocol ${protocolVersion}`,
      `authorizer reply ${authorizerLen} B`,
      ...lossy(flags),
    ];
    yield frame(CEPH_MSG_CONNECT_REPLY_LENGTH + authorizerLen, 'connect_reply', words.join(', '));
    talk.replies.push(tag);
    if (tag === CEPH_MSGR_TAG_SEQ) yield* dissectInSeq();
    if (tag === CEPH_MSGR_TAG_SEQ || tag === CEPH_MSGR_TAG_READY) return true;
    if (tag === CEPH_MSGR_TAG_WAIT) return false;
  }
}

/** After tag SEQ: the last message that each side has received. */
function* dissectInSeq(): Dissection {
  const seq = decoder(yield* need(8), 'in_seq').u64();
  yield frame(8, 'in_seq', `I have received up to seq ${seq}`);
}

function* dissectTags(side: Side, talk: Talk): Dissection {
  for (;;) {
    const [tag = 0] = yield* need(1);
    switch (tag) {
      case CEPH_MSGR_TAG_MSG:
        yield* dissectMessageV1(side, talk);
        break;
      case CEPH_MSGR_TAG_ACK: {
        const seq = decoder((yield* need(9)).subarray(1), 'ACK').u64();
        yield frame(9, 'ACK', `up to seq ${seq}`);
        break;
      }
      case CEPH_MSGR_TAG_KEEPALIVE2:
      case CEPH_MSGR_TAG_KEEPALIVE2_ACK: {
        const name = tag === CEPH_MSGR_TAG_KEEPALIVE2 ? 'KEEPALIVE2' : 'KEEPALIVE2_ACK';
        const stamp = decodeUtime(decoder((yield* need(9)).subarray(1), name));
        yield frame(9, name, `stamp ${stampText(stamp)}`);
        break;
      }
      case CEPH_MSGR_TAG_KEEPALIVE:
        yield frame(1, 'KEEPALIVE', '');
        break;
      case CEPH_MSGR_TAG_CLOSE:
        yield frame(1, 'CLOSE', '');
        break;
      default:
        throw new DecodeError('tag', 0, `${tagToString(tag)} is none of an open connection`);
    }
  }
}

function frame(bytes: number, tag: string, text: string): Step {
  return { kind: 'frame', bytes, essence: { protocol: 'v1', tag, crc: 'none', text } };
}

function decoder(bytes: Uint8Array, type: string): Decoder {
  return new Decoder(bytes, type);
}

function hex(features: bigint): string {
  return `0x${features.toString(16)}`;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function lossy(flags: number): string[] {
  return flags & CEPH_MSG_CONNECT_LOSSY ? ['lossy'] : [];
}

function checkAuthorizer(field: string, offset: number, length: number): void {
  if (length <= AUTHORIZER_LENGTH_MAX) return;
  throw new DecodeError(field, offset, `${length} bytes, at most ${AUTHORIZER_LENGTH_MAX}`);
}
