import { crc32c } from '../common/crc32c.ts';
import type { Alloc } from '../common/Encoder.ts';
import type { RecvBuffer } from './RecvBuffer.ts';

const EMPTY = new Uint8Array(0);

/** For each byte of a buffer that has come, so many may be allocated; but never less than ALLOC_MIN. */
const ALLOC_FACTOR = 128;
const ALLOC_MIN = 64 * 1024;

/** A read is no longer, so that its crc is taken while it is in the processor's cache. */
const PIECE = 256 * 1024;

/**
 * A buffer that is being filled: from the receive buffer with what has already come, and then by the
 * socket itself. A crc is taken of each piece as it comes, while it is in the cache.
 *
 * What a peer announces costs nothing before it begins to come, and then memory in proportion. What
 * fills the receive buffer is proof enough for 8 MiB, so that nothing of the usual length is moved.
 */
export class Destination {
  /** As long as was asked for when `fill` has answered true. */
  bytes: Uint8Array = EMPTY;
  crc = 0;
  readonly #alloc: Alloc;
  readonly #recv: RecvBuffer;
  #length = 0;
  #filled = 0;
  #withCrc = false;

  constructor(alloc: Alloc, recv: RecvBuffer) {
    this.#alloc = alloc;
    this.#recv = recv;
  }

  /**
   * Begins a buffer of `length` bytes. `crc`: what its crc begins with; undefined: none is taken.
   * `bytes`: the buffer, if there is one.
   */
  begin(length: number, crc: number | undefined, bytes: Uint8Array = EMPTY): void {
    this.bytes = bytes;
    this.crc = crc ?? 0;
    this.#length = length;
    this.#filled = 0;
    this.#withCrc = crc !== undefined;
  }

  readBuffer(): Uint8Array {
    const { bytes } = this;
    const from = this.#filled;
    if (from === bytes.length) return this.#recv.readBuffer();
    return bytes.subarray(from, from + PIECE);
  }

  onRead(count: number): void {
    if (this.#filled === this.bytes.length) this.#recv.onRead(count);
    else this.#advance(count);
  }

  /** Moves what is in the receive buffer; true when the buffer is full. */
  fill(): boolean {
    const recv = this.#recv;
    while (this.#filled < this.#length) {
      if (recv.available === 0) return false;
      if (this.#filled === this.bytes.length) this.#grow();
      const count = Math.min(recv.available, this.bytes.length - this.#filled);
      this.bytes.set(recv.bytes.subarray(recv.head, recv.head + count), this.#filled);
      recv.head += count;
      this.#advance(count);
    }
    return true;
  }

  #grow(): void {
    const proof = this.#filled + this.#recv.available;
    const bytes = this.#alloc(Math.min(this.#length, Math.max(ALLOC_MIN, proof * ALLOC_FACTOR)));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }

  #advance(count: number): void {
    const from = this.#filled;
    this.#filled = from + count;
    if (this.#withCrc) this.crc = crc32c(this.crc, this.bytes, from, this.#filled);
  }
}
