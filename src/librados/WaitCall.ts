import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';
import { Call } from './Call.ts';

/** A public call that waits for the session or for a map, not for an op. */
export class WaitCall<T> extends Call<T> {
  readonly syscall: string;
  /** Ends the wait that is under way. */
  cancel: () => void = () => {};
  readonly #cct: CephContext;
  readonly #onSettled: () => void;
  #timer: Timer | undefined;

  constructor(cct: CephContext, syscall: string, onSettled: () => void) {
    super(cct);
    this.#cct = cct;
    this.syscall = syscall;
    this.#onSettled = onSettled;
  }

  /** 0: none. `timedOut` gives the error. */
  setTimeout(timeoutMs: number, timedOut: () => Error): void {
    if (timeoutMs === 0 || this.isSettled) return;
    this.#timer = this.#cct.clock.addEventAfter(timeoutMs, () => this.abort(timedOut()));
  }

  override abort(reason: unknown): void {
    this.reject(reason);
    this.cancel();
  }

  protected override settled(): void {
    this.#timer?.cancel();
    this.#onSettled();
  }
}
