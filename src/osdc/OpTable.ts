import type { Op } from './Op.ts';

/** A power of two. */
const SLOTS_MIN = 32;

/**
 * Ops by tid, in no order.
 *
 * Not a Map: that makes itself a new table whenever so many ops have come and gone, and what the
 * collector has come to count as old keeps the ops of the time, which then all live on until the next
 * full collection. This one stays in its slots.
 */
export class OpTable {
  /** An op is in the slot of the low bits of its tid, or in the first free one after it. */
  #slots: (Op | undefined)[] = makeSlots(SLOTS_MIN);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(tid: number): Op | undefined {
    return this.#slots[this.#find(tid)];
  }

  /** Those of now: they may be added and deleted while somebody goes through them. */
  values(): Op[] {
    const ops: Op[] = [];
    for (const op of this.#slots) if (op !== undefined) ops.push(op);
    return ops;
  }

  add(op: Op): void {
    if (2 * this.#size >= this.#slots.length) this.#grow();
    const at = this.#find(op.tid);
    if (this.#slots[at] === undefined) this.#size += 1;
    this.#slots[at] = op;
  }

  /** True: it was there. */
  delete(tid: number): boolean {
    const at = this.#find(tid);
    if (this.#slots[at] === undefined) return false;
    this.#slots[at] = undefined;
    this.#size -= 1;
    this.#closeGap(at);
    return true;
  }

  clear(): void {
    this.#slots = makeSlots(SLOTS_MIN);
    this.#size = 0;
  }

  /** Where the op of that tid is, or would be. */
  #find(tid: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = tid & mask;
    for (let op = slots[at]; op !== undefined && op.tid !== tid; op = slots[at])
      at = (at + 1) & mask;
    return at;
  }

  /** Ops after a slot that has become free move up, as far as that brings them nearer to their own. */
  #closeGap(free: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = free;
    let at = (gap + 1) & mask;
    for (let op = slots[at]; op !== undefined; op = slots[at]) {
      const isBeyondGap = ((at - op.tid) & mask) >= ((at - gap) & mask);
      if (isBeyondGap) {
        slots[gap] = op;
        slots[at] = undefined;
        gap = at;
      }
      at = (at + 1) & mask;
    }
  }

  #grow(): void {
    const ops = this.values();
    this.#slots = makeSlots(2 * this.#slots.length);
    for (const op of ops) this.#slots[this.#find(op.tid)] = op;
  }
}

function makeSlots(count: number): undefined[] {
  return new Array<undefined>(count).fill(undefined);
}
