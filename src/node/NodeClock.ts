import { performance } from 'node:perf_hooks';
import type { Clock, Timer } from '../common/Clock.ts';
import { TickQueue } from './TickQueue.ts';

/** What Node's timers can wait at most; more would fire at once. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** Real time. */
export class NodeClock implements Clock {
  readonly #deferred = new TickQueue();
  readonly #roundEnd = new TickQueue(setImmediate);

  now(): number {
    return performance.now();
  }

  realNow(): number {
    return Date.now();
  }

  addEventAfter(delayMs: number, callback: () => void): Timer {
    const timeout = setTimeout(callback, Math.min(delayMs, DELAY_MAX_MS));
    return {
      cancel: () => clearTimeout(timeout),
      ref: () => {
        timeout.ref();
      },
      hold: () => {
        timeout.ref();
      },
      unref: () => {
        timeout.unref();
      },
    };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  deferToRoundEnd(callback: () => void): void {
    this.#roundEnd.push(callback);
  }
}
