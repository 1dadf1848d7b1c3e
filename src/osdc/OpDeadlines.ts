import type { Clock, Timer } from '../common/Clock.ts';
import type { Op } from './Op.ts';
import { OpTable } from './OpTable.ts';
import { inTidOrder } from './OSDSession.ts';

/** One timer for the deadlines of all ops: it is set for the earliest, and then looks at each. */
export class OpDeadlines {
  readonly #clock: Clock;
  readonly #expired: (op: Op) => void;
  readonly #ops = new OpTable();
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, expired: (op: Op) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** Nothing happens for an op without a deadline. */
  add(op: Op): void {
    if (op.deadline === Number.POSITIVE_INFINITY) return;
    this.#ops.add(op);
    if (op.deadline < this.#timerAt) this.#arm(op.deadline);
  }

  delete(op: Op): void {
    if (this.#ops.delete(op.tid) && this.#ops.size === 0) this.#disarm();
  }

  #sweep(): void {
    this.#disarm();
    const now = this.#clock.now();
    // The last one first: of ops that wait for their budget and are due too, none then gets any.
    for (const op of inTidOrder(this.#ops.values()).reverse())
      if (op.deadline <= now) this.#expired(op);
    let earliest = Number.POSITIVE_INFINITY;
    for (const op of this.#ops.values()) earliest = Math.min(earliest, op.deadline);
    if (earliest < this.#timerAt) this.#arm(earliest);
  }

  #arm(at: number): void {
    this.#disarm();
    this.#timerAt = at;
    this.#timer = this.#clock.addEventAfter(at - this.#clock.now(), () => this.#sweep());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }
}
