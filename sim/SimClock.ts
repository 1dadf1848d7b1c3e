import type { Clock, Timer } from '../src/common/Clock.ts';
import type { Finisher } from '../src/common/Finisher.ts';
import { EventHeap } from './EventHeap.ts';

/**
 * Runs `resume` soon, after everything that now waits in the host's microtask queue: `setImmediate`
 * in Node, a message to oneself in a browser.
 */
export type HostSchedule = (resume: () => void) => void;

/** Where virtual time begins: 2025-01-01 00:00 UTC, in milliseconds since 1970. */
const REAL_TIME_START = 1_735_689_600_000;

/** Events between two returns to the host, so that the process stays responsive. */
const EVENTS_PER_TURN = 10_000;

/** Cancelled events that may lie in the queue before it is swept. */
const CANCELLED_MAX = 1024;

/**
 * Virtual time: one queue of events by (time, order of asking), and the only loop.
 *
 * Time passes while a ref'ed event is left; then it stands still until somebody asks for something.
 * After each event the deferred calls run, then the completions that were queued in {@link finisher};
 * after completions the loop returns to the host once, so that user code goes on at that very moment
 * of virtual time, however many promises deep, before anything else happens.
 */
export class SimClock implements Clock {
  readonly finisher: Finisher = { queue: (complete) => this.#complete(complete) };
  readonly #schedule: HostSchedule;
  readonly #queue = new EventHeap<SimEvent>();
  readonly #deferred = new CallQueue();
  readonly #completions = new CallQueue();
  #idleWaiters: Array<() => void> = [];
  /** Whole microseconds. */
  #now = 0;
  #refs = 0;
  #cancelled = 0;
  #turnIsDue = false;
  #events = 0;

  constructor(schedule: HostSchedule) {
    this.#schedule = schedule;
  }

  now(): number {
    return this.#now / 1000;
  }

  realNow(): number {
    return REAL_TIME_START + this.#now / 1000;
  }

  /** Events that have run. */
  get events(): number {
    return this.#events;
  }

  /**
   * Delays are rounded to whole microseconds, but none to nothing: who is woken a little early and
   * waits for the rest would never see time pass.
   */
  addEventAfter(delayMs: number, callback: () => void): Timer {
    const event = new SimEvent(this, callback);
    const least = delayMs > 0 ? 1 : 0;
    this.#queue.push(this.#now + Math.max(least, Math.round(delayMs * 1000)), event);
    this.retain();
    return event;
  }

  /** Events that are queued, ref'ed or not. */
  get pending(): number {
    return this.#queue.length - this.#cancelled;
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
    this.#wantTurn();
  }

  deferToRoundEnd(callback: () => void): void {
    this.defer(callback);
  }

  /** Resolves `ms` later, when all that was due before, ref'ed or not, has run. */
  advance(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.addEventAfter(ms, () => this.finisher.queue(resolve));
    });
  }

  /** Resolves when nothing is under way and nobody waits for anything. */
  runUntilIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
      this.#wantTurn();
    });
  }

  /** Of {@link SimEvent}: one more ref'ed event is queued. */
  retain(): void {
    this.#refs += 1;
    this.#wantTurn();
  }

  /** Of {@link SimEvent}. */
  release(): void {
    this.#refs -= 1;
  }

  /** Of {@link SimEvent}: one that is still queued will not run. */
  noteCancelled(): void {
    this.#cancelled += 1;
    if (this.#cancelled > CANCELLED_MAX && this.#cancelled > this.#queue.length / 2) {
      this.#queue.retain((event) => event.isQueued);
      this.#cancelled = 0;
    }
  }

  #complete(complete: () => void): void {
    this.#completions.push(complete);
    this.#wantTurn();
  }

  #wantTurn(): void {
    if (this.#turnIsDue) return;
    this.#turnIsDue = true;
    this.#schedule(() => this.#turn());
  }

  #turn(): void {
    let more = true;
    try {
      more = this.#runEvents();
    } finally {
      this.#turnIsDue = false;
      if (more) this.#wantTurn();
    }
  }

  /** False: nothing is left to do. True: the host is to have its turn first. */
  #runEvents(): boolean {
    for (let i = 0; i < EVENTS_PER_TURN; i++) {
      this.#deferred.run();
      if (this.#completions.run()) return true;
      if (this.#refs === 0) return this.#tellIdle();
      this.#runNext();
    }
    return true;
  }

  #runNext(): void {
    const time = this.#queue.firstTime;
    const event = this.#queue.pop();
    if (event === undefined) return;
    if (!event.isQueued) {
      this.#cancelled -= 1;
      return;
    }
    this.#now = time;
    this.#events += 1;
    event.fire();
  }

  #tellIdle(): boolean {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
    return waiters.length > 0;
  }
}

class SimEvent implements Timer {
  readonly #clock: SimClock;
  #callback: (() => void) | undefined;
  #isRefed = true;

  constructor(clock: SimClock, callback: () => void) {
    this.#clock = clock;
    this.#callback = callback;
  }

  get isQueued(): boolean {
    return this.#callback !== undefined;
  }

  fire(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    if (this.#isRefed) this.#clock.release();
    callback?.();
  }

  cancel(): void {
    if (this.#callback === undefined) return;
    this.#callback = undefined;
    if (this.#isRefed) this.#clock.release();
    this.#clock.noteCancelled();
  }

  ref(): void {
    if (this.#isRefed) return;
    this.#isRefed = true;
    if (this.#callback !== undefined) this.#clock.retain();
  }

  hold(): void {
    this.unref();
  }

  unref(): void {
    if (!this.#isRefed) return;
    this.#isRefed = false;
    if (this.#callback !== undefined) this.#clock.release();
  }
}

/** First come, first served; calls may be added while it runs. */
class CallQueue {
  #calls: Array<() => void> = [];

  push(call: () => void): void {
    this.#calls.push(call);
  }

  /** Runs all, and those that they add. False: there were none. */
  run(): boolean {
    if (this.#calls.length === 0) return false;
    while (this.#calls.length > 0) this.#runBatch();
    return true;
  }

  /** A call that throws takes none of the others with it. */
  #runBatch(): void {
    const batch = this.#calls;
    this.#calls = [];
    let done = 0;
    try {
      for (const call of batch) {
        done += 1;
        call();
      }
    } finally {
      if (done < batch.length) this.#calls = [...batch.slice(done), ...this.#calls];
    }
  }
}
