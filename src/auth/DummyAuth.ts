import { DecodeError } from '../common/errors.ts';
import type { AuthAuthorizer, AuthClient, AuthRequest, AuthSecrets } from './AuthClient.ts';
import type { AuthConnectionMeta, AuthMethods, AuthReply, AuthServer } from './AuthServer.ts';
import { CEPH_AUTH_NONE } from './auth_methods.ts';
import { CEPH_CON_MODE_CRC, CEPH_CON_MODE_UNKNOWN, NO_SECRETS } from './auth_modes.ts';

const EMPTY = new Uint8Array(0);
const NOBODY = 0;

/**
 * Lets everybody in and says nothing of itself, as between heartbeat messengers.
 * Ceph: src/auth/DummyAuth.h.
 */
export class DummyAuth implements AuthClient, AuthServer {
  buildAuthorizer(_peerType: number): AuthAuthorizer | undefined {
    return undefined;
  }

  getAuthRequest(): AuthRequest {
    return { method: CEPH_AUTH_NONE, preferredModes: [CEPH_CON_MODE_CRC], payload: EMPTY };
  }

  handleAuthReplyMore(): Uint8Array {
    throw new DecodeError('AUTH_REPLY_MORE', 0, 'there is no more to say');
  }

  handleAuthDone(): AuthSecrets {
    return NO_SECRETS;
  }

  handleAuthBadMethod(): void {
    throw new DecodeError('AUTH_BAD_METHOD', 0, 'the peer wants us to show who we are');
  }

  verifyAuthorizer(
    _peerType: number,
    _protocol: number,
    _authorizer: Uint8Array,
  ): AuthConnectionMeta | undefined {
    return undefined;
  }

  getSupportedAuthMethods(): AuthMethods {
    return { methods: [CEPH_AUTH_NONE], modes: [CEPH_CON_MODE_CRC] };
  }

  pickConMode(_peerType: number, _method: number, preferredModes: readonly number[]): number {
    return preferredModes.includes(CEPH_CON_MODE_CRC) ? CEPH_CON_MODE_CRC : CEPH_CON_MODE_UNKNOWN;
  }

  handleAuthRequest(): AuthReply {
    return { kind: 'done', globalId: NOBODY, payload: EMPTY, ...NO_SECRETS };
  }
}
