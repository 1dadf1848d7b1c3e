import { Decoder } from '../../common/Decoder.ts';
import type { Alloc } from '../../common/Encoder.ts';
import type { XioMsg } from '../../common/XioMsg.ts';
import type { XioRing } from './XioRing.ts';
import {
  decodeXioHeader,
  XIO_BYTES,
  XIO_END,
  XIO_HEADER_LENGTH,
  type XioFrameHeader,
} from './xio_frame.ts';

const EMPTY: Uint8Array = new Uint8Array(0);

/** For each byte that has come so many may be allocated; but never less than ALLOC_MIN. */
const ALLOC_FACTOR = 128;
const ALLOC_MIN = 64 * 1024;

/** Who is told of what a ring says. Any of these may stop the reader. */
export interface XioFrameEvents {
  readBuffer(): Uint8Array;
  onRead(count: number): void;
  onMsg(msg: XioMsg): void;
  onEnd(): void;
}

/** Reads frames out of a ring, however they were cut. Middle, data and front are copied, once. */
export class XioFrameReader {
  readonly #ring: XioRing;
  readonly #alloc: Alloc;
  readonly #events: XioFrameEvents;
  readonly #headerBytes = new Uint8Array(XIO_HEADER_LENGTH);
  readonly #decoder = new Decoder(this.#headerBytes, 'xio header');
  #headerFilled = 0;
  #header: XioFrameHeader | undefined;
  /** Of XIO_BYTES: how many are yet to come. */
  #left = 0;
  /** Front, middle and data, as far as they have been begun. */
  readonly #segments: Uint8Array[] = [];
  /** Of the last one. */
  #filled = 0;

  constructor(ring: XioRing, alloc: Alloc, events: XioFrameEvents) {
    this.#ring = ring;
    this.#alloc = alloc;
    this.#events = events;
  }

  /** Goes one step on; false: the ring is empty. Throws `DecodeError`. */
  readSome(): boolean {
    if (this.#header === undefined) return this.#readHeader();
    if (this.#ring.available === 0) return false;
    if (this.#header.kind === XIO_BYTES) this.#readBytes();
    else this.#readSegment(this.#header);
    return true;
  }

  #readHeader(): boolean {
    const bytes = this.#headerBytes;
    const count = this.#ring.read(bytes, this.#headerFilled);
    this.#headerFilled += count;
    if (this.#headerFilled < bytes.length) return false;
    this.#headerFilled = 0;
    this.#decoder.window(0, bytes.length, 'xio header');
    const header = decodeXioHeader(this.#decoder);
    if (header.kind === XIO_END) {
      this.#events.onEnd();
    } else if (header.kind === XIO_BYTES) {
      this.#left = header.frontLen;
      this.#header = this.#left === 0 ? undefined : header;
    } else {
      this.#header = header;
      this.#beginSegment(header);
    }
    return true;
  }

  #readBytes(): void {
    const into = this.#events.readBuffer();
    const most = into.length > this.#left ? into.subarray(0, this.#left) : into;
    const count = this.#ring.read(most, 0);
    this.#left -= count;
    if (this.#left === 0) this.#header = undefined;
    this.#events.onRead(count);
  }

  #readSegment(header: XioFrameHeader): void {
    const last = this.#segments.length - 1;
    let bytes = this.#segments[last] ?? EMPTY;
    if (this.#filled === bytes.length) {
      const more = this.#allocSome(lengthAt(header, last));
      more.set(bytes);
      bytes = more;
      this.#segments[last] = more;
    }
    this.#filled += this.#ring.read(bytes, this.#filled);
    if (this.#filled === lengthAt(header, last)) this.#beginSegment(header);
  }

  /** Begins the next segment that is not empty; without one the message is complete. */
  #beginSegment(header: XioFrameHeader): void {
    const segments = this.#segments;
    this.#filled = 0;
    while (segments.length < 3) {
      segments.push(EMPTY);
      if (lengthAt(header, segments.length - 1) > 0) return;
    }
    const [front = EMPTY, middle = EMPTY, data = EMPTY] = segments;
    segments.length = 0;
    this.#header = undefined;
    this.#events.onMsg({ ...header, front, middle, data: [data] });
  }

  /** What a peer announces costs memory in proportion to what has come of it. */
  #allocSome(length: number): Uint8Array {
    const proof = this.#filled + this.#ring.available;
    return this.#alloc(Math.min(length, Math.max(ALLOC_MIN, proof * ALLOC_FACTOR)));
  }
}

function lengthAt({ frontLen, middleLen, dataLen }: XioFrameHeader, at: number): number {
  return at === 0 ? frontLen : at === 1 ? middleLen : dataLen;
}
