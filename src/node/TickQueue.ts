import process from 'node:process';

/**
 * Calls to be made when what runs now has returned, in the order of asking: scheduled once
 * for all of a turn. Ticks come after the microtasks of those who were just answered, however many
 * promises deep, so what they ask for goes out together. It costs what a microtask costs.
 */
export class TickQueue {
  #calls: Array<() => void> = [];
  #isDue = false;
  readonly #schedule: (run: () => void) => void;
  readonly #runAll = (): void => this.#run();

  constructor(schedule: (run: () => void) => void = process.nextTick) {
    this.#schedule = schedule;
  }

  push(call: () => void): void {
    this.#calls.push(call);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#schedule(this.#runAll);
  }

  /** A call that throws takes none of the others with it. */
  #run(): void {
    const batch = this.#calls;
    this.#calls = [];
    this.#isDue = false;
    let done = 0;
    try {
      for (const call of batch) {
        done += 1;
        call();
      }
    } finally {
      for (const call of batch.slice(done)) this.push(call);
    }
  }
}
