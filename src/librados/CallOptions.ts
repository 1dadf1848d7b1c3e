/** What is used of an AbortSignal, whose type belongs to the host. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** How one call may end early. The session lives on. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
  /** Milliseconds until it rejects with TimedOut; 0: never. */
  readonly timeout?: number | undefined;
}
