import { AuthNoneServer } from '../../src/auth/AuthNoneServer.ts';
import type { AuthConnectionMeta } from '../../src/auth/AuthServer.ts';
import { decodeMonAuthRequest } from '../../src/auth/auth_none.ts';

/** A monitor's: it gives numbers to those whom it lets in. */
export class MonAuthServer extends AuthNoneServer {
  constructor(assignGlobalId: (had: number) => number) {
    super((payload) => {
      const { entityName, globalId } = decodeMonAuthRequest(payload);
      return { entityName, globalId: assignGlobalId(globalId) };
    });
  }

  /** Over msgr v1 a client says who it is in a message, MAuth. */
  override verifyAuthorizer(peerType: number): AuthConnectionMeta {
    return { entityName: { type: peerType, id: '' }, globalId: -1 };
  }
}
