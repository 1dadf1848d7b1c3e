import type { CephContext } from '../common/CephContext.ts';
import type { Options } from '../common/options.ts';

/**
 * How many ms_connection_idle_timeout a session is kept that has not been open here. Its peer may
 * think that it is, and find out after two of them that the connection was cut.
 */
const UNOPENED_TIMEOUTS = 3;

/** How long the session of a peer that was let in, and never heard of it, is kept; 0: for ever. */
export function unopenedSeconds({ ms_connection_idle_timeout }: Options): number {
  return ms_connection_idle_timeout * UNOPENED_TIMEOUTS;
}

/**
 * How long a session waits before it dials again: not at all after a connection that was of use, then
 * ms_initial_backoff, and twice as long each time up to ms_max_backoff. A connection that only opens
 * is of no use: a peer that cuts it whenever we say something would keep us busy.
 */
export class Redial {
  readonly #cct: CephContext;
  /** Since a connection was of use. */
  #attempts = 0;
  #openedAt: number | undefined;

  constructor(cct: CephContext) {
    this.#cct = cct;
  }

  onDial(): void {
    this.#attempts++;
  }

  onOpen(): void {
    this.#openedAt = this.#cct.clock.now();
  }

  /** A message got through, either way. */
  onProgress(): void {
    this.#attempts = 0;
  }

  /** The connection, or the attempt, is over. One that has lasted was of use. */
  onClose(): void {
    const { clock, conf } = this.#cct;
    if (this.#openedAt === undefined) return;
    if (clock.now() - this.#openedAt >= conf.ms_max_backoff * 1000) this.#attempts = 0;
    this.#openedAt = undefined;
  }

  /** Seconds. */
  get delay(): number {
    if (this.#attempts === 0) return 0;
    const { ms_initial_backoff, ms_max_backoff } = this.#cct.conf;
    return Math.min(ms_initial_backoff * 2 ** (this.#attempts - 1), ms_max_backoff);
  }
}
