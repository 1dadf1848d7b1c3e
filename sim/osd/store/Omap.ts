import { utf8Compare } from '../../../src/common/utf8.ts';

const NO_BYTES = new Uint8Array(0);

/** Keys with values, in the order of the keys' bytes, and a header. Values belong to it once they are given. */
export class Omap {
  header: Uint8Array = NO_BYTES;
  #values = new Map<string, Uint8Array>();
  /** The keys in order; undefined: not since the last change. */
  #sorted: string[] | undefined = [];

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Uint8Array): void {
    if (!this.#values.has(key)) this.#noteKey(key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#sorted = undefined;
  }

  /** From `first` on, before `end`. */
  deleteRange(first: string, end: string): void {
    const keys = this.keys();
    for (const key of keys.slice(this.indexFrom(first), this.indexFrom(end))) this.delete(key);
  }

  /** The header too. */
  clear(): void {
    this.#values.clear();
    this.#sorted = [];
    this.header = NO_BYTES;
  }

  copy(): Omap {
    const copy = new Omap();
    copy.replaceBy(this);
    return copy;
  }

  replaceBy(other: Omap): void {
    this.header = other.header;
    this.#values = new Map(other.#values);
    this.#sorted = undefined;
  }

  /** In order. Good until the next change. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#values.keys()].sort(utf8Compare);
    return this.#sorted;
  }

  /** Index in {@link keys} of the first key that is not before `key`. */
  indexFrom(key: string): number {
    const keys = this.keys();
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (utf8Compare(keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index in {@link keys} of the first key behind `key`. */
  indexAfter(key: string): number {
    const index = this.indexFrom(key);
    return this.keys()[index] === key ? index + 1 : index;
  }

  #noteKey(key: string): void {
    const last = this.#sorted?.at(-1);
    if (last === undefined || utf8Compare(last, key) < 0) this.#sorted?.push(key);
    else this.#sorted = undefined;
  }
}
