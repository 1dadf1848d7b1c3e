import type { AbortSignalLike } from '../../src/librados/CallOptions.ts';

/** An AbortSignal and its controller in one, which counts its listeners. */
export class MachineSignal implements AbortSignalLike {
  readonly reason: Error = new Error('aborted by the machine');
  readonly #listeners = new Set<() => void>();
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(): void {
    this.#aborted = true;
    for (const listener of [...this.#listeners]) listener();
  }
}
