import { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/** By OSD. An array is one, and so is what {@link decodeOsdVector} makes. */
export interface OsdVector<T> {
  readonly length: number;
  /** `osd`: not negative. */
  at(osd: number): T | undefined;
}

/**
 * Of how many bytes the element at `at` is, if it looks as Ceph usually writes it and needs no closer
 * look to be known as one that decodes; 0 if not.
 */
export type UsualLength = (bytes: Uint8Array, at: number) => number;

/**
 * A vector<T> of which each element stays encoded until it is asked for: a map of 10,000 OSDs has
 * 80,000 addresses, of which a client needs a few. What is wrong with it is found now. `size`: least
 * bytes of an element.
 */
export function decodeOsdVector<T>(
  dec: Decoder,
  field: string,
  size: number,
  usualLength: UsualLength,
  decode: (dec: Decoder) => T,
): OsdVector<T> {
  const starts = new Uint32Array(dec.count(field, size) + 1);
  const bytes = dec.peek();
  const base = dec.offset;
  for (let i = 1; i < starts.length; i++) {
    const at = dec.offset - base;
    const length = usualLength(bytes, at);
    if (length > 0 && at + length <= bytes.length) dec.skip(length);
    else decode(dec);
    starts[i] = dec.offset - base;
  }
  return new EncodedVector(bytes.slice(0, dec.offset - base), starts, decode);
}

export function encodeOsdVector<T>(
  enc: Encoder,
  vector: OsdVector<T>,
  one: (element: T) => void,
): void {
  enc.u32(vector.length);
  for (let osd = 0; osd < vector.length; osd++) {
    const element = vector.at(osd);
    if (element !== undefined) one(element);
  }
}

/** `before`, cut or filled up to `length`, with `changes`; itself if that makes no difference. */
export function changedOsdVector<T>(
  before: OsdVector<T>,
  changes: ReadonlyMap<number, T>,
  length: number,
  fill: T,
): OsdVector<T> {
  const isLong = before.length === length;
  if (isLong && changes.size === 0) return before;
  if (isLong && before instanceof EncodedVector) return before.with(changes);
  const next = Array.from({ length }, (_, osd) => before.at(osd) ?? fill);
  for (const [osd, value] of changes) next[osd] = value;
  return next;
}

class EncodedVector<T> implements OsdVector<T> {
  readonly length: number;
  readonly #bytes: Uint8Array;
  /** Where each element begins, and the last ends. */
  readonly #starts: Uint32Array;
  readonly #decode: (dec: Decoder) => T;
  readonly #changed: ReadonlyMap<number, T>;

  constructor(
    bytes: Uint8Array,
    starts: Uint32Array,
    decode: (dec: Decoder) => T,
    changed: ReadonlyMap<number, T> = new Map(),
  ) {
    this.length = starts.length - 1;
    this.#bytes = bytes;
    this.#starts = starts;
    this.#decode = decode;
    this.#changed = changed;
  }

  at(osd: number): T | undefined {
    if (osd >= this.length) return undefined;
    const changed = this.#changed.get(osd);
    if (changed !== undefined) return changed;
    const bytes = this.#bytes.subarray(this.#starts[osd], this.#starts[osd + 1]);
    return this.#decode(new Decoder(bytes, 'OSDMap'));
  }

  with(changes: ReadonlyMap<number, T>): EncodedVector<T> {
    const changed = new Map([...this.#changed, ...changes]);
    return new EncodedVector(this.#bytes, this.#starts, this.#decode, changed);
  }
}
