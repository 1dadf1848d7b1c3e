import type { AuthAuthorizer, AuthSecrets } from './AuthClient.ts';

/** `more`: the monitor waits for the next request. */
export type AuthProgress = 'more' | 'done';

/**
 * One way to show a monitor who we are, and with what it gives us, then the daemons. It keeps what it was
 * given over connections. Ceph: src/auth/AuthClientHandler.h.
 *
 * What a monitor says that makes no sense, or shows that it is none of ours, is a `DecodeError`.
 */
export interface AuthClientHandler {
  /** CEPH_AUTH_*. */
  readonly protocol: number;
  /** The number that the monitors have given us; 0: none yet. */
  globalId: number;
  /** Another that has what this one was given, for another connection. */
  clone(): AuthClientHandler;
  /** Another connection: it begins anew. */
  reset(): void;
  /** What to say next. */
  buildRequest(): Uint8Array;
  /** Of what the monitor answers in messages, and in msgr v2 while there is more to say. */
  handleResponse(payload: Uint8Array): AuthProgress;
  /** Of what it answers last in msgr v2. */
  handleDone(payload: Uint8Array): AuthSecrets;
  /** Undefined: there is nothing yet to show to such a daemon. */
  buildAuthorizer(serviceId: number): AuthAuthorizer | undefined;
  /** A daemon does not take what we showed it: it is to be renewed, unless it was renewed just now. */
  invalidateTicket(serviceId: number): void;
  /** What we have is to be renewed, and that is not under way. */
  needTickets(): boolean;
  /** When that will be so, by `Clock.realNow`; Infinity: never. */
  renewAfter(): number;
}
