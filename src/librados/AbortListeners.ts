import type { AbortSignalLike } from './CallOptions.ts';

/** A call that a signal may end. */
export interface Abortable {
  abort(reason: unknown): void;
}

interface Listener {
  readonly calls: Set<Abortable>;
  readonly onAbort: () => void;
}

/** One listener per signal, however many calls share it: hosts warn of more than a few. */
export class AbortListeners {
  readonly #listeners = new Map<AbortSignalLike, Listener>();

  /** Until `delete`, `signal` aborts `call`. */
  add(signal: AbortSignalLike, call: Abortable): void {
    let listener = this.#listeners.get(signal);
    if (listener === undefined) {
      const calls = new Set<Abortable>();
      const onAbort = (): void => {
        // The last one first: of ops that wait for their budget none then gets any.
        for (const each of [...calls].reverse()) each.abort(signal.reason);
      };
      listener = { calls, onAbort };
      this.#listeners.set(signal, listener);
      signal.addEventListener('abort', onAbort);
    }
    listener.calls.add(call);
  }

  delete(signal: AbortSignalLike, call: Abortable): void {
    const listener = this.#listeners.get(signal);
    if (listener === undefined || !listener.calls.delete(call) || listener.calls.size > 0) return;
    this.#listeners.delete(signal);
    signal.removeEventListener('abort', listener.onAbort);
  }
}
