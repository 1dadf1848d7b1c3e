import { assert, DecodeError } from './errors.ts';
import { utf8Decode } from './utf8.ts';

const TWO_32 = 2 ** 32;

/** Sections inside sections, at most. Ceph's own maps nest six deep. */
const DEPTH_MAX = 32;

/**
 * Reads Ceph's little-endian encoding (src/include/encoding.h) from bytes that may be hostile:
 * nothing is read past the end of the innermost open section, and no count is believed before the
 * bytes for it are seen to be there. Whatever is wrong is a {@link DecodeError} that names the
 * type and the offset.
 */
export class Decoder {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;
  /** Where offsets are counted from. */
  #base = 0;
  /** End of the innermost open section. */
  #limit: number;
  readonly #limits: number[] = [];
  readonly #types: string[] = [];
  #type: string;

  /** `type`: what the bytes are said to be, for errors. */
  constructor(bytes: Uint8Array, type: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limit = bytes.length;
    this.#type = type;
  }

  /** Offset of the next byte. */
  get offset(): number {
    return this.#at - this.#base;
  }

  /**
   * Begins anew on the bytes from `start` to `end` of the same buffer, as `type`; offsets count from
   * `start`. So one Decoder serves a receive buffer for its whole life.
   */
  window(start: number, end: number, type: string): void {
    assert(start <= end && end <= this.#bytes.length, 'window beyond the buffer');
    this.#at = start;
    this.#base = start;
    this.#limit = end;
    this.#type = type;
    // To set the length of an array is slow, even to what it is.
    if (this.#limits.length > 0) {
      this.#limits.length = 0;
      this.#types.length = 0;
    }
  }

  /** Bytes left in the innermost open section. */
  get remaining(): number {
    return this.#limit - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#need(1));
  }

  bool(): boolean {
    return this.u8() !== 0;
  }

  u16(): number {
    return this.#view.getUint16(this.#need(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#need(4), true);
  }

  s8(): number {
    return this.#view.getInt8(this.#need(1));
  }

  s16(): number {
    return this.#view.getInt16(this.#need(2), true);
  }

  s32(): number {
    return this.#view.getInt32(this.#need(4), true);
  }

  /** A u64 that must be a safe integer. */
  u64(): number {
    const at = this.#need(8);
    const high = this.#view.getUint32(at + 4, true);
    if (high >= 0x200000) throw this.error('u64 above 2^53', undefined, at - this.#base);
    return high * TWO_32 + this.#view.getUint32(at, true);
  }

  /** An s64 that must be a safe integer; also a u64 whose top values stand for small negatives. */
  s64(): number {
    const at = this.#need(8);
    const high = this.#view.getInt32(at + 4, true);
    if (high >= 0x200000 || high < -0x200000)
      throw this.error('s64 beyond 2^53', undefined, at - this.#base);
    return high * TWO_32 + this.#view.getUint32(at, true);
  }

  /** As {@link s64}, but beyond 2^53 only near: for what nobody has so much of, and is refused by its size. */
  nearS64(): number {
    const at = this.#need(8);
    return this.#view.getInt32(at + 4, true) * TWO_32 + this.#view.getUint32(at, true);
  }

  bigU64(): bigint {
    return this.#view.getBigUint64(this.#need(8), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#need(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#need(8), true);
  }

  /** `count` bytes as a view of the input: copy what outlives it. */
  raw(count: number): Uint8Array {
    const at = this.#need(count);
    // Not `subarray`: what Node's Buffer makes is a Buffer again, whose `slice` copies nothing.
    const { buffer, byteOffset } = this.#bytes;
    return new Uint8Array(buffer, byteOffset + at, count);
  }

  /** What is left of the innermost open section, as a view of the input. Nothing is consumed. */
  peek(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, this.remaining);
  }

  /** A bufferlist as a view of the input: copy what outlives it. */
  blob(field: string): Uint8Array {
    return this.raw(this.count(field, 1));
  }

  string(field: string): string {
    const count = this.count(field, 1);
    const at = this.#need(count);
    return utf8Decode(this.#bytes, at, at + count);
  }

  skip(count: number): void {
    this.#need(count);
  }

  /** A u32 count of elements of at least `size` bytes each, all of which must still be there. */
  count(field: string, size: number): number {
    const at = this.#at;
    const count = this.u32();
    if (count * size > this.remaining) {
      throw this.error(`${count} elements in ${this.remaining} bytes`, field, at - this.#base);
    }
    return count;
  }

  /** DECODE_START: opens a section of `type`; answers its version. `supported`: newest compat we read. */
  decodeStart(type: string, supported: number): number {
    const at = this.#need(6);
    const version = this.#view.getUint8(at);
    const compat = this.#view.getUint8(at + 1);
    const length = this.#view.getUint32(at + 2, true);
    this.#enter(type);
    if (compat > supported) {
      throw this.error(
        `needs a decoder of version ${compat}, this is ${supported}`,
        'compat',
        at + 1 - this.#base,
      );
    }
    if (length > this.remaining) {
      throw this.error(`${length} bytes of ${this.remaining}`, 'length', at + 2 - this.#base);
    }
    this.#limit = this.#at + length;
    return version;
  }

  /** DECODE_FINISH: leaves the section, skipping what a newer version put behind what we know. */
  decodeFinish(): void {
    const limit = this.#limits.pop();
    const type = this.#types.pop();
    assert(limit !== undefined && type !== undefined, 'decodeFinish without decodeStart');
    this.#at = this.#limit;
    this.#limit = limit;
    this.#type = type;
  }

  /** The error to throw when a value at `offset` (default: here) makes no sense. */
  error(reason: string, field?: string, offset: number = this.offset): DecodeError {
    return new DecodeError(
      field === undefined ? this.#type : `${this.#type}.${field}`,
      offset,
      reason,
    );
  }

  #enter(type: string): void {
    if (this.#limits.length >= DEPTH_MAX) throw this.error(`nested deeper than ${DEPTH_MAX}`);
    this.#limits.push(this.#limit);
    this.#types.push(this.#type);
    this.#type = type;
  }

  /** Consumes `count` bytes; answers where they begin. */
  #need(count: number): number {
    const at = this.#at;
    if (count > this.#limit - at) {
      throw this.error(`${count} bytes wanted, ${this.#limit - at} left`);
    }
    this.#at = at + count;
    return at;
  }
}
