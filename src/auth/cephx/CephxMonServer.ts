import type { CephContext } from '../../common/CephContext.ts';
import type { EntityName } from '../../common/entity_name.ts';
import { EACCES, EOPNOTSUPP } from '../../common/errno.ts';
import type { AuthConnection } from '../AuthClient.ts';
import type {
  AuthConnectionMeta,
  AuthMethods,
  AuthPeer,
  AuthReply,
  AuthServer,
} from '../AuthServer.ts';
import { CEPH_AUTH_CEPHX } from '../auth_methods.ts';
import { pickConMode, secretLength } from '../auth_modes.ts';
import { decodeMonAuthRequest } from '../auth_none.ts';
import { type CephxAnswer, CephxServiceHandler } from './CephxServiceHandler.ts';
import type { KeyServer } from './KeyServer.ts';

interface Client {
  readonly handler: CephxServiceHandler;
  readonly peer: AuthPeer;
}

/** Gives a client its number: a new one where it had none (0). */
export type AssignGlobalId = (had: number) => number;

/**
 * A monitor's: whoever has a key gets tickets. Over msgr v2; in v1 a client asks in messages, MAuth.
 * Ceph: Monitor::handle_auth_request (src/mon/Monitor.cc).
 */
export class CephxMonServer implements AuthServer {
  readonly #cct: CephContext;
  readonly #keys: KeyServer;
  readonly #assignGlobalId: AssignGlobalId;
  readonly #modes: readonly number[];
  readonly #clients = new WeakMap<AuthConnection, Client>();

  /** `modes`: CEPH_CON_MODE_* that are allowed. */
  constructor(
    cct: CephContext,
    keys: KeyServer,
    assignGlobalId: AssignGlobalId,
    modes: readonly number[],
  ) {
    this.#cct = cct;
    this.#keys = keys;
    this.#assignGlobalId = assignGlobalId;
    this.#modes = modes;
  }

  /** Over msgr v1 a client says who it is in messages. */
  verifyAuthorizer(peerType: number): AuthConnectionMeta {
    return { entityName: { type: peerType, id: '' }, globalId: -1 };
  }

  getSupportedAuthMethods(): AuthMethods {
    return { methods: [CEPH_AUTH_CEPHX], modes: this.#modes };
  }

  pickConMode(_peerType: number, _method: number, preferredModes: readonly number[]): number {
    return pickConMode(this.#modes, preferredModes);
  }

  handleAuthRequest(
    con: AuthConnection,
    more: boolean,
    method: number,
    payload: Uint8Array,
    conMode: number,
  ): AuthReply {
    if (method !== CEPH_AUTH_CEPHX) return { kind: 'bad', result: -EOPNOTSUPP };
    if (!more) {
      const { entityName, globalId } = decodeMonAuthRequest(payload);
      return { kind: 'more', payload: this.start(con, entityName, globalId).challenge };
    }
    const answer = this.handleRequest(con, payload, secretLength(conMode));
    if (answer.kind === 'bad') return { kind: 'bad', result: answer.result };
    if (answer.kind === 'tickets') return { kind: 'more', payload: answer.payload };
    const { payload: reply, sessionKey, connectionSecret, peer } = answer;
    return {
      kind: 'done',
      globalId: peer.globalId,
      peer,
      payload: reply,
      sessionKey,
      connectionSecret,
    };
  }

  /** `hadGlobalId`: 0: none. Answers its number, and the challenge. */
  start(
    con: AuthConnection,
    entityName: EntityName,
    hadGlobalId: number,
  ): { readonly globalId: number; readonly challenge: Uint8Array } {
    const globalId = this.#assignGlobalId(hadGlobalId);
    const isReclaim = hadGlobalId !== 0;
    const handler = new CephxServiceHandler(this.#cct, this.#keys, entityName, globalId, isReclaim);
    const caps = this.#keys.getAuth(entityName)?.caps.get('mon') ?? '';
    this.#clients.set(con, { handler, peer: { entityName, globalId, caps } });
    return { globalId, challenge: handler.startSession() };
  }

  /** `secretLength` undefined: in messages. Throws `DecodeError`. */
  handleRequest(
    con: AuthConnection,
    payload: Uint8Array,
    secretLength: number | undefined,
  ):
    | (CephxAnswer & { readonly peer: AuthPeer })
    | { readonly kind: 'bad'; readonly result: number } {
    const client = this.#clients.get(con);
    if (client === undefined) return { kind: 'bad', result: -EACCES };
    return { ...client.handler.handleRequest(payload, secretLength), peer: client.peer };
  }
}
