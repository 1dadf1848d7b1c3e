import type {
  AuthAuthorizer,
  AuthClient,
  AuthConnection,
  AuthRefusal,
  AuthRequest,
  AuthSecrets,
} from '../../src/auth/AuthClient.ts';
import { AuthNoneServer } from '../../src/auth/AuthNoneServer.ts';
import type { AuthServer } from '../../src/auth/AuthServer.ts';
import { CEPH_CON_MODE_CRC, CEPH_CON_MODE_SECURE } from '../../src/auth/auth_modes.ts';
import { verifyAuthNoneAuthorizer } from '../../src/auth/auth_none.ts';
import { CephxAuthorizeServer } from '../../src/auth/cephx/CephxAuthorizeServer.ts';
import type { KeyServer } from '../../src/auth/cephx/KeyServer.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { DecodeError } from '../../src/common/errors.ts';
import type { MAuth } from '../../src/messages/MAuth.ts';
import type { MAuthReply } from '../../src/messages/MAuthReply.ts';
import { MonAuth, type MonAuthStep } from '../../src/mon/MonAuth.ts';

/** How a mock OSD shows the monitors and other OSDs who it is, and how it lets others in. */
export class OsdAuth implements AuthClient {
  readonly server: AuthServer;
  readonly #mon: MonAuth;

  /** `keys`: undefined: everybody's word is taken. */
  constructor(cct: CephContext, whoami: number, keys: KeyServer | undefined) {
    const name = { type: CEPH_ENTITY_TYPE_OSD, id: String(whoami) };
    this.#mon = MonAuth.create(cct, { name, key: keys?.getAuth(name)?.key });
    const modes = [CEPH_CON_MODE_SECURE, CEPH_CON_MODE_CRC];
    this.server =
      keys === undefined
        ? new AuthNoneServer(verifyAuthNoneAuthorizer)
        : new CephxAuthorizeServer(cct, keys, CEPH_ENTITY_TYPE_OSD, modes);
  }

  /** The first words to a monitor over msgr v1. */
  start(): MAuth {
    return this.#mon.start(0);
  }

  handleReply(reply: MAuthReply): MonAuthStep {
    return this.#mon.handleReply(reply);
  }

  /** Undefined: what we have is good for a while. */
  renew(): MAuth | undefined {
    return this.#mon.renew();
  }

  buildAuthorizer(peerType: number): AuthAuthorizer | undefined {
    return this.#mon.buildAuthorizer(peerType);
  }

  getAuthRequest(con: AuthConnection): AuthRequest {
    return this.#mon.getAuthRequest(con);
  }

  handleAuthReplyMore(con: AuthConnection, payload: Uint8Array): Uint8Array {
    return this.#mon.handleAuthReplyMore(con, payload);
  }

  handleAuthDone(
    con: AuthConnection,
    globalId: number,
    _conMode: number,
    payload: Uint8Array,
  ): AuthSecrets {
    return this.#mon.handleAuthDone(con, globalId, payload);
  }

  handleAuthBadMethod(_con: AuthConnection, refused: AuthRefusal): void {
    throw new DecodeError('AUTH_BAD_METHOD', 0, this.#mon.describeRefusal(refused));
  }
}
