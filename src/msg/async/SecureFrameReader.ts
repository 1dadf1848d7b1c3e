import type { CephContext } from '../../common/CephContext.ts';
import { GCM_TAG_LENGTH } from '../../common/Crypto.ts';
import { crc32c } from '../../common/crc32c.ts';
import { Decoder } from '../../common/Decoder.ts';
import { Destination } from '../Destination.ts';
import type { RecvBuffer } from '../RecvBuffer.ts';
import type { RxHandler } from './crypto_onwire.ts';
import {
  decodePreamble,
  EPILOGUE_SECURE_SIZE,
  FRAME_CRC_SIZE,
  FRAME_PREAMBLE_INLINE_SIZE,
  FRAME_PREAMBLE_SIZE,
  isAborted,
  type Preamble,
  paddedLength,
} from './frames_v2.ts';

const BLOCK_LENGTH = FRAME_PREAMBLE_SIZE + FRAME_PREAMBLE_INLINE_SIZE + GCM_TAG_LENGTH;

const EMPTY: Uint8Array = new Uint8Array(0);

/** A longer buffer is not kept. */
const SEALED_KEPT_MAX = 8 * 1024 * 1024;

const PREAMBLE = 0;
const FIRST = 1;
const REMAINING = 2;
const COMPLETE = 3;

/**
 * Frames in secure mode. Ceph: disasm_first_secure_rev1, disasm_remaining_secure_rev1.
 *
 * What was opened stands in buffers of its own; what is longer than the receive buffer should hold is
 * received into one, too. That one serves again, if the data is wanted elsewhere.
 */
export class SecureFrameReader {
  /** FRAME_* that were agreed on. */
  flagsAllowed = 0;
  isAborted = false;
  /** Whom to ask where the data of a message is wanted, by its header. */
  rxBuffer: ((header: Decoder, length: number) => Uint8Array | undefined) | undefined;
  middle: Uint8Array = EMPTY;
  data: Uint8Array = EMPTY;
  readonly #recv: RecvBuffer;
  readonly #preamble: Preamble;
  readonly #rx: RxHandler;
  readonly #destination: Destination;
  #phase = PREAMBLE;
  #first: Uint8Array = EMPTY;
  #front: Uint8Array = EMPTY;
  /** What was received into, and is free. */
  #sealed: Uint8Array = EMPTY;

  constructor(cct: CephContext, recv: RecvBuffer, preamble: Preamble, rx: RxHandler) {
    this.#recv = recv;
    this.#preamble = preamble;
    this.#rx = rx;
    this.#destination = new Destination(cct.alloc, recv);
  }

  readBuffer(): Uint8Array {
    return this.#destination.readBuffer();
  }

  onRead(count: number): void {
    this.#destination.onRead(count);
  }

  readPreamble(): boolean {
    this.#release();
    if (this.#recv.available < BLOCK_LENGTH) return false;
    const block = this.#rx.open(this.#take(BLOCK_LENGTH), 'preamble');
    const crc = crc32c(0, block, 0, FRAME_PREAMBLE_SIZE - FRAME_CRC_SIZE);
    decodePreamble(new Decoder(block, 'preamble'), this.#preamble, crc, this.flagsAllowed);
    this.#first = block.subarray(FRAME_PREAMBLE_SIZE);
    this.#phase = FIRST;
    return true;
  }

  readSegments(): boolean {
    if (this.#phase === FIRST && !this.#readFirst()) return false;
    if (this.#phase === REMAINING && !this.#readRemaining()) return false;
    return true;
  }

  first(): Decoder {
    return new Decoder(this.#first, 'segment 0');
  }

  front(): Decoder {
    return new Decoder(this.#front, 'front');
  }

  #release(): void {
    if (this.#phase === PREAMBLE) return;
    this.#phase = PREAMBLE;
    this.#destination.begin(0, undefined);
    this.#first = EMPTY;
    this.#front = EMPTY;
    this.middle = EMPTY;
    this.data = EMPTY;
    this.isAborted = false;
  }

  #readFirst(): boolean {
    const { numSegments, lengths } = this.#preamble;
    const rest = paddedLength(lengths[0]) - FRAME_PREAMBLE_INLINE_SIZE;
    if (rest > 0) {
      if (this.#recv.available < rest + GCM_TAG_LENGTH) return false;
      const opened = this.#rx.open(this.#take(rest + GCM_TAG_LENGTH), 'segments[0]');
      const whole = new Uint8Array(FRAME_PREAMBLE_INLINE_SIZE + rest);
      whole.set(this.#first);
      whole.set(opened, FRAME_PREAMBLE_INLINE_SIZE);
      this.#first = whole;
    }
    this.#first = this.#first.subarray(0, lengths[0]);
    if (numSegments === 1) {
      this.#phase = COMPLETE;
      return true;
    }
    const [, front, middle, data] = lengths;
    const padded = paddedLength(front) + paddedLength(middle) + paddedLength(data);
    const length = padded + EPILOGUE_SECURE_SIZE + GCM_TAG_LENGTH;
    const isRoom = this.#sealed.length >= length;
    this.#destination.begin(length, undefined, isRoom ? this.#sealed.subarray(0, length) : EMPTY);
    this.#phase = REMAINING;
    return true;
  }

  #readRemaining(): boolean {
    if (!this.#destination.fill()) return false;
    const sealed = this.#destination.bytes;
    const opened = this.#rx.open(sealed, 'segments');
    const [, front, middle, data] = this.#preamble.lengths;
    const middleAt = paddedLength(front);
    const dataAt = middleAt + paddedLength(middle);
    this.#front = opened.subarray(0, front);
    this.middle = opened.subarray(middleAt, middleAt + middle);
    this.data = opened.subarray(dataAt, dataAt + data);
    this.#moveData(sealed);
    this.isAborted = isAborted(opened[dataAt + paddedLength(data)] ?? 0);
    this.#phase = COMPLETE;
    return true;
  }

  /** To where it is wanted: then `sealed`, in which it may have been opened, is free. */
  #moveData(sealed: Uint8Array): void {
    const { data } = this;
    const isPlain = data.length > 0 && this.middle.length === 0 && this.#preamble.flags === 0;
    const wanted = isPlain ? this.rxBuffer?.(this.first(), data.length) : undefined;
    if (wanted === undefined) {
      this.#sealed = EMPTY;
      return;
    }
    wanted.set(data);
    this.data = wanted;
    const isKept = sealed.length > this.#sealed.length && sealed.length <= SEALED_KEPT_MAX;
    if (isKept) this.#sealed = sealed;
  }

  #take(length: number): Uint8Array {
    const { head } = this.#recv;
    this.#recv.head += length;
    return this.#recv.bytes.subarray(head, head + length);
  }
}
