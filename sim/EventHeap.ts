/**
 * A queue by (time, order of pushing): a 4-ary heap whose keys lie in typed arrays, apart from the
 * values, so that sifting touches no object.
 */
export class EventHeap<T> {
  #times = new Float64Array(64);
  #seqs = new Float64Array(64);
  readonly #values: T[] = [];
  #nextSeq = 0;

  get length(): number {
    return this.#values.length;
  }

  /** The earliest time; Infinity when empty. */
  get firstTime(): number {
    return this.#values.length === 0 ? Number.POSITIVE_INFINITY : this.#timeAt(0);
  }

  push(time: number, value: T): void {
    const at = this.#values.length;
    if (at === this.#times.length) this.#enlarge();
    this.#values.push(value);
    this.#siftUp(at, time, this.#nextSeq++, value);
  }

  /** Removes and answers the first; undefined when empty. */
  pop(): T | undefined {
    const first = this.#values[0];
    const last = this.#values.pop();
    const at = this.#values.length;
    if (at > 0 && last !== undefined) this.#siftDown(this.#timeAt(at), this.#seqAt(at), last);
    return first;
  }

  /** Drops every value that is not wanted; the others keep their times and their order. */
  retain(wanted: (value: T) => boolean): void {
    const kept = this.#values
      .map((value, i) => ({ value, time: this.#timeAt(i), seq: this.#seqAt(i) }))
      .filter(({ value }) => wanted(value));
    this.#values.length = 0;
    kept.forEach(({ value, time, seq }, at) => {
      this.#values.push(value);
      this.#siftUp(at, time, seq, value);
    });
  }

  #siftUp(from: number, time: number, seq: number, value: T): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      if (!this.#isAfter(parent, time, seq)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, time, seq, value);
  }

  #siftDown(time: number, seq: number, value: T): void {
    const length = this.#values.length;
    let at = 0;
    for (;;) {
      const firstChild = at * 4 + 1;
      if (firstChild >= length) break;
      const child = this.#earliest(firstChild, Math.min(firstChild + 4, length));
      if (this.#isAfter(child, time, seq)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, time, seq, value);
  }

  #earliest(start: number, end: number): number {
    let best = start;
    for (let i = start + 1; i < end; i++) {
      if (this.#isAfter(best, this.#timeAt(i), this.#seqAt(i))) best = i;
    }
    return best;
  }

  #isAfter(at: number, time: number, seq: number): boolean {
    const own = this.#timeAt(at);
    return own > time || (own === time && this.#seqAt(at) > seq);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#timeAt(from);
    this.#seqs[to] = this.#seqAt(from);
    const value = this.#values[from];
    if (value !== undefined) this.#values[to] = value;
  }

  #put(at: number, time: number, seq: number, value: T): void {
    this.#times[at] = time;
    this.#seqs[at] = seq;
    this.#values[at] = value;
  }

  #timeAt(at: number): number {
    return this.#times[at] ?? 0;
  }

  #seqAt(at: number): number {
    return this.#seqs[at] ?? 0;
  }

  #enlarge(): void {
    const [times, seqs] = [this.#times, this.#seqs];
    this.#times = new Float64Array(times.length * 2);
    this.#seqs = new Float64Array(seqs.length * 2);
    this.#times.set(times);
    this.#seqs.set(seqs);
  }
}
