/** What a client shows to a daemon when it connects. */
export interface AuthAuthorizer {
  /** CEPH_AUTH_NONE or CEPH_AUTH_CEPHX. */
  readonly protocol: number;
  readonly bytes: Uint8Array;
}

/** Whoever holds our identity (the MonClient) and can prove it. Ceph: src/auth/AuthClient.h. */
export interface AuthClient {
  /** Undefined: this kind of peer wants none (a monitor), or there is none yet. */
  buildAuthorizer(peerType: number): AuthAuthorizer | undefined;
}
