import type { CephContext } from '../../common/CephContext.ts';
import type { Compressor } from '../../common/Compressor.ts';
import { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import { assert, DecodeError } from '../../common/errors.ts';
import type { RecvBuffer } from '../RecvBuffer.ts';
import { CrcFrameReader } from './CrcFrameReader.ts';
import { decompressSegments, type Segments } from './compression_onwire.ts';
import type { RxHandler } from './crypto_onwire.ts';
import {
  blankPreamble,
  FRAME_CRC_SIZE,
  FRAME_EARLY_DATA_COMPRESSED,
  FRAME_PREAMBLE_SIZE,
} from './frames_v2.ts';
import { SecureFrameReader } from './SecureFrameReader.ts';

/** What is read from a peer before it is authenticated, at most: of frames, and altogether. */
const TRANSCRIPT_LENGTH_MAX = 64 * 1024;

const EMPTY = new Uint8Array(0);

/**
 * Reads one connection's frames, however their bytes are cut. Ceph: FrameAssembler,
 * disassemble_preamble and what follows it.
 *
 * First `readPreamble`, so that the tag and the lengths can be judged before anything is allocated
 * for them, then `readSegments`; then the segments are there until the next `readPreamble`. After a
 * `DecodeError` nothing more can be read.
 */
export class FrameReader {
  readonly #recv: RecvBuffer;
  readonly #cct: CephContext;
  readonly #preamble = blankPreamble();
  #mode: CrcFrameReader | SecureFrameReader;
  #compressor: Compressor | undefined;
  /** Of a frame that was compressed. */
  #decompressed: Segments | undefined;
  #transcript: Encoder | undefined = new Encoder(1024);
  /** Bytes received while there is a transcript. */
  #earlyBytes = 0;

  constructor(cct: CephContext, recv: RecvBuffer) {
    this.#cct = cct;
    this.#recv = recv;
    this.#mode = new CrcFrameReader(cct, recv, this.#preamble);
  }

  /** Of the frame whose preamble has been read. */
  get tag(): number {
    return this.#preamble.tag;
  }

  /** Logical lengths of front, middle and data together. */
  get messageLength(): number {
    const [, front, middle, data] = this.#preamble.lengths;
    return front + middle + data;
  }

  /** The sender has taken the frame back: its segments must not be used. */
  get isAborted(): boolean {
    return this.#mode.isAborted;
  }

  /** Data of messages, unless they are compressed, is put where `ask` wants it. */
  receiveInto(ask: (header: Decoder, length: number) => Uint8Array | undefined): void {
    this.#mode.rxBuffer = ask;
  }

  /** All that follows is sealed. Between two frames. */
  secure(rx: RxHandler): void {
    this.#recv.unpin();
    this.#mode = new SecureFrameReader(this.#cct, this.#recv, this.#preamble, rx);
  }

  /** Frames that follow may be compressed. After `secure`, where there is both. */
  decompress(compressor: Compressor): void {
    this.#compressor = compressor;
    this.#mode.flagsAllowed = FRAME_EARLY_DATA_COMPRESSED;
  }

  /** All frames, and `rawRead`s, until now; from here on they are no longer kept. What we sign. */
  endTranscript(): Uint8Array {
    const transcript = this.#transcript?.take() ?? EMPTY;
    this.#transcript = undefined;
    if (this.#mode instanceof CrcFrameReader) this.#mode.isTranscribed = false;
    return transcript;
  }

  readBuffer(): Uint8Array {
    const buffer = this.#mode.readBuffer();
    if (this.#transcript === undefined) return buffer;
    return buffer.subarray(0, TRANSCRIPT_LENGTH_MAX + 1 - this.#earlyBytes);
  }

  /** Throws `DecodeError` when the peer says too much before it is authenticated. */
  onRead(count: number): void {
    this.#mode.onRead(count);
    if (this.#transcript === undefined) return;
    this.#earlyBytes += count;
    if (this.#earlyBytes > TRANSCRIPT_LENGTH_MAX) throw tooEarly('handshake');
  }

  /** `count` bytes that belong to no frame; undefined: more bytes are wanted. */
  readRaw(count: number, type: string): Decoder | undefined {
    const recv = this.#recv;
    if (recv.available < count) return undefined;
    this.#transcript?.raw(recv.bytes.subarray(recv.head, recv.head + count));
    return recv.take(count, type);
  }

  /** False: more bytes are wanted. Throws `DecodeError`. */
  readPreamble(): boolean {
    this.#decompressed = undefined;
    if (!this.#mode.readPreamble()) return false;
    const length = this.#preamble.lengths[0] + FRAME_PREAMBLE_SIZE + FRAME_CRC_SIZE;
    if (
      this.#transcript !== undefined &&
      this.#transcript.length + length > TRANSCRIPT_LENGTH_MAX
    ) {
      throw tooEarly('preamble.segments[0].length');
    }
    return true;
  }

  /** False: more bytes are wanted. Throws `DecodeError`. */
  readSegments(): boolean {
    if (!this.#mode.readSegments()) return false;
    if (this.#transcript !== undefined) {
      assert(this.#mode instanceof CrcFrameReader, 'sealed frames are not signed');
      this.#mode.transcribe(this.#transcript);
    }
    const isCompressed = (this.#preamble.flags & FRAME_EARLY_DATA_COMPRESSED) !== 0;
    if (isCompressed && !this.isAborted) this.#decompressed = this.#decompress();
    return true;
  }

  /** Segment 0, the payload of a control frame or the header of a message; good for this call. */
  first(): Decoder {
    const plain = this.#decompressed;
    return plain === undefined ? this.#mode.first() : new Decoder(plain.first, 'segment 0');
  }

  /** Good for this call, as is all that `Decoder.raw` gives. */
  front(): Decoder {
    const plain = this.#decompressed;
    return plain === undefined ? this.#mode.front() : new Decoder(plain.front, 'front');
  }

  /** A buffer of its own. */
  get middle(): Uint8Array {
    return this.#decompressed?.middle ?? this.#mode.middle;
  }

  /** A buffer of its own, or the one where it was wanted. */
  get data(): Uint8Array {
    return this.#decompressed?.data ?? this.#mode.data;
  }

  #decompress(): Segments {
    assert(this.#compressor !== undefined, 'the flag was agreed on');
    const { middle, data } = this.#mode;
    return decompressSegments(this.#compressor, {
      first: rest(this.#mode.first()),
      front: rest(this.#mode.front()),
      middle,
      data,
    });
  }
}

function tooEarly(field: string): DecodeError {
  const reason = `more than ${TRANSCRIPT_LENGTH_MAX} bytes before the peer is authenticated`;
  return new DecodeError(field, 0, reason);
}

function rest(dec: Decoder): Uint8Array {
  return dec.raw(dec.remaining);
}
