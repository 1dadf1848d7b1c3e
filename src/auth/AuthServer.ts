import type { EntityName } from '../common/entity_name.ts';
import type { AuthConnection, AuthSecrets } from './AuthClient.ts';
import type { AuthSessionHandler } from './AuthSessionHandler.ts';

/** Who a connection's peer has shown itself to be. */
export interface AuthPeer {
  readonly entityName: EntityName;
  readonly globalId: number;
  /** What it may do here, as its ticket says; undefined: nobody has said anything. */
  readonly caps?: string;
}

export interface AuthConnectionMeta extends AuthPeer {
  /** Of msgr v1: shows the peer that we could read its authorizer. */
  readonly authorizerReply?: Uint8Array;
  /** Of msgr v1: signs the messages of the connection; without it they are not signed. */
  readonly sessionHandler?: AuthSessionHandler;
}

/** The peer is to make its authorizer once more, for this challenge. */
export interface AuthChallenge {
  readonly challenge: Uint8Array;
}

/** What a server answers: the peer is let in, has to say more, or is refused with a negative errno. */
export type AuthReply =
  | (AuthSecrets & {
      readonly kind: 'done';
      readonly globalId: number;
      /** Undefined: it has shown nothing. */
      readonly peer?: AuthPeer;
      readonly payload: Uint8Array;
    })
  | { readonly kind: 'more'; readonly payload: Uint8Array }
  | { readonly kind: 'bad'; readonly result: number };

export interface AuthMethods {
  readonly methods: readonly number[];
  readonly modes: readonly number[];
}

/**
 * Whoever judges who connects to a daemon. Ceph: src/auth/AuthServer.h.
 *
 * Bytes that make no sense are a `DecodeError`, which ends the connection.
 */
export interface AuthServer {
  /** Of msgr v1. `challenge`: what the connection was last challenged with. Undefined: refused. */
  verifyAuthorizer(
    peerType: number,
    protocol: number,
    authorizer: Uint8Array,
    challenge: Uint8Array | undefined,
  ): AuthConnectionMeta | AuthChallenge | undefined;
  /** CEPH_AUTH_* and CEPH_CON_MODE_* that such a peer may use. */
  getSupportedAuthMethods(peerType: number): AuthMethods;
  /** One of `preferredModes`; CEPH_CON_MODE_UNKNOWN: none of them. */
  pickConMode(peerType: number, method: number, preferredModes: readonly number[]): number;
  /** `more`: in answer to an `AuthReply` of that kind. `conMode`: the one that was picked. */
  handleAuthRequest(
    con: AuthConnection,
    more: boolean,
    method: number,
    payload: Uint8Array,
    conMode: number,
  ): AuthReply;
}
