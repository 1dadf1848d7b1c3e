import type { CephContext } from '../common/CephContext.ts';
import type { Abortable, AbortListeners } from './AbortListeners.ts';
import type { AbortSignalLike } from './CallOptions.ts';

/**
 * One public call under way: its promise, which settles once, by way of the finisher, and the signal
 * that may end it.
 */
export abstract class Call<T> implements Abortable {
  readonly promise: Promise<T>;
  readonly #cct: CephContext;
  #stopListening: (() => void) | undefined;
  #resolve: (value: T) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #isSettled = false;

  constructor(cct: CephContext) {
    this.#cct = cct;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends what is under way, so that the call rejects with `reason`. */
  abstract abort(reason: unknown): void;

  /** From now on `signal` ends the call. False: it was aborted before, and the call is rejected. */
  listen(signal: AbortSignalLike, listeners: AbortListeners): boolean {
    if (signal.aborted) {
      this.reject(signal.reason);
      return false;
    }
    listeners.add(signal, this);
    this.#stopListening = () => listeners.delete(signal, this);
    return true;
  }

  resolve(value: T): void {
    if (this.#settle()) this.#cct.finisher.queue(() => this.#resolve(value));
  }

  reject(reason: unknown): void {
    if (this.#settle()) this.#cct.finisher.queue(() => this.#reject(reason));
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Called once, when there is a result and before anybody learns of it. */
  protected settled(): void {}

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#stopListening?.();
    this.settled();
    return true;
  }
}

/** A call that never began. */
export function rejected(cct: CephContext, reason: unknown): Promise<never> {
  return new Promise((_resolve, reject) => cct.finisher.queue(() => reject(reason)));
}
