/** What a receiver grants, beyond which the sender keeps its messages to itself. */
const MESSAGES_MAX = 1024;
const BYTES_MAX = 32 * 1024 * 1024;

/**
 * What one end has handed over and the other has not taken. One message larger than all that is
 * granted is let through, when it is its turn. Ceph: the queue depths of src/msg/xio/XioConnection.h.
 */
export class XioCredits {
  #messages = 0;
  #bytes = 0;
  #isSpent = false;

  /** Nothing is under way. */
  get isAtRest(): boolean {
    return this.#messages === 0 && this.#bytes === 0;
  }

  /** For one more message. False: it was the last, until `grant` answers true. */
  spend(bytes: number): boolean {
    this.#messages++;
    this.#bytes += bytes;
    this.#isSpent = !this.#hasLeft;
    return !this.#isSpent;
  }

  /** The receiver has taken a message. True: who was told to stop may go on. */
  grant(bytes: number): boolean {
    this.#messages--;
    this.#bytes -= bytes;
    if (!this.#isSpent || !this.#hasLeft) return false;
    this.#isSpent = false;
    return true;
  }

  get #hasLeft(): boolean {
    return this.#messages < MESSAGES_MAX && this.#bytes < BYTES_MAX;
  }
}
