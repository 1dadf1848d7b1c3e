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
    if (((this.#next - seq) | 0) < 0) {
      const known = this.#early.get(seq);
      if (payload.length > (known?.length ?? 0)) this.#early.set(seq, payload);
      return [];
    }
    const ready: Buffer[] = [];
    this.#take(seq, payload, ready);
    while (this.#early.size > 0 && this.#takeEarly(ready));
    return ready;
  }

  /** What came too early and is in time now. False: there is none. */
  #takeEarly(ready: Buffer[]): boolean {
    for (const [seq, bytes] of this.#early) {
      if ((((this.#next ?? 0) - seq) | 0) < 0) continue;
      this.#early.delete(seq);
      this.#take(seq, bytes, ready);
      return true;
    }
    return false;
  }

  /** Bytes that begin no later than the next one, as far as they are new. */
  #take(seq: number, bytes: Buffer, ready: Buffer[]): void {
    const seen = ((this.#next ?? 0) - seq) | 0;
    if (seen >= bytes.length) return;
    this.#next = (seq + bytes.length) >>> 0;
    ready.push(bytes.subarray(seen));
  }
}
