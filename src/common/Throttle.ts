import Denque from 'denque';

/** Somebody who waits for a {@link Throttle}, or has waited. */
export class Waiter {
  readonly count: number;
  readonly granted: () => void;
  state: 'waiting' | 'granted' | 'cancelled' = 'waiting';

  constructor(count: number, granted: () => void) {
    this.count = count;
    this.granted = granted;
  }
}

/**
 * A budget of `max` units, given out in the order of asking. One request larger than `max` is let
 * through when nothing else is out. Ceph: src/common/Throttle.h.
 */
export class Throttle {
  readonly max: number;
  #current = 0;
  /** In the order of asking. Who gave up is taken out when its turn comes. */
  readonly #queue = new Denque<Waiter>();
  #waiting = 0;
  #granting = false;

  /** `max` 0: no limit. */
  constructor(max: number) {
    this.max = max;
  }

  /** Units that are out. */
  get current(): number {
    return this.#current;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Takes `count` now if nobody waits and it fits; else answers false and takes nothing. */
  getOrFail(count: number): boolean {
    if (this.#waiting > 0 || !this.#fits(count)) return false;
    this.#current += count;
    return true;
  }

  /** Takes `count` as soon as it fits and everybody who asked before has got theirs. */
  get(count: number, granted: () => void): Waiter | undefined {
    if (this.getOrFail(count)) {
      granted();
      return undefined;
    }
    const waiter = new Waiter(count, granted);
    this.#queue.push(waiter);
    this.#waiting++;
    return waiter;
  }

  /** Stops waiting. Nothing was taken. */
  cancel(waiter: Waiter): void {
    if (waiter.state !== 'waiting') return;
    waiter.state = 'cancelled';
    this.#waiting--;
    this.#grant();
  }

  put(count: number): void {
    this.#current -= count;
    this.#grant();
  }

  /** A `granted` may put back at once: the loop that called it goes on, it does not begin another. */
  #grant(): void {
    if (this.#granting) return;
    this.#granting = true;
    try {
      for (let next = this.#next(); next !== undefined && this.#fits(next.count); ) {
        this.#queue.shift();
        this.#waiting--;
        this.#current += next.count;
        next.state = 'granted';
        next.granted();
        next = this.#next();
      }
    } finally {
      this.#granting = false;
    }
  }

  /** The first that still waits. */
  #next(): Waiter | undefined {
    while (this.#queue.peekFront()?.state === 'cancelled') this.#queue.shift();
    return this.#queue.peekFront();
  }

  #fits(count: number): boolean {
    return this.max === 0 || this.#current === 0 || this.#current + count <= this.max;
  }
}
