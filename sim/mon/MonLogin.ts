import type { AuthPeer, AuthServer } from '../../src/auth/AuthServer.ts';
import { CEPH_AUTH_CEPHX, CEPH_AUTH_NONE, CEPH_AUTH_UNKNOWN } from '../../src/auth/auth_methods.ts';
import { CEPH_CON_MODE_CRC, CEPH_CON_MODE_SECURE } from '../../src/auth/auth_modes.ts';
import { decodeAuthRequest } from '../../src/auth/auth_none.ts';
import { type AssignGlobalId, CephxMonServer } from '../../src/auth/cephx/CephxMonServer.ts';
import type { KeyServer } from '../../src/auth/cephx/KeyServer.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { EINVAL, EOPNOTSUPP } from '../../src/common/errno.ts';
import { DecodeError } from '../../src/common/errors.ts';
import type { MAuth } from '../../src/messages/MAuth.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { MonAuthServer } from './MonAuthServer.ts';

/** What becomes of a MAuth. `peer`: it has been let in, by this message. */
export interface LoginAnswer {
  readonly protocol: number;
  readonly result: number;
  readonly globalId: number;
  readonly payload: Uint8Array;
  readonly peer?: AuthPeer;
}

const EMPTY = new Uint8Array();

/** Lets clients in: within the connection over msgr v2, by messages over v1. */
export interface MonLogin {
  readonly authServer: AuthServer;
  handleAuth(con: Connection, message: MAuth): LoginAnswer;
}

function refused(protocol: number, result: number): LoginAnswer {
  return { protocol, result, globalId: 0, payload: EMPTY };
}

function orInvalid(protocol: number, answer: () => LoginAnswer): LoginAnswer {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return refused(protocol, -EINVAL);
  }
}

/** Takes everybody's word. */
export class NoneLogin implements MonLogin {
  readonly authServer: AuthServer;
  readonly #assignGlobalId: AssignGlobalId;

  constructor(assignGlobalId: AssignGlobalId) {
    this.authServer = new MonAuthServer(assignGlobalId);
    this.#assignGlobalId = assignGlobalId;
  }

  handleAuth(_con: Connection, message: MAuth): LoginAnswer {
    return orInvalid(CEPH_AUTH_NONE, () => {
      const { supported, name, globalId: had } = decodeAuthRequest(message.authPayload);
      if (!supported.includes(CEPH_AUTH_NONE)) return refused(CEPH_AUTH_NONE, -EOPNOTSUPP);
      const globalId = this.#assignGlobalId(had);
      const peer = { entityName: name, globalId };
      return { protocol: CEPH_AUTH_NONE, result: 0, globalId, payload: EMPTY, peer };
    });
  }
}

/** Lets in who has a key. Ceph: AuthMonitor::prep_auth. */
export class CephxLogin implements MonLogin {
  readonly authServer: CephxMonServer;

  constructor(cct: CephContext, keys: KeyServer, assignGlobalId: AssignGlobalId) {
    const modes = [CEPH_CON_MODE_SECURE, CEPH_CON_MODE_CRC];
    this.authServer = new CephxMonServer(cct, keys, assignGlobalId, modes);
  }

  handleAuth(con: Connection, { protocol, authPayload }: MAuth): LoginAnswer {
    return orInvalid(CEPH_AUTH_CEPHX, () => {
      if (protocol === CEPH_AUTH_UNKNOWN) return this.#start(con, authPayload);
      const answer = this.authServer.handleRequest(con, authPayload, undefined);
      if (answer.kind === 'bad') return refused(CEPH_AUTH_CEPHX, answer.result);
      const { payload, peer } = answer;
      const { globalId } = peer;
      const base = { protocol: CEPH_AUTH_CEPHX, result: 0, globalId, payload };
      return answer.kind === 'done' ? { ...base, peer } : base;
    });
  }

  #start(con: Connection, authPayload: Uint8Array): LoginAnswer {
    const { supported, name, globalId: had } = decodeAuthRequest(authPayload);
    if (!supported.includes(CEPH_AUTH_CEPHX)) return refused(CEPH_AUTH_CEPHX, -EOPNOTSUPP);
    const { globalId, challenge } = this.authServer.start(con, name, had);
    return { protocol: CEPH_AUTH_CEPHX, result: 0, globalId, payload: challenge };
  }
}
