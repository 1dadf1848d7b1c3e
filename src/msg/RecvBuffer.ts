import { Decoder } from '../common/Decoder.ts';
import type { Alloc } from '../common/Encoder.ts';

const CAPACITY = 64 * 1024;

/**
 * What a socket has received and nobody has consumed yet: the bytes from `head` to `tail` of one
 * buffer that is used again and again. Bytes are moved only when less than half of the buffer is
 * left, and then only those that still matter.
 */
export class RecvBuffer {
  readonly bytes: Uint8Array;
  /** Over `bytes`; set it on the part to read with `window`. */
  readonly decoder: Decoder;
  head = 0;
  #tail = 0;
  /** From here `#pinLength` bytes are kept although they have been consumed. */
  #pin = 0;
  #pinLength = 0;

  constructor(alloc: Alloc) {
    this.bytes = alloc(CAPACITY);
    this.decoder = new Decoder(this.bytes, 'receive buffer');
  }

  get available(): number {
    return this.#tail - this.head;
  }

  /** Where the bytes that `pin` keeps begin now. */
  get pinned(): number {
    return this.#pin;
  }

  /** Keeps the `length` bytes from `head` on, at most a quarter of the buffer, until `unpin`. */
  pin(length: number): void {
    this.#pin = this.head;
    this.#pinLength = length;
  }

  unpin(): void {
    this.#pinLength = 0;
  }

  /** Consumes `count` available bytes; answers the decoder, set on them. */
  take(count: number, type: string): Decoder {
    this.decoder.window(this.head, this.head + count, type);
    this.head += count;
    return this.decoder;
  }

  readBuffer(): Uint8Array {
    const isEmpty = this.available === 0 && this.#pinLength === 0;
    if (isEmpty || this.#tail > CAPACITY / 2) this.#moveToStart();
    return this.#tail === 0 ? this.bytes : this.bytes.subarray(this.#tail);
  }

  onRead(count: number): void {
    this.#tail += count;
  }

  clear(): void {
    this.head = 0;
    this.#tail = 0;
    this.#pinLength = 0;
  }

  /** What is pinned first, then what has not been consumed. */
  #moveToStart(): void {
    const { bytes, available } = this;
    const pinLength = this.#pinLength;
    if (pinLength > 0) bytes.copyWithin(0, this.#pin, this.#pin + pinLength);
    if (available > 0) bytes.copyWithin(pinLength, this.head, this.#tail);
    this.#pin = 0;
    this.head = pinLength;
    this.#tail = pinLength + available;
  }
}
