/** One thing that happened, for traces and logs: facts, not sentences. */
export interface LogEntry {
  /** Who: `client.4123`, `osd.0`, `mon.a`. */
  readonly who: string;
  /** What ran: `Objecter.opSubmit`. */
  readonly fn: string;
  /** The operation it was for, where there is one: the tid that the op and its reply carry. */
  readonly tid?: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Where entries go. The core calls it as `cct.log?.({ … })`, so that with no log nothing is built.
 * Entries never hold keys, tickets or secrets.
 */
export type Log = (entry: LogEntry) => void;
