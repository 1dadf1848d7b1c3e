import Denque from 'denque';
import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';
import type { Message } from './Message.ts';

interface Delayed {
  readonly release: number;
  readonly message: Message;
}

/**
 * Holds some of a connection's messages back for a while, and with them what comes after: the order
 * stays. Ceph: Pipe::DelayedDelivery, options `ms_inject_delay_…`.
 */
export class DelayedDelivery {
  readonly #cct: CephContext;
  readonly #deliver: (message: Message) => void;
  readonly #entry = (): void => this.#runEntry();
  readonly #queue = new Denque<Delayed>();
  #timer: Timer | undefined;

  constructor(cct: CephContext, deliver: (message: Message) => void) {
    this.#cct = cct;
    this.#deliver = deliver;
  }

  queue(message: Message): void {
    const { conf, random, clock } = this.#cct;
    const delayed = random.float() < conf.ms_inject_delay_probability;
    const delayMs = delayed ? conf.ms_inject_delay_max * 1000 * random.float() : 0;
    this.#queue.push({ release: clock.now() + delayMs, message });
    if (this.#timer === undefined) this.#runEntry();
  }

  /** Takes out what is held back, in order. */
  takeAll(): Message[] {
    this.#timer?.cancel();
    this.#timer = undefined;
    const messages = this.#queue.toArray().map(({ message }) => message);
    this.#queue.clear();
    return messages;
  }

  /** Drops what is held back. */
  discard(): void {
    for (const message of this.takeAll()) message.releaseThrottle();
  }

  #runEntry(): void {
    this.#timer = undefined;
    const now = this.#cct.clock.now();
    for (let next = this.#queue.peekFront(); next !== undefined; next = this.#queue.peekFront()) {
      if (next.release > now) {
        this.#timer = this.#cct.clock.addEventAfter(next.release - now, this.#entry);
        return;
      }
      this.#queue.shift();
      this.#deliver(next.message);
    }
  }
}
