import type { Clock, Timer } from '../common/Clock.ts';

/** In this time, and what its bytes need at the slowest rate that is borne, a frame must be complete. */
const FRAME_TIMEOUT_MS = 30_000;
const BYTES_PER_MS_MIN = 64;

/** How far the reading of a connection is. */
export interface FrameProgress {
  /** Frames completed so far. */
  readonly count: number;
  /** Bytes of the frame that has been begun; undefined: none has, or it is we who do not read on. */
  readonly owed: number | undefined;
}

/** Cuts a peer off that begins a frame and does not end it in time. */
export class FrameDeadline {
  readonly #clock: Clock;
  readonly #progress: FrameProgress;
  readonly #expired: (reason: string) => void;
  readonly #check = (): void => this.#onTimer();
  #timer: Timer | undefined;
  /** The frame whose beginning was seen, and when. */
  #frame = -1;
  #since = 0;

  constructor(clock: Clock, progress: FrameProgress, expired: (reason: string) => void) {
    this.#clock = clock;
    this.#progress = progress;
    this.#expired = expired;
  }

  /** Call after each read. One timer serves many frames, so most of the time this sets none. */
  onRead(): void {
    const { count, owed } = this.#progress;
    if (owed === undefined) {
      this.#frame = -1;
    } else if (this.#frame !== count) {
      this.#frame = count;
      this.#since = this.#clock.now();
      if (this.#timer === undefined) this.#arm(FRAME_TIMEOUT_MS);
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.addEventAfter(delayMs, this.#check);
    this.#timer.unref();
  }

  #onTimer(): void {
    this.#timer = undefined;
    const { count, owed } = this.#progress;
    if (owed === undefined || this.#frame !== count) return;
    const allowedMs = FRAME_TIMEOUT_MS + owed / BYTES_PER_MS_MIN;
    const leftMs = this.#since + allowedMs - this.#clock.now();
    if (leftMs > 0) this.#arm(leftMs);
    else this.#expired(`half a frame, and no end of it within ${Math.round(allowedMs / 1000)} s`);
  }
}
