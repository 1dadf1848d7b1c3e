import type { EntityName } from '../common/entity_name.ts';

/** Who a connection's peer has shown itself to be. */
export interface AuthConnectionMeta {
  readonly entityName: EntityName;
  readonly globalId: number;
}

/** Whoever judges authorizers for a daemon. Ceph: src/auth/AuthServer.h. */
export interface AuthServer {
  /** Undefined: refused. */
  verifyAuthorizer(
    peerType: number,
    protocol: number,
    authorizer: Uint8Array,
  ): AuthConnectionMeta | undefined;
}
