import type { WireEvent } from './wire_event.ts';

/** What was listened in on. */
export interface Recording {
  /** Of each connection in the order of time. */
  readonly events: readonly WireEvent[];
  /** Why what was recorded did not come to its end. */
  readonly failure?: string;
}
