import type { AbortSignalLike } from './CallOptions.ts';

/** Ends what was begun for one stream or one loop: when that is left, or when its own signal says so. */
export class CloseSignal implements AbortSignalLike {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<() => void>();
  #stopFollowing: (() => void) | undefined;

  /** `outer`: ends it as well. */
  constructor(outer: AbortSignalLike | undefined) {
    if (outer === undefined) return;
    if (outer.aborted) {
      this.close(outer.reason);
      return;
    }
    const onAbort = (): void => this.close(outer.reason);
    outer.addEventListener('abort', onAbort);
    this.#stopFollowing = () => outer.removeEventListener('abort', onAbort);
  }

  close(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#stopFollowing?.();
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }
}
