import { CEPH_ENTITY_TYPE_MON, type EntityName } from '../common/entity_name.ts';
import { DecodeError } from '../common/errors.ts';
import type {
  AuthAuthorizer,
  AuthClient,
  AuthConnection,
  AuthRefusal,
  AuthRequest,
  AuthSecrets,
} from './AuthClient.ts';
import { CEPH_AUTH_NONE } from './auth_methods.ts';
import { CEPH_CON_MODE_CRC, NO_SECRETS } from './auth_modes.ts';
import { buildAuthNoneAuthorizer, encodeMonAuthRequest } from './auth_none.ts';

/** Says who we are, and proves nothing. */
export class AuthNoneClient implements AuthClient {
  /** What a monitor has given us; 0: nothing yet. */
  globalId = 0;
  readonly #name: EntityName;

  constructor(name: EntityName) {
    this.#name = name;
  }

  buildAuthorizer(peerType: number): AuthAuthorizer | undefined {
    if (peerType === CEPH_ENTITY_TYPE_MON) return undefined;
    return buildAuthNoneAuthorizer(this.#name, this.globalId);
  }

  getAuthRequest(con: AuthConnection): AuthRequest {
    const authorizer = this.buildAuthorizer(con.peerType);
    const payload = authorizer?.bytes ?? encodeMonAuthRequest(this.#name, this.globalId);
    return { method: CEPH_AUTH_NONE, preferredModes: [CEPH_CON_MODE_CRC], payload };
  }

  handleAuthReplyMore(): Uint8Array {
    throw new DecodeError('AUTH_REPLY_MORE', 0, 'there is no more to say');
  }

  handleAuthDone(con: AuthConnection, globalId: number): AuthSecrets {
    if (con.peerType === CEPH_ENTITY_TYPE_MON) this.globalId = globalId;
    return NO_SECRETS;
  }

  handleAuthBadMethod(_con: AuthConnection, refused: AuthRefusal): void {
    const { method, result, allowedMethods } = refused;
    const why = allowedMethods.includes(method)
      ? `authentication failed: ${result}`
      : `the peer wants auth protocol ${allowedMethods.join(' or ')}`;
    throw new DecodeError('AUTH_BAD_METHOD', 0, why);
  }
}
