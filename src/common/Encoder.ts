import { crc32c } from './crc32c.ts';
import { assert } from './errors.ts';
import { utf8Write } from './utf8.ts';

const TWO_32 = 2 ** 32;

/** Gives `length` bytes whose contents are not defined. */
export type Alloc = (length: number) => Uint8Array<ArrayBuffer>;

const zeroed: Alloc = (length) => new Uint8Array(length);

/**
 * Writes Ceph's little-endian encoding (src/include/encoding.h) into one growing buffer.
 *
 * `take` hands out what was written since the last `take` as a view that is never written again;
 * the rest of the buffer goes on being used. So one Encoder serves a connection for its whole life.
 * Offsets (`at`, `mark`) are only good until the next `take`.
 */
export class Encoder {
  readonly #alloc: Alloc;
  readonly #slab: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  /** First byte not yet taken. */
  #start = 0;
  #end = 0;
  /** Where each open section's length field is. */
  readonly #open: number[] = [];

  /** `slab`: bytes to allocate at a time. */
  constructor(slab = 256, alloc: Alloc = zeroed) {
    this.#alloc = alloc;
    this.#slab = slab;
    this.#bytes = alloc(slab);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, slab);
  }

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  s32(value: number): void {
    const at = this.#grow(4);
    this.#view.setInt32(at, value, true);
  }

  /** A u64 or s64 that is a safe integer; negative numbers are written in two's complement. */
  u64(value: number): void {
    const at = this.#grow(8);
    this.#view.setUint32(at, value, true);
    this.#view.setInt32(at + 4, Math.floor(value / TWO_32), true);
  }

  bigU64(value: bigint): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value, true);
  }

  f32(value: number): void {
    const at = this.#grow(4);
    this.#view.setFloat32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value, true);
  }

  /** The bytes as they are, with no length. */
  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** A bufferlist: u32 length, bytes. */
  blob(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** u32 length, UTF-8. */
  string(text: string): void {
    // A UTF-16 unit never takes more than three bytes.
    const at = this.#grow(4 + text.length * 3);
    this.#end = utf8Write(this.#bytes, at + 4, text);
    this.#view.setUint32(at, this.#end - at - 4, true);
  }

  zeros(count: number): void {
    const at = this.#grow(count);
    // For the few dozen bytes that are asked for, words in a loop are faster than `fill`.
    const end = at + count;
    let i = at;
    for (; i + 8 <= end; i += 8) this.#view.setFloat64(i, 0);
    for (; i < end; i++) this.#view.setUint8(i, 0);
  }

  /** ENCODE_START: u8 version, u8 compat, u32 length of what follows, patched by `encodeFinish`. */
  encodeStart(version: number, compat: number): void {
    const at = this.#grow(6);
    this.#view.setUint8(at, version);
    this.#view.setUint8(at + 1, compat);
    this.#open.push(at + 2 - this.#start);
  }

  /** ENCODE_FINISH. */
  encodeFinish(): void {
    const mark = this.#open.pop();
    assert(mark !== undefined, 'encodeFinish without encodeStart');
    this.#view.setUint32(this.#start + mark, this.length - mark - 4, true);
  }

  /** Overwrites a u32 at `at` (counted from the last `take`). */
  patchU32(at: number, value: number): void {
    this.#view.setUint32(this.#start + at, value, true);
  }

  patchU64(at: number, value: number): void {
    this.patchU32(at, value);
    this.#view.setInt32(this.#start + at + 4, Math.floor(value / TWO_32), true);
  }

  /** The crc32c of the bytes from `from` to `to` (counted from the last `take`). */
  crc32c(seed: number, from: number, to: number): number {
    return crc32c(seed, this.#bytes, this.#start + from, this.#start + to);
  }

  /** The bytes written since the last `take`, to look at now: they move when the buffer grows. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** The bytes written since the last `take`. The view is the caller's: nothing writes to it again. */
  take(): Uint8Array<ArrayBuffer> {
    assert(this.#open.length === 0, 'take inside a section');
    const taken = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return taken;
  }

  /** Drops what was written since the last `take`. */
  discard(): void {
    this.#end = this.#start;
  }

  /** Makes room for `count` bytes and counts them as written; answers where they begin. */
  #grow(count: number): number {
    const at = this.#end;
    if (at + count > this.#bytes.length) return this.#enlarge(count);
    this.#end = at + count;
    return at;
  }

  #enlarge(count: number): number {
    const have = this.length;
    const size = Math.max(this.#slab, (have + count) * (have === 0 ? 1 : 2));
    const bytes = this.#alloc(size);
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, size);
    this.#start = 0;
    this.#end = have + count;
    return have;
  }
}
