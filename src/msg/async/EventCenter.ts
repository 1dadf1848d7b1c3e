import type { Clock, Timer } from '../../common/Clock.ts';

/** Something that is to run when the present round of events is over. */
export interface ExternalEvent {
  /** Kept by the EventCenter: it is queued already. */
  isQueued: boolean;
  run(): void;
}

/**
 * Drives all connections of a messenger: what was asked for during a round of events is done when
 * it is over, by one call for all of them: what all sockets brought is answered together. Ceph: src/msg/async/Event.h; sockets are watched by the Stack.
 */
export class EventCenter {
  readonly #clock: Clock;
  readonly #processEvents = (): void => this.#runExternalEvents();
  #external: ExternalEvent[] = [];
  #spare: ExternalEvent[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `event` once, however often it is asked for in a round. */
  dispatchEventExternal(event: ExternalEvent): void {
    if (event.isQueued) return;
    event.isQueued = true;
    if (this.#external.push(event) === 1) this.#clock.deferToRoundEnd(this.#processEvents);
  }

  /** Nothing that a connection waits for keeps the world going: its user has a timer of its own. */
  createTimeEvent(seconds: number, callback: () => void): Timer {
    const timer = this.#clock.addEventAfter(seconds * 1000, callback);
    timer.unref();
    return timer;
  }

  #runExternalEvents(): void {
    const events = this.#external;
    this.#external = this.#spare;
    for (const event of events) {
      event.isQueued = false;
      event.run();
    }
    events.length = 0;
    this.#spare = events;
  }
}
