import type { Clock, Timer } from '../common/Clock.ts';

/** Cuts a connection off on which nothing has moved for long. */
export class IdleTimeout {
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #expired: (reason: string) => void;
  #timer: Timer | undefined;
  #active = false;

  /** `seconds` 0: it is never cut off. */
  constructor(clock: Clock, seconds: number, expired: (reason: string) => void) {
    this.#clock = clock;
    this.#seconds = seconds;
    this.#expired = expired;
    this.#arm();
  }

  /** Something has moved. Costs next to nothing, and so the cut comes up to `seconds` late. */
  touch(): void {
    this.#active = true;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    if (this.#seconds === 0) return;
    this.#timer = this.#clock.addEventAfter(this.#seconds * 1000, () => this.#onTimer());
    this.#timer.unref();
  }

  #onTimer(): void {
    if (!this.#active) {
      this.#expired(`nothing was sent or received within ${this.#seconds} s`);
      return;
    }
    this.#active = false;
    this.#arm();
  }
}
