import { crc32c } from '../../common/crc32c.ts';
import type { Alloc } from '../../common/Encoder.ts';
import type { RecvBuffer } from '../RecvBuffer.ts';

const EMPTY = new Uint8Array(0);

/**
 * A buffer that is being filled: from the receive buffer with what has already come, and then by the
 * socket itself. A crc is taken of each piece as it comes, while it is in the cache.
 */
export class Destination {
  bytes: Uint8Array = EMPTY;
  crc = 0;
  readonly #alloc: Alloc;
  readonly #recv: RecvBuffer;
  #filled = 0;
  #withCrc = false;

  constructor(alloc: Alloc, recv: RecvBuffer) {
    this.#alloc = alloc;
    this.#recv = recv;
  }

  /** Begins a buffer of `length` bytes. `crc`: what its crc begins with; undefined: none is taken. */
  begin(length: number, crc: number | undefined): void {
    this.bytes = length === 0 ? EMPTY : this.#alloc(length);
    this.crc = crc ?? 0;
    this.#withCrc = crc !== undefined;
    this.#filled = 0;
  }

  readBuffer(): Uint8Array {
    const { bytes } = this;
    if (this.#filled === bytes.length) return this.#recv.readBuffer();
    return this.#filled === 0 ? bytes : bytes.subarray(this.#filled);
  }

  onRead(count: number): void {
    if (this.#filled === this.bytes.length) this.#recv.onRead(count);
    else this.#advance(count);
  }

  /** Moves what is in the receive buffer; true when the buffer is full. */
  fill(): boolean {
    const { bytes } = this;
    const recv = this.#recv;
    const count = Math.min(recv.available, bytes.length - this.#filled);
    if (count > 0) {
      bytes.set(recv.bytes.subarray(recv.head, recv.head + count), this.#filled);
      recv.head += count;
      this.#advance(count);
    }
    return this.#filled === bytes.length;
  }

  #advance(count: number): void {
    const from = this.#filled;
    this.#filled = from + count;
    if (this.#withCrc) this.crc = crc32c(this.crc, this.bytes, from, this.#filled);
  }
}
