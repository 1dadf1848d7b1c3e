import type { AuthRequest, AuthSecrets } from '../../src/auth/AuthClient.ts';
import type { AuthReply } from '../../src/auth/AuthServer.ts';
import { CEPH_AUTH_NONE } from '../../src/auth/auth_methods.ts';
import { CEPH_CON_MODE_SECURE, CEPH_CON_MODE_UNKNOWN } from '../../src/auth/auth_modes.ts';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import { DecodeError } from '../../src/common/errors.ts';
import type { Random } from '../../src/common/Random.ts';

const KEY_LENGTH = 16;
const SECRET_LENGTH = 40;
const EMPTY = new Uint8Array(0);

/** Lets everybody in, in secure mode, and tells the secrets to whoever listens: for tests. */
export class SecretAuth extends DummyAuth {
  readonly #random: Random;

  constructor(random: Random) {
    super();
    this.#random = random;
  }

  override getAuthRequest(): AuthRequest {
    return { method: CEPH_AUTH_NONE, preferredModes: [CEPH_CON_MODE_SECURE], payload: EMPTY };
  }

  override handleAuthDone(
    _con?: unknown,
    _globalId?: number,
    _conMode?: number,
    payload: Uint8Array = EMPTY,
  ): AuthSecrets {
    if (payload.length !== KEY_LENGTH + SECRET_LENGTH) {
      throw new DecodeError('AUTH_DONE.auth_payload', 12, `${payload.length} bytes`);
    }
    return split(payload.slice());
  }

  override getSupportedAuthMethods(): { methods: number[]; modes: number[] } {
    return { methods: [CEPH_AUTH_NONE], modes: [CEPH_CON_MODE_SECURE] };
  }

  override pickConMode(_type: number, _method: number, preferred: readonly number[]): number {
    return preferred.includes(CEPH_CON_MODE_SECURE) ? CEPH_CON_MODE_SECURE : CEPH_CON_MODE_UNKNOWN;
  }

  override handleAuthRequest(): AuthReply {
    const payload = Uint8Array.from({ length: KEY_LENGTH + SECRET_LENGTH }, () =>
      this.#random.uint32(),
    );
    return { kind: 'done', globalId: 7, payload, ...split(payload) };
  }
}

function split(payload: Uint8Array): AuthSecrets {
  return {
    sessionKey: payload.subarray(0, KEY_LENGTH),
    connectionSecret: payload.subarray(KEY_LENGTH),
  };
}
