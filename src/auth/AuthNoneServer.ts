import { EOPNOTSUPP } from '../common/errno.ts';
import type { AuthConnection } from './AuthClient.ts';
import type { AuthConnectionMeta, AuthMethods, AuthReply, AuthServer } from './AuthServer.ts';
import { CEPH_AUTH_NONE } from './auth_methods.ts';
import { CEPH_CON_MODE_CRC, CEPH_CON_MODE_UNKNOWN, NO_SECRETS } from './auth_modes.ts';

const EMPTY = new Uint8Array(0);

/**
 * Takes everybody's word. Nobody proves anything, so nothing is known by which frames could be sealed:
 * secure mode is refused.
 */
export class AuthNoneServer implements AuthServer {
  readonly #identify: (payload: Uint8Array) => AuthConnectionMeta;

  /** `identify`: who a peer of v2 says it is; throws `DecodeError` if it says nothing sensible. */
  constructor(identify: (payload: Uint8Array) => AuthConnectionMeta) {
    this.#identify = identify;
  }

  verifyAuthorizer(
    _peerType: number,
    protocol: number,
    authorizer: Uint8Array,
  ): AuthConnectionMeta | undefined {
    return protocol === CEPH_AUTH_NONE ? this.#identify(authorizer) : undefined;
  }

  getSupportedAuthMethods(): AuthMethods {
    return { methods: [CEPH_AUTH_NONE], modes: [CEPH_CON_MODE_CRC] };
  }

  pickConMode(_peerType: number, method: number, preferredModes: readonly number[]): number {
    const isPossible = method === CEPH_AUTH_NONE && preferredModes.includes(CEPH_CON_MODE_CRC);
    return isPossible ? CEPH_CON_MODE_CRC : CEPH_CON_MODE_UNKNOWN;
  }

  handleAuthRequest(
    _con: AuthConnection,
    _more: boolean,
    method: number,
    payload: Uint8Array,
  ): AuthReply {
    if (method !== CEPH_AUTH_NONE) return { kind: 'bad', result: -EOPNOTSUPP };
    const peer = this.#identify(payload);
    return { kind: 'done', globalId: peer.globalId, peer, payload: EMPTY, ...NO_SECRETS };
  }
}
