import type { CephContext } from '../../common/CephContext.ts';
import { crc32c } from '../../common/crc32c.ts';
import { crc32cKept } from '../../common/crc32c_kept.ts';
import { Encoder } from '../../common/Encoder.ts';
import { COPY_MAX, type SendBuffer } from '../SendBuffer.ts';
import type { CompressionTx } from './compression_onwire.ts';
import type { TxHandler } from './crypto_onwire.ts';
import {
  blankPreamble,
  calcNumSegments,
  EPILOGUE_SECURE_SIZE,
  FRAME_LATE_STATUS_COMPLETE,
  FRAME_PREAMBLE_INLINE_SIZE,
  FRAME_PREAMBLE_SIZE,
  paddedLength,
  SEGMENT_CRC_SEED,
  sealPreamble,
} from './frames_v2.ts';

const SEALED_START = FRAME_PREAMBLE_SIZE + FRAME_PREAMBLE_INLINE_SIZE;

const EMPTY = new Uint8Array(0);
const NO_DATA: readonly Uint8Array[] = [];

/**
 * Writes one connection's frames into a SendBuffer. Ceph: FrameAssembler, asm_crc_rev1 and
 * asm_secure_rev1.
 *
 * A control frame: `startFrame`, the payload into the Encoder that it answers, `finishFrame`. A
 * message: `startFrame`, the header, `startFront`, the front, `finishFrame(middle, data)`.
 */
export class FrameAssembler {
  /** The length of the last frame's segments: header or payload, front, middle, data. */
  readonly #preamble = blankPreamble();
  /** Of the last frame that has a front and was not sealed: its first segment's, its front's, its data's. */
  readonly crcs = { crc: 0, front: 0, data: 0 };
  readonly #out: SendBuffer;
  readonly #withCrc: boolean;
  readonly #alloc: CephContext['alloc'];
  #tx: TxHandler | undefined;
  /** What is written to now: the SendBuffer's Encoder, or one for plaintext. */
  #enc: Encoder;
  /** Where in `#enc` the frame and its front begin; -1: not yet. */
  #start = 0;
  #front = -1;
  #compression: CompressionTx | undefined;
  #transcript: Encoder | undefined = new Encoder(1024);

  constructor(cct: CephContext, out: SendBuffer) {
    this.#out = out;
    this.#enc = out.enc;
    this.#alloc = cct.alloc;
    this.#withCrc = cct.conf.ms_crc_data;
  }

  /** All that follows is sealed with `tx`. */
  secure(tx: TxHandler): void {
    this.#tx = tx;
    this.#enc = new Encoder(1024, this.#alloc);
  }

  /** Writes `bytes` as they are: the banner. */
  writeRaw(bytes: Uint8Array): void {
    this.#out.enc.raw(bytes);
    this.#transcript?.raw(bytes);
  }

  /** All that was written until now; from here on it is no longer kept. What the peer signs. */
  endTranscript(): Uint8Array {
    const transcript = this.#transcript?.take() ?? EMPTY;
    this.#transcript = undefined;
    return transcript;
  }

  /** What of the following frames is long enough is compressed. */
  compress(compression: CompressionTx): void {
    this.#compression = compression;
  }

  startFrame(tag: number): Encoder {
    this.#preamble.tag = tag;
    this.#preamble.flags = 0;
    return this.#compression === undefined ? this.#begin() : this.#compression.startFrame();
  }

  /** The header is complete; what is written now is the front. */
  startFront(): void {
    if (this.#compression === undefined) this.#endFirst();
    else this.#compression.startFront();
  }

  /** `data`: pieces that count as one segment; long ones must not be changed any more. */
  finishFrame(middle: Uint8Array = EMPTY, data: readonly Uint8Array[] = NO_DATA): void {
    if (this.#compression === undefined) {
      this.#end(middle, data);
      return;
    }
    const frame = this.#compression.finishFrame(middle, data);
    this.#preamble.flags = frame.flags;
    const enc = this.#begin();
    enc.raw(frame.first);
    this.#endFirst();
    enc.raw(frame.front);
    this.#end(frame.middle, [frame.data]);
  }

  #begin(): Encoder {
    this.#start = this.#enc.length;
    this.#front = -1;
    this.#enc.zeros(FRAME_PREAMBLE_SIZE);
    return this.#enc;
  }

  #endFirst(): void {
    const enc = this.#enc;
    const first = this.#start + FRAME_PREAMBLE_SIZE;
    const length = enc.length - first;
    this.#preamble.lengths[0] = length;
    if (this.#tx !== undefined) {
      enc.zeros(Math.max(paddedLength(length), FRAME_PREAMBLE_INLINE_SIZE) - length);
    } else if (length > 0) {
      const crc = this.#withCrc ? enc.crc32c(SEGMENT_CRC_SEED, first, first + length) : 0;
      this.crcs.crc = crc;
      enc.u32(crc);
    }
    this.#front = enc.length;
  }

  #end(middle: Uint8Array, data: readonly Uint8Array[]): void {
    if (this.#front < 0) this.#endFirst();
    const { lengths } = this.#preamble;
    lengths[1] = this.#enc.length - this.#front;
    lengths[2] = middle.length;
    lengths[3] = 0;
    for (const piece of data) lengths[3] += piece.length;
    this.#preamble.numSegments = calcNumSegments(lengths);
    sealPreamble(this.#enc, this.#start, this.#preamble);
    if (this.#tx !== undefined) {
      this.#finishSecure(this.#tx, middle, data);
      return;
    }
    this.#transcript?.raw(this.#enc.peek().subarray(this.#start));
    if (this.#preamble.numSegments > 1) this.#finishCrc(middle, data);
  }

  #finishCrc(middle: Uint8Array, data: readonly Uint8Array[]): void {
    const enc = this.#enc;
    const { numSegments } = this.#preamble;
    let frontCrc = 0;
    let middleCrc = 0;
    let dataCrc = 0;
    if (this.#withCrc) {
      frontCrc = enc.crc32c(SEGMENT_CRC_SEED, this.#front, enc.length);
      if (numSegments > 2) middleCrc = crc32c(SEGMENT_CRC_SEED, middle);
      if (numSegments > 3) dataCrc = SEGMENT_CRC_SEED;
      for (const piece of data) if (piece.length > 0) dataCrc = crc32cKept(dataCrc, piece);
    }
    this.#out.push(middle);
    for (const piece of data) this.#out.push(piece);
    enc.u8(FRAME_LATE_STATUS_COMPLETE);
    enc.u32(frontCrc);
    enc.u32(middleCrc);
    enc.u32(dataCrc);
    this.crcs.front = frontCrc;
    this.crcs.data = dataCrc;
  }

  /** What stands in `#enc` is preamble, padded header, front. */
  #finishSecure(tx: TxHandler, middle: Uint8Array, data: readonly Uint8Array[]): void {
    const plain = this.#enc;
    const { numSegments, lengths } = this.#preamble;
    const long: LongPiece[] = [];
    if (numSegments > 1) {
      plain.zeros(paddedLength(lengths[1]) - lengths[1]);
      append(plain, long, middle);
      plain.zeros(paddedLength(lengths[2]) - lengths[2]);
      for (const piece of data) append(plain, long, piece);
      plain.zeros(paddedLength(lengths[3]) - lengths[3]);
      plain.u8(FRAME_LATE_STATUS_COMPLETE);
      plain.zeros(EPILOGUE_SECURE_SIZE - 1);
    }
    const frame = plain.peek();
    this.#seal(tx, [frame.subarray(0, SEALED_START)]);
    if (this.#front > SEALED_START) this.#seal(tx, [frame.subarray(SEALED_START, this.#front)]);
    if (numSegments > 1) this.#seal(tx, spliced(frame, this.#front, long));
    plain.discard();
  }

  #seal(tx: TxHandler, pieces: readonly Uint8Array[]): void {
    for (const piece of tx.seal(pieces)) this.#out.push(piece);
  }
}

/** Goes between the bytes before and from `at` on. */
interface LongPiece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A long piece is not copied: the cipher takes it from where it is. */
function append(plain: Encoder, long: LongPiece[], bytes: Uint8Array): void {
  if (bytes.length < COPY_MAX) plain.raw(bytes);
  else long.push({ at: plain.length, bytes });
}

/** The bytes of `frame` from `start` on, with the long pieces in their places. */
function spliced(frame: Uint8Array, start: number, long: readonly LongPiece[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = start;
  for (const { at, bytes } of long) {
    pieces.push(frame.subarray(from, at), bytes);
    from = at;
  }
  pieces.push(frame.subarray(from));
  return pieces;
}
