import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';

/** The Objecter's clockwork: `objecter_tick_interval`. It keeps the world going for who waits. */
export class ObjecterTick {
  readonly #cct: CephContext;
  readonly #onTick: () => void;
  readonly #isBusy: () => boolean;
  #timer: Timer | undefined;

  constructor(cct: CephContext, onTick: () => void, isBusy: () => boolean) {
    this.#cct = cct;
    this.#onTick = onTick;
    this.#isBusy = isBusy;
  }

  start(): void {
    const delayMs = this.#cct.conf.objecter_tick_interval * 1000;
    this.#timer = this.#cct.clock.addEventAfter(delayMs, () => {
      this.start();
      this.#onTick();
    });
    this.updateRef();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  updateRef(): void {
    if (this.#isBusy()) this.#timer?.ref();
    else this.#timer?.unref();
  }
}
