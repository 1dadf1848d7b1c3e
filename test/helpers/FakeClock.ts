import type { Clock, Timer } from '../../src/common/Clock.ts';

interface Event {
  readonly time: number;
  readonly seq: number;
  readonly callback: () => void;
  refed: boolean;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly #events = new Set<Event>();
  readonly #deferred: (() => void)[] = [];
  #now = 0;
  #seq = 0;

  now(): number {
    return this.#now;
  }

  realNow(): number {
    return 1_700_000_000_000 + this.#now;
  }

  /** Timers that keep the world going. */
  get refs(): number {
    return [...this.#events].filter(({ refed }) => refed).length;
  }

  get timers(): number {
    return this.#events.size;
  }

  addEventAfter(delayMs: number, callback: () => void): Timer {
    const time = this.#now + Math.max(0, delayMs);
    const event: Event = { time, seq: this.#seq++, callback, refed: true };
    this.#events.add(event);
    return {
      cancel: () => this.#events.delete(event),
      ref: () => {
        event.refed = true;
      },
      hold: () => {
        event.refed = false;
      },
      unref: () => {
        event.refed = false;
      },
    };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  deferToRoundEnd(callback: () => void): void {
    this.defer(callback);
  }

  /** Runs what falls due within `ms`, in order; at least what is due now. */
  advance(ms = 0): void {
    const until = this.#now + ms;
    for (;;) {
      for (let next = this.#deferred.shift(); next; next = this.#deferred.shift()) next();
      const [first] = [...this.#events]
        .filter(({ time }) => time <= until)
        .sort((a, b) => a.time - b.time || a.seq - b.seq);
      if (first === undefined) break;
      this.#events.delete(first);
      this.#now = Math.max(this.#now, first.time);
      first.callback();
    }
    this.#now = until;
  }
}
