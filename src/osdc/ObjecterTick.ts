import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';

/** Longer than it takes to find that a monitor is dead (mon_client_ping_timeout) and to find another. */
const PATIENCE_MS = 60_000;

export interface TickOwner {
  onTick(): void;
  /** Somebody waits for something. */
  isBusy(): boolean;
  /** What they wait for, others must bring about: time alone does not. */
  isStuck(): boolean;
}

/** The Objecter's clockwork: `objecter_tick_interval`. It keeps the world going for who waits. */
export class ObjecterTick {
  readonly #cct: CephContext;
  readonly #owner: TickOwner;
  #timer: Timer | undefined;
  /** For how long everybody who waits has been stuck. */
  #stuckMs = 0;

  constructor(cct: CephContext, owner: TickOwner) {
    this.#cct = cct;
    this.#owner = owner;
  }

  start(): void {
    const delayMs = this.#cct.conf.objecter_tick_interval * 1000;
    this.#timer = this.#cct.clock.addEventAfter(delayMs, () => {
      this.#stuckMs = this.#owner.isStuck() ? this.#stuckMs + delayMs : 0;
      this.start();
      this.#owner.onTick();
    });
    this.updateRef();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Something has happened. */
  wake(): void {
    this.#stuckMs = 0;
    this.updateRef();
  }

  updateRef(): void {
    if (!this.#owner.isBusy()) this.#timer?.unref();
    else if (this.#stuckMs > PATIENCE_MS) this.#timer?.hold();
    else this.#timer?.ref();
  }
}
