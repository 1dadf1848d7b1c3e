import type { Decoder } from '../../common/Decoder.ts';
import type { Encoder } from '../../common/Encoder.ts';
import { DecodeError } from '../../common/errors.ts';

/**
 * The frames of msgr v2.1: constants and lengths. Ceph: src/msg/async/frames_v2.h.
 *
 * A frame is a preamble and one to four segments. A control frame has one segment, its payload; a
 * message has a header, front, middle and data, of which empty ones at the end are left out.
 *
 * crc mode:    preamble | segment 0, crc if not empty | segments 1 to 3 | epilogue if there are any
 * secure mode: preamble and 48 bytes of segment 0, tag | rest of segment 0, tag, if there is any |
 *              segments 1 to 3 and epilogue, tag, if there are any
 *
 * In secure mode each part up to a tag is one text of AES-128-GCM, and segments are filled up with
 * zeros to multiples of 16 bytes.
 */

export const TAG_HELLO = 1;
export const TAG_AUTH_REQUEST = 2;
export const TAG_AUTH_BAD_METHOD = 3;
export const TAG_AUTH_REPLY_MORE = 4;
export const TAG_AUTH_REQUEST_MORE = 5;
export const TAG_AUTH_DONE = 6;
export const TAG_AUTH_SIGNATURE = 7;
export const TAG_CLIENT_IDENT = 8;
export const TAG_SERVER_IDENT = 9;
export const TAG_IDENT_MISSING_FEATURES = 10;
export const TAG_SESSION_RECONNECT = 11;
export const TAG_SESSION_RESET = 12;
export const TAG_SESSION_RETRY = 13;
export const TAG_SESSION_RETRY_GLOBAL = 14;
export const TAG_SESSION_RECONNECT_OK = 15;
export const TAG_WAIT = 16;
export const TAG_MESSAGE = 17;
export const TAG_KEEPALIVE2 = 18;
export const TAG_KEEPALIVE2_ACK = 19;
export const TAG_ACK = 20;
export const TAG_COMPRESSION_REQUEST = 21;
export const TAG_COMPRESSION_DONE = 22;

const TAG_NAMES = [
  'none HELLO AUTH_REQUEST AUTH_BAD_METHOD AUTH_REPLY_MORE AUTH_REQUEST_MORE AUTH_DONE',
  'AUTH_SIGNATURE CLIENT_IDENT SERVER_IDENT IDENT_MISSING_FEATURES SESSION_RECONNECT SESSION_RESET',
  'SESSION_RETRY SESSION_RETRY_GLOBAL SESSION_RECONNECT_OK WAIT MESSAGE KEEPALIVE2 KEEPALIVE2_ACK ACK',
  'COMPRESSION_REQUEST COMPRESSION_DONE',
].flatMap((names) => names.split(' '));

/** `HELLO (1)`. */
export function frameTagToString(tag: number): string {
  return `${TAG_NAMES[tag] ?? 'unknown'} (${tag})`;
}

export const MAX_NUM_SEGMENTS = 4;
export const CRYPTO_BLOCK_SIZE = 16;
export const FRAME_PREAMBLE_SIZE = 32;
/** What of segment 0 is sealed together with the preamble. */
export const FRAME_PREAMBLE_INLINE_SIZE = 48;
export const FRAME_CRC_SIZE = 4;
/** crc mode: u8 late_status, u32 crcs of segments 1 to 3, 0 for those that are left out. */
export const EPILOGUE_CRC_SIZE = 13;
/** Secure mode: u8 late_status, zeros. */
export const EPILOGUE_SECURE_SIZE = 16;

/** Segments' crcs begin with this; the preamble's begins with 0. */
export const SEGMENT_CRC_SEED = 0xffffffff;

/** In the flags of a preamble: the segments are compressed, each by itself. */
export const FRAME_EARLY_DATA_COMPRESSED = 1;

/** The low half of late_status; a sender may take a frame back after having sent its data. */
const FRAME_LATE_STATUS_MASK = 0xf;
const FRAME_LATE_STATUS_ABORTED = 0x1;
export const FRAME_LATE_STATUS_COMPLETE = 0xe;

const DEFAULT_ALIGNMENT = 8;
const PAGE_SIZE_ALIGNMENT = 4096;

const KIB = 1024;
const MIB = 1024 * KIB;
/**
 * The most that a peer may announce: a payload or header, front, middle, and data: osd_max_object_size,
 * and some for attributes.
 */
export const SEGMENT_LENGTHS_MAX: Preamble['lengths'] = [32 * KIB, 32 * MIB, 16 * MIB, 129 * MIB];
/** Of a header when other segments follow. */
const HEADER_LENGTH_MAX = 4 * KIB;

/** What a preamble says. Mutable, so that one record serves a connection. */
export interface Preamble {
  tag: number;
  numSegments: number;
  /** Logical lengths: without padding. 0 for segments that are left out. */
  readonly lengths: [first: number, front: number, middle: number, data: number];
  flags: number;
}

export function blankPreamble(): Preamble {
  return { tag: 0, numSegments: 0, lengths: [0, 0, 0, 0], flags: 0 };
}

/**
 * Writes a preamble over the 32 bytes at `at`: u8 tag, u8 num_segments, 4 × { u32 length,
 * u16 alignment }, u8 flags, u8 0, u32 crc of all that.
 */
export function sealPreamble(enc: Encoder, at: number, preamble: Preamble): void {
  const { tag, numSegments, lengths, flags } = preamble;
  const [first, front, middle, data] = lengths;
  const alignFront = numSegments > 1 ? DEFAULT_ALIGNMENT : 0;
  const alignMiddle = numSegments > 2 ? DEFAULT_ALIGNMENT : 0;
  const alignData = numSegments > 3 ? PAGE_SIZE_ALIGNMENT : 0;
  enc.patchU32(at, tag | (numSegments << 8) | (first << 16));
  enc.patchU32(at + 4, (first >>> 16) | (DEFAULT_ALIGNMENT << 16));
  enc.patchU32(at + 8, front);
  enc.patchU32(at + 12, alignFront | (middle << 16));
  enc.patchU32(at + 16, (middle >>> 16) | (alignMiddle << 16));
  enc.patchU32(at + 20, data);
  enc.patchU32(at + 24, alignData | (flags << 16));
  enc.patchU32(at + 28, enc.crc32c(0, at, at + 28));
}

/**
 * Reads a preamble, whose 32 bytes have the crc `crc`, into `preamble`. Throws `DecodeError` for
 * one that nothing may be allocated for. `flagsAllowed`: those that were agreed on.
 */
export function decodePreamble(
  dec: Decoder,
  preamble: Preamble,
  crc: number,
  flagsAllowed: number,
): void {
  const { lengths } = preamble;
  preamble.tag = dec.u8();
  preamble.numSegments = dec.u8();
  for (let i = 0; i < MAX_NUM_SEGMENTS; i++) {
    const length = dec.u32();
    lengths[i] = i < preamble.numSegments ? length : 0;
    dec.skip(2);
  }
  preamble.flags = dec.u8();
  dec.skip(1);
  checkCrc('preamble.crc', 28, dec.u32(), crc);
  checkPreamble(preamble, flagsAllowed);
}

function checkPreamble({ tag, numSegments, lengths, flags }: Preamble, flagsAllowed: number): void {
  if (tag === 0 || tag > TAG_COMPRESSION_DONE) {
    throw new DecodeError('preamble.tag', 0, frameTagToString(tag));
  }
  const most = tag === TAG_MESSAGE ? MAX_NUM_SEGMENTS : 1;
  if (numSegments === 0 || numSegments > most) {
    const reason = `${numSegments} segments in ${frameTagToString(tag)}`;
    throw new DecodeError('preamble.num_segments', 1, reason);
  }
  if (numSegments > 1 && lengths[numSegments - 1] === 0) {
    throw new DecodeError('preamble.num_segments', 1, `the last of ${numSegments} is empty`);
  }
  if ((flags & ~flagsAllowed) !== 0) {
    throw new DecodeError('preamble.flags', 26, `0x${flags.toString(16)} was not agreed on`);
  }
  const [firstMax, frontMax, middleMax, dataMax] = SEGMENT_LENGTHS_MAX;
  checkLength(0, lengths[0], numSegments === 1 ? firstMax : HEADER_LENGTH_MAX);
  checkLength(1, lengths[1], frontMax);
  checkLength(2, lengths[2], middleMax);
  checkLength(3, lengths[3], dataMax);
}

function checkLength(segment: number, length: number, most: number): void {
  if (length <= most) return;
  const field = `preamble.segments[${segment}].length`;
  throw new DecodeError(field, 2 + 6 * segment, `${length} bytes, at most ${most}`);
}

export function checkCrc(field: string, offset: number, said: number, found: number): void {
  if (said === found) return;
  throw new DecodeError(field, offset, `0x${said.toString(16)}, found 0x${found.toString(16)}`);
}

/** True: the sender has taken the frame back. Ceph: check_epilogue_late_status. */
export function isAborted(lateStatus: number): boolean {
  const status = lateStatus & FRAME_LATE_STATUS_MASK;
  if (status !== FRAME_LATE_STATUS_ABORTED && status !== FRAME_LATE_STATUS_COMPLETE) {
    throw new DecodeError('epilogue.late_status', 0, `0x${lateStatus.toString(16)}`);
  }
  return status === FRAME_LATE_STATUS_ABORTED;
}

/** `length` filled up to whole cipher blocks. */
export function paddedLength(length: number): number {
  return Math.ceil(length / CRYPTO_BLOCK_SIZE) * CRYPTO_BLOCK_SIZE;
}

/** Empty segments at the end are left out; the first is always there. Ceph: calc_num_segments. */
export function calcNumSegments([, front, middle, data]: Preamble['lengths']): number {
  if (data > 0) return 4;
  if (middle > 0) return 3;
  return front > 0 ? 2 : 1;
}
