import type { AuthSessionHandler } from './AuthSessionHandler.ts';

/** What a client shows to a daemon when it connects. */
export interface AuthAuthorizer {
  /** CEPH_AUTH_NONE or CEPH_AUTH_CEPHX. */
  readonly protocol: number;
  readonly bytes: Uint8Array;
  /** Signs the messages of the connection; without it they are not signed. */
  readonly sessionHandler?: AuthSessionHandler;
  /**
   * One that answers the server's challenge too; undefined: this one has answered one already. Throws
   * `DecodeError`. Without it a challenge is a refusal.
   */
  addChallenge?(challenge: Uint8Array): AuthAuthorizer | undefined;
  /**
   * What both sides know then; undefined: the server has not shown that it could read ours. Throws
   * `DecodeError`. Without it any reply will do.
   */
  verifyReply?(reply: Uint8Array): AuthSecrets | undefined;
}

/** A connection that authenticates, as far as authentication knows it: it tells one from another. */
export interface AuthConnection {
  /** CEPH_ENTITY_TYPE_* of the peer. */
  readonly peerType: number;
}

/** What a client says first in msgr v2. */
export interface AuthRequest {
  /** CEPH_AUTH_*. */
  readonly method: number;
  /** CEPH_CON_MODE_*, the best first. */
  readonly preferredModes: readonly number[];
  readonly payload: Uint8Array;
}

/** What both sides alone know once they have authenticated. Empty where nobody proves anything. */
export interface AuthSecrets {
  /** Signs what was said until then. */
  readonly sessionKey: Uint8Array;
  /** Keys and nonces of secure mode. */
  readonly connectionSecret: Uint8Array;
}

/**
 * Whoever holds our identity (the MonClient) and can prove it. Ceph: src/auth/AuthClient.h.
 *
 * Of msgr v2 are `getAuthRequest` and what follows; they throw `DecodeError` when the peer's answer
 * makes no sense or is not to be accepted, which ends the attempt to connect.
 */
export interface AuthClient {
  /**
   * Of msgr v1. Undefined: this kind of peer wants none (a monitor). Throws `DecodeError` where we have
   * nothing to show yet, which ends the attempt to connect.
   */
  buildAuthorizer(peerType: number): AuthAuthorizer | undefined;
  /** Of msgr v1: such a peer does not take what `buildAuthorizer` made. */
  handleBadAuthorizer?(peerType: number): void;
  /** Begins anew on `con`. */
  getAuthRequest(con: AuthConnection): AuthRequest;
  /** Answers what to say next. */
  handleAuthReplyMore(con: AuthConnection, payload: Uint8Array): Uint8Array;
  handleAuthDone(
    con: AuthConnection,
    globalId: number,
    conMode: number,
    payload: Uint8Array,
  ): AuthSecrets;
  /** The peer wants another method or mode, or does not let us in (`result`: a negative errno). */
  handleAuthBadMethod(con: AuthConnection, refused: AuthRefusal): void;
}

export interface AuthRefusal {
  readonly method: number;
  readonly result: number;
  readonly allowedMethods: readonly number[];
  readonly allowedModes: readonly number[];
}
