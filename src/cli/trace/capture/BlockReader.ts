import { CaptureError } from './Packet.ts';

/** Reads integers of the byte order that a file says it has, never beyond its end. */
export class BlockReader {
  readonly #bytes: Buffer;
  readonly #isLittle: boolean;

  constructor(bytes: Buffer, isLittle: boolean) {
    this.#bytes = bytes;
    this.#isLittle = isLittle;
  }

  get length(): number {
    return this.#bytes.length;
  }

  u16(at: number): number {
    const bytes = this.raw(at, 2);
    return this.#isLittle ? bytes.readUInt16LE() : bytes.readUInt16BE();
  }

  u32(at: number): number {
    const bytes = this.raw(at, 4);
    return this.#isLittle ? bytes.readUInt32LE() : bytes.readUInt32BE();
  }

  raw(at: number, length: number): Buffer {
    if (at + length <= this.#bytes.length) return this.#bytes.subarray(at, at + length);
    throw new CaptureError(`it ends at byte ${this.#bytes.length}, in the middle of something`);
  }

  /** Of the `length` bytes from `at` on. */
  part(at: number, length: number): BlockReader {
    return new BlockReader(this.raw(at, length), this.#isLittle);
  }
}
