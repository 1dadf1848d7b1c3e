/** An event that has been scheduled. A timer that is `ref`ed keeps the world going; see {@link Clock}. */
export interface Timer {
  /** Idempotent; also after it has fired. */
  cancel(): void;
  ref(): void;
  /** The process stays alive as with `ref`, but no virtual time need pass for it. */
  hold(): void;
  unref(): void;
}

/**
 * Time as the core sees it. Real time is Node's; virtual time is the simulator's.
 *
 * As in Node, the world goes on while a `ref`ed timer (or a message under way) is left: a process
 * stays alive, a simulation runs on. Whoever waits for an answer holds a `ref`ed timer; whatever
 * only repeats (pings, renewals) is `unref`ed. Who waits for what time alone does not bring only
 * `hold`s: a simulation would run on for ever.
 */
export interface Clock {
  /** Milliseconds since some start; never goes back. */
  now(): number;
  /** Milliseconds since 1970 UTC. */
  realNow(): number;
  /** Calls `callback` once, `delayMs` from now. Starts `ref`ed. */
  addEventAfter(delayMs: number, callback: () => void): Timer;
  /**
   * Calls `callback` once, when what runs now has returned and before anything else is taken from
   * the network. Calls are made in the order in which they were asked for.
   */
  defer(callback: () => void): void;
  /**
   * As `defer`, but what has come from the network by now may be handed over first: what many answers
   * lead to can then go out together.
   */
  deferToRoundEnd(callback: () => void): void;
}
