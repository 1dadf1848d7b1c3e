import type { Decoder } from '../../common/Decoder.ts';
import type { Encoder } from '../../common/Encoder.ts';
import { DecodeError } from '../../common/errors.ts';
import type { XioMsg } from '../../common/XioMsg.ts';

/**
 * What threads say to each other through a ring: frames of a header and up to three segments.
 *
 * Header: u8 kind, u8 src.type, u16 type, u16 version, u16 compat_version, u16 priority, u16 data_off,
 * u32 front_len, u32 middle_len, u32 data_len, u64 tid, u64 seq, s64 src.num. Of XIO_BYTES only the
 * kind and front_len count, of XIO_END only the kind.
 */
export const XIO_MSG = 1;
export const XIO_BYTES = 2;
export const XIO_END = 3;

export const XIO_HEADER_LENGTH = 48;

const MIB = 1024 * 1024;
/** The most that a peer may announce for each segment. */
const FRONT_LENGTH_MAX = 32 * MIB;
const MIDDLE_LENGTH_MAX = 16 * MIB;
/** osd_max_object_size, and some for attributes. */
const DATA_LENGTH_MAX = 129 * MIB;

export interface XioFrameHeader extends Omit<XioMsg, 'front' | 'middle' | 'data'> {
  readonly kind: number;
  readonly frontLen: number;
  readonly middleLen: number;
  readonly dataLen: number;
}

export function encodeMsgHeader(enc: Encoder, msg: XioMsg): void {
  let dataLen = 0;
  for (const piece of msg.data) dataLen += piece.length;
  enc.u8(XIO_MSG);
  enc.u8(msg.src.type);
  enc.u16(msg.type);
  enc.u16(msg.version);
  enc.u16(msg.compatVersion);
  enc.u16(msg.priority);
  enc.u16(msg.dataOff);
  enc.u32(msg.front.length);
  enc.u32(msg.middle.length);
  enc.u32(dataLen);
  enc.u64(msg.tid);
  enc.u64(msg.seq);
  enc.u64(msg.src.num);
}

/** Of XIO_BYTES, followed by `length` bytes, or of XIO_END. */
export function encodeControlHeader(enc: Encoder, kind: number, length: number): void {
  enc.u8(kind);
  enc.zeros(11);
  enc.u32(length);
  enc.zeros(XIO_HEADER_LENGTH - 16);
}

/** Throws `DecodeError`. */
export function decodeXioHeader(dec: Decoder): XioFrameHeader {
  const kind = dec.u8();
  if (kind < XIO_MSG || kind > XIO_END) throw new DecodeError('xio.kind', 0, `${kind} is none`);
  const srcType = dec.u8();
  const header = {
    kind,
    type: dec.u16(),
    version: dec.u16(),
    compatVersion: dec.u16(),
    priority: dec.u16(),
    dataOff: dec.u16(),
    frontLen: length(dec, 'xio.front_len', FRONT_LENGTH_MAX),
    middleLen: length(dec, 'xio.middle_len', MIDDLE_LENGTH_MAX),
    dataLen: length(dec, 'xio.data_len', DATA_LENGTH_MAX),
    tid: dec.u64(),
    seq: dec.u64(),
  };
  return { ...header, src: { type: srcType, num: dec.s64() } };
}

function length(dec: Decoder, field: string, most: number): number {
  const at = dec.offset;
  const count = dec.u32();
  if (count > most) throw new DecodeError(field, at, `${count} bytes, at most ${most}`);
  return count;
}
