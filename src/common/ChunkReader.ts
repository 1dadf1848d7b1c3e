/** Takes bytes off a list of chunks. */
export class ChunkReader {
  /** Of all chunks. */
  readonly length: number;
  readonly #chunks: readonly Uint8Array[];
  #index = 0;
  #at = 0;

  constructor(chunks: readonly Uint8Array[]) {
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    this.length = length;
    this.#chunks = chunks;
    this.#skipEmpty();
  }

  get isEmpty(): boolean {
    return this.#index >= this.#chunks.length;
  }

  /** Copies `most` bytes, or all that are left, to the beginning of `into`; answers how many. */
  readInto(into: Uint8Array, most: number): number {
    let filled = 0;
    while (filled < most && !this.isEmpty) {
      const chunk = this.#chunks[this.#index];
      if (chunk === undefined) break;
      const count = Math.min(most - filled, chunk.length - this.#at);
      into.set(chunk.subarray(this.#at, this.#at + count), filled);
      filled += count;
      this.#at += count;
      this.#skipEmpty();
    }
    return filled;
  }

  #skipEmpty(): void {
    while (!this.isEmpty && this.#at >= (this.#chunks[this.#index]?.length ?? 0)) {
      this.#index += 1;
      this.#at = 0;
    }
  }
}
