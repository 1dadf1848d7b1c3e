import type { EntityName } from '../common/entity_name.ts';
import { DecodeError } from '../common/errors.ts';
import type { AuthAuthorizer, AuthSecrets } from './AuthClient.ts';
import type { AuthClientHandler, AuthProgress } from './AuthClientHandler.ts';
import { CEPH_AUTH_NONE } from './auth_methods.ts';
import { NO_SECRETS } from './auth_modes.ts';
import { buildAuthNoneAuthorizer } from './auth_none.ts';

/** Says who we are, and proves nothing. Ceph: src/auth/none/AuthNoneClientHandler.h. */
export class AuthNoneClientHandler implements AuthClientHandler {
  readonly protocol: number = CEPH_AUTH_NONE;
  globalId = 0;
  readonly #name: EntityName;

  constructor(name: EntityName) {
    this.#name = name;
  }

  clone(): AuthNoneClientHandler {
    const clone = new AuthNoneClientHandler(this.#name);
    clone.globalId = this.globalId;
    return clone;
  }

  reset(): void {}

  buildRequest(): Uint8Array {
    throw new DecodeError('AUTH_REPLY_MORE', 0, 'there is no more to say');
  }

  handleResponse(): AuthProgress {
    return 'done';
  }

  handleDone(): AuthSecrets {
    return NO_SECRETS;
  }

  buildAuthorizer(): AuthAuthorizer {
    return buildAuthNoneAuthorizer(this.#name, this.globalId);
  }

  invalidateTicket(): void {}

  needTickets(): boolean {
    return false;
  }

  renewAfter(): number {
    return Infinity;
  }
}
