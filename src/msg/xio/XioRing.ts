import { DecodeError } from '../../common/errors.ts';

/** Words before the bytes. Counts of bytes are modulo 2^32, as unsigned numbers. */
const READ = 0;
const WRITTEN = 1;
const READER_WAITS = 2;
const WRITER_WAITS = 3;
const STATE = 4;
const WORDS = 16;

/** What the writing end has said of itself. */
export const RING_NEW = 0;
export const RING_OPEN = 1;
export const RING_RESET = 2;

const CAPACITY_MIN = 64;
const CAPACITY_MAX = 2 ** 30;

/**
 * Bytes from one thread to another, in memory that both have: one writes, one reads, and what is free
 * in it is what the writer may still write. Nothing that the other thread has put there is believed:
 * throws `DecodeError` when it makes no sense.
 */
export class XioRing {
  readonly shared: SharedArrayBuffer;
  readonly capacity: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  /** Our own count, as the reader or as the writer. */
  #own = 0;

  /** Over `shared`, which was made by `makeRing`. */
  constructor(shared: SharedArrayBuffer) {
    const capacity = shared.byteLength - 4 * WORDS;
    const isPowerOf2 = (capacity & (capacity - 1)) === 0;
    if (capacity < CAPACITY_MIN || capacity > CAPACITY_MAX || !isPowerOf2) {
      throw new DecodeError('XioRing', 0, `${shared.byteLength} bytes are no ring`);
    }
    this.shared = shared;
    this.capacity = capacity;
    this.#words = new Int32Array(shared, 0, WORDS);
    this.#bytes = new Uint8Array(shared, 4 * WORDS);
  }

  /** Of the writer: RING_*. */
  get state(): number {
    return Atomics.load(this.#words, STATE);
  }

  set state(state: number) {
    Atomics.store(this.#words, STATE, state);
  }

  /** Bytes that the reader may read. */
  get available(): number {
    return this.#checked(Atomics.load(this.#words, WRITTEN) - this.#own);
  }

  /** Bytes that the writer may write. */
  get free(): number {
    return this.capacity - this.#checked(this.#own - Atomics.load(this.#words, READ));
  }

  /** Writes what fits of `bytes` from `from` on; answers how many. */
  write(bytes: Uint8Array, from: number): number {
    const count = Math.min(bytes.length - from, this.free);
    const at = this.#own & (this.capacity - 1);
    const first = Math.min(count, this.capacity - at);
    this.#bytes.set(bytes.subarray(from, from + first), at);
    this.#bytes.set(bytes.subarray(from + first, from + count), 0);
    this.#own = (this.#own + count) | 0;
    Atomics.store(this.#words, WRITTEN, this.#own);
    return count;
  }

  /** Reads what fits into `into` from `from` on; answers how many. */
  read(into: Uint8Array, from: number): number {
    const count = Math.min(into.length - from, this.available);
    const at = this.#own & (this.capacity - 1);
    const first = Math.min(count, this.capacity - at);
    into.set(this.#bytes.subarray(at, at + first), from);
    into.set(this.#bytes.subarray(0, count - first), from + first);
    this.#own = (this.#own + count) | 0;
    Atomics.store(this.#words, READ, this.#own);
    return count;
  }

  /** Of the reader: it wants to be woken for more. False: there is more already. */
  awaitBytes(): boolean {
    Atomics.store(this.#words, READER_WAITS, 1);
    return this.available === 0;
  }

  /** Of the writer: it wants to be woken for room. False: there is room already. */
  awaitRoom(): boolean {
    Atomics.store(this.#words, WRITER_WAITS, 1);
    return this.free === 0;
  }

  /** Of the writer: whether the reader is to be woken. Answers yes once for each wait. */
  readerWaits(): boolean {
    return Atomics.exchange(this.#words, READER_WAITS, 0) === 1;
  }

  writerWaits(): boolean {
    return Atomics.exchange(this.#words, WRITER_WAITS, 0) === 1;
  }

  #checked(difference: number): number {
    const count = difference >>> 0;
    if (count > this.capacity) {
      throw new DecodeError('XioRing', 0, `${count} bytes in a ring of ${this.capacity}`);
    }
    return count;
  }
}

/** Memory for a ring of `capacity` bytes, a power of 2. */
export function makeRing(capacity: number): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(4 * WORDS + capacity);
  // Who has not yet looked into it must be told of the first bytes.
  new Int32Array(shared)[READER_WAITS] = 1;
  return shared;
}
