import { Decoder } from '../../common/Decoder.ts';
import type { Alloc } from '../../common/Encoder.ts';

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
  /** From here on bytes are kept although they have been consumed; -1: they are not. */
  #pin = -1;

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

  /** Keeps the bytes from `head` on, up to half of the buffer, until `unpin`. */
  pin(): void {
    this.#pin = this.head;
  }

  unpin(): void {
    this.#pin = -1;
  }

  /** Consumes `count` available bytes; answers the decoder, set on them. */
  take(count: number, type: string): Decoder {
    this.decoder.window(this.head, this.head + count, type);
    this.head += count;
    return this.decoder;
  }

  readBuffer(): Uint8Array {
    const keep = this.#pin < 0 ? this.head : this.#pin;
    if (keep === this.#tail || this.#tail > CAPACITY / 2) this.#moveToStart(keep);
    return this.#tail === 0 ? this.bytes : this.bytes.subarray(this.#tail);
  }

  onRead(count: number): void {
    this.#tail += count;
  }

  clear(): void {
    this.head = 0;
    this.#tail = 0;
    this.#pin = -1;
  }

  #moveToStart(keep: number): void {
    if (keep < this.#tail) this.bytes.copyWithin(0, keep, this.#tail);
    this.head -= keep;
    this.#tail -= keep;
    if (this.#pin >= 0) this.#pin = 0;
  }
}
