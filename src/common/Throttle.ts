/**
 * A budget of `max` units, given out in the order of asking. One request larger than `max` is let
 * through when nothing else is out. Ceph: src/common/Throttle.h.
 */
export class Throttle {
  readonly max: number;
  #current = 0;
  readonly #waiting: Waiter[] = [];

  /** `max` 0: no limit. */
  constructor(max: number) {
    this.max = max;
  }

  /** Units that are out. */
  get current(): number {
    return this.#current;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes `count` now if nobody waits and it fits; else answers false and takes nothing. */
  getOrFail(count: number): boolean {
    if (this.#waiting.length > 0 || !this.#fits(count)) return false;
    this.#current += count;
    return true;
  }

  /** Takes `count` as soon as it fits and everybody who asked before has got theirs. */
  get(count: number, granted: () => void): Waiter | undefined {
    if (this.getOrFail(count)) {
      granted();
      return undefined;
    }
    const waiter = { count, granted };
    this.#waiting.push(waiter);
    return waiter;
  }

  /** Stops waiting. Nothing was taken. */
  cancel(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    if (at === 0) this.#grant();
  }

  put(count: number): void {
    this.#current -= count;
    this.#grant();
  }

  #grant(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.count); ) {
      this.#waiting.shift();
      this.#current += next.count;
      next.granted();
      next = this.#waiting[0];
    }
  }

  #fits(count: number): boolean {
    return this.max === 0 || this.#current === 0 || this.#current + count <= this.max;
  }
}

export interface Waiter {
  readonly count: number;
  readonly granted: () => void;
}
