import type { Throttle, Waiter } from '../common/Throttle.ts';
import type { Policy } from './Policy.ts';

/**
 * What each message of one connection takes before its body is read, in this order: one of the
 * policy's messages, then its size of the policy's bytes, then of the dispatch queue's. The policy's
 * budgets are shared by peers of one type. Ceph: Pipe::read_message, ProtocolV1::throttle_message.
 */
export class ReadThrottle {
  readonly #throttles: readonly (Throttle | undefined)[];
  readonly #resume: () => void;
  readonly #granted = (): void => this.#onGranted();
  #size = 0;
  /** How many of `#throttles` have been passed for the message that is being read. */
  #passed = 0;
  #waiter: Waiter | undefined;

  /** `resume` is called when a `take` that had to wait has everything. */
  constructor(policy: Policy, dispatchThrottler: Throttle, resume: () => void) {
    this.#throttles = [policy.throttlerMessages, policy.throttlerBytes, dispatchThrottler];
    this.#resume = resume;
  }

  get isWaiting(): boolean {
    return this.#waiter !== undefined;
  }

  /** Takes what a message of `size` bytes needs. False: it waits. */
  take(size: number): boolean {
    this.#size = size;
    return this.#advance();
  }

  /** The message is complete: what was taken is now its own, to be `put` when it is done with. */
  handOver(): void {
    this.#passed = 0;
  }

  /** The message will never be complete. */
  cancel(): void {
    if (this.#waiter !== undefined) this.#throttles[this.#passed]?.cancel(this.#waiter);
    this.#waiter = undefined;
    const passed = this.#passed;
    this.#passed = 0;
    for (let i = 0; i < passed; i++) this.#putBack(i, this.#size);
  }

  /** Gives back what one message of `size` bytes had taken. */
  put(size: number): void {
    for (let i = 0; i < this.#throttles.length; i++) this.#putBack(i, size);
  }

  #advance(): boolean {
    for (; this.#passed < this.#throttles.length; this.#passed++) {
      const throttle = this.#throttles[this.#passed];
      const count = countAt(this.#passed, this.#size);
      if (throttle === undefined || count === 0 || throttle.getOrFail(count)) continue;
      this.#waiter = throttle.get(count, this.#granted);
      return false;
    }
    return true;
  }

  #onGranted(): void {
    this.#waiter = undefined;
    this.#passed++;
    if (this.#advance()) this.#resume();
  }

  #putBack(at: number, size: number): void {
    const count = countAt(at, size);
    if (count > 0) this.#throttles[at]?.put(count);
  }
}

/** The first throttle counts messages, the others bytes. */
function countAt(at: number, size: number): number {
  return at === 0 ? 1 : size;
}
