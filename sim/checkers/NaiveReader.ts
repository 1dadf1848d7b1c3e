/** Reads little-endian bytes one after the other. What is not there reads as 0: maps here are sound. */
export class NaiveReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(): number {
    return this.#view.getUint8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.#view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  s32(): number {
    this.at += 4;
    return this.#view.getInt32(this.at - 4, true);
  }

  /** Of a number that a double can hold. */
  s64(): number {
    this.at += 8;
    return Number(this.#view.getBigInt64(this.at - 8, true));
  }

  bytes(length: number): Uint8Array {
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    let text = '';
    for (const byte of this.bytes(this.u32())) text += String.fromCharCode(byte);
    return text;
  }

  blob(): Uint8Array {
    return this.bytes(this.u32());
  }

  list<T>(one: () => T): T[] {
    const all: T[] = [];
    for (let left = this.u32(); left > 0; left--) all.push(one());
    return all;
  }

  /** A section: u8 version, u8 compat, u32 length. Goes on behind it, whatever was read of it. */
  section<T>(read: (version: number) => T): T {
    const version = this.u8();
    this.u8();
    const end = this.u32() + this.at;
    const result = read(version);
    this.at = end;
    return result;
  }
}
