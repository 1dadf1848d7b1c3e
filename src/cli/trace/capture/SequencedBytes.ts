/** What one side of a TCP connection has sent, put in order again: each byte once. */
export class SequencedBytes {
  /** Sequence number of the next byte; undefined: nothing has been seen. */
  #next: number | undefined;
  /** What came too early: sequence number and bytes. */
  readonly #early = new Map<number, Buffer>();

  /** Bytes count from here. */
  startAt(seq: number): void {
    this.#next = seq;
    this.#early.clear();
  }

  get hasGap(): boolean {
    return this.#early.size > 0;
  }

  /** Takes bytes in; answers those that now follow on what was there before. */
  push(seq: number, payload: Buffer): Buffer[] {
    this.#next ??= seq;
    const known = this.#early.get(seq);
    if (payload.length > 0 && payload.length > (known?.length ?? 0)) this.#early.set(seq, payload);
    const ready: Buffer[] = [];
    for (let piece = this.#takeNext(); piece !== undefined; piece = this.#takeNext()) {
      ready.push(piece);
    }
    return ready;
  }

  /** A piece that begins at, or overlaps with, the next byte, as far as it is new. */
  #takeNext(): Buffer | undefined {
    const next = this.#next ?? 0;
    for (const [seq, bytes] of this.#early) {
      const seen = (next - seq) | 0;
      if (seen < 0) continue;
      this.#early.delete(seq);
      if (seen >= bytes.length) continue;
      this.#next = (seq + bytes.length) >>> 0;
      return bytes.subarray(seen);
    }
    return undefined;
  }
}
