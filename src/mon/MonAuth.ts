import type {
  AuthAuthorizer,
  AuthConnection,
  AuthRefusal,
  AuthRequest,
  AuthSecrets,
} from '../auth/AuthClient.ts';
import type { AuthClientHandler } from '../auth/AuthClientHandler.ts';
import { AuthNoneClientHandler } from '../auth/AuthNoneClientHandler.ts';
import { AuthRegistry } from '../auth/AuthRegistry.ts';
import {
  authMethodToString,
  CEPH_AUTH_CEPHX,
  CEPH_AUTH_NONE,
  CEPH_AUTH_UNKNOWN,
} from '../auth/auth_methods.ts';
import { NO_SECRETS } from '../auth/auth_modes.ts';
import { encodeAuthRequest, encodeMonAuthRequest } from '../auth/auth_none.ts';
import type { CryptoKey } from '../auth/CryptoKey.ts';
import { CephxClientHandler } from '../auth/cephx/CephxClientHandler.ts';
import { entityNameToString } from '../auth/Keyring.ts';
import type { CephContext } from '../common/CephContext.ts';
import {
  CEPH_ENTITY_TYPE_MON,
  cephEntityTypeName,
  type EntityName,
} from '../common/entity_name.ts';
import { cppStrerror, EOPNOTSUPP } from '../common/errno.ts';
import { DecodeError } from '../common/errors.ts';
import { MAuth } from '../messages/MAuth.ts';
import type { MAuthReply } from '../messages/MAuthReply.ts';

/** Who we are. Without a key we can say so, but not prove it. */
export interface Identity {
  readonly name: EntityName;
  readonly key?: CryptoKey | undefined;
  /** Why there is none. */
  readonly noKey?: string | undefined;
}

/** What follows an answer of the monitor. `result`: a negative errno. */
export type MonAuthStep =
  | { readonly kind: 'ask'; readonly request: MAuth }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly result: number; readonly why: string };

/**
 * Shows one monitor who we are, and with what it gives us, then the daemons. There is one way to do so,
 * by the options: a peer that wants another is refused.
 * Ceph: MonConnection (src/mon/MonClient.cc).
 *
 * A peer's bytes that make no sense, or show that it is none of ours, are a `DecodeError`.
 */
export class MonAuth {
  readonly #cct: CephContext;
  readonly #identity: Identity;
  readonly #registry: AuthRegistry;
  readonly #handler: AuthClientHandler | undefined;
  /** What we have shown to daemons over msgr v2. */
  readonly #authorizers: WeakMap<AuthConnection, AuthAuthorizer>;
  /** A monitor has let us in; from then on we are who we are. */
  #isOpen = false;

  /** `before`: what it was given counts on. */
  private constructor(cct: CephContext, identity: Identity, before: MonAuth | undefined) {
    this.#cct = cct;
    this.#identity = identity;
    this.#registry = new AuthRegistry(cct.conf, identity.key !== undefined);
    const { method } = this.#registry;
    const had = before === undefined ? undefined : before.#handler;
    this.#handler = had?.protocol === method ? had?.clone() : makeHandler(cct, identity, method);
    this.#authorizers = before === undefined ? new WeakMap() : before.#authorizers;
  }

  static create(cct: CephContext, identity: Identity): MonAuth {
    return new MonAuth(cct, identity, undefined);
  }

  /** For another monitor, by the options as they are then. */
  fork(): MonAuth {
    return new MonAuth(this.#cct, this.#identity, this);
  }

  /** The same, of somebody whom the monitors have not seen before. */
  forkAnew(): MonAuth {
    return new MonAuth(this.#cct, this.#identity, undefined);
  }

  /** Why nobody can be asked; undefined: there is a way. */
  get impossible(): string | undefined {
    if (this.#handler !== undefined) return undefined;
    const { key, noKey } = this.#identity;
    const has = key === undefined ? `no key${because(noKey)}` : 'a key';
    return `${this.#who} has ${has}, and auth_client_required allows nothing that is possible so`;
  }

  /** The number that the monitors gave us: `client.4123`. 0: none yet. */
  get globalId(): number {
    return this.#handler?.globalId ?? 0;
  }

  // Over msgr v1, and to renew what we have

  /** The first words on a connection. */
  start(monmapEpoch: number): MAuth {
    const handler = this.#begin();
    const { globalId, protocol } = handler;
    const { name } = this.#identity;
    const payload = encodeAuthRequest({ supported: [protocol], name, globalId });
    return new MAuth(CEPH_AUTH_UNKNOWN, payload, monmapEpoch);
  }

  handleReply({ protocol, result, globalId, resultBl, resultMsg }: MAuthReply): MonAuthStep {
    const handler = this.#need();
    if (result === -EOPNOTSUPP) {
      return { kind: 'refused', result, why: this.#doesNotTake(handler.protocol) };
    }
    if (result < 0) {
      const said = resultMsg === '' ? '' : `: ${resultMsg}`;
      return { kind: 'refused', result, why: `${this.#refuses(result)}${said}` };
    }
    if (protocol !== handler.protocol) {
      return { kind: 'refused', result: -EOPNOTSUPP, why: this.#wants([protocol]) };
    }
    this.#setGlobalId(globalId);
    if (handler.handleResponse(resultBl) === 'done') {
      this.#isOpen = true;
      return { kind: 'done' };
    }
    return { kind: 'ask', request: new MAuth(protocol, handler.buildRequest()) };
  }

  /** Undefined: what we have is good for a while, or is being renewed. */
  renew(): MAuth | undefined {
    if (this.#handler?.needTickets() !== true) return undefined;
    return new MAuth(this.#handler.protocol, this.#handler.buildRequest());
  }

  /** A daemon of this kind refuses what we showed it: maybe it is too old. */
  invalidateTicket(peerType: number): void {
    this.#handler?.invalidateTicket(peerType);
  }

  /** When `renew` has something to say, by `Clock.realNow`; Infinity: never. */
  renewAfter(): number {
    return this.#handler?.renewAfter() ?? Infinity;
  }

  // Over msgr v2, and to daemons

  buildAuthorizer(peerType: number): AuthAuthorizer | undefined {
    if (peerType === CEPH_ENTITY_TYPE_MON) return undefined;
    const authorizer = this.#handler?.buildAuthorizer(peerType);
    if (authorizer !== undefined) return authorizer;
    throw new DecodeError('authorizer', 0, `no ticket for the ${cephEntityTypeName(peerType)}`);
  }

  getAuthRequest(con: AuthConnection): AuthRequest {
    const authorizer = this.buildAuthorizer(con.peerType);
    const handler = authorizer === undefined ? this.#begin() : this.#need();
    if (authorizer !== undefined) this.#authorizers.set(con, authorizer);
    const method = handler.protocol;
    const preferredModes = this.#registry.getSupportedModes(con.peerType, method);
    if (preferredModes.length === 0) throw new DecodeError('AUTH_REQUEST', 0, 'no mode is allowed');
    const payload =
      authorizer?.bytes ?? encodeMonAuthRequest(this.#identity.name, handler.globalId);
    return { method, preferredModes, payload };
  }

  handleAuthReplyMore(con: AuthConnection, payload: Uint8Array): Uint8Array {
    if (con.peerType === CEPH_ENTITY_TYPE_MON) {
      const handler = this.#need();
      if (handler.handleResponse(payload) === 'more') return handler.buildRequest();
      throw new DecodeError('AUTH_REPLY_MORE', 0, 'there is no more to say');
    }
    const authorizer = this.#authorizers.get(con)?.addChallenge?.(payload);
    if (authorizer === undefined)
      throw new DecodeError('AUTH_REPLY_MORE', 0, 'unexpected challenge');
    this.#authorizers.set(con, authorizer);
    return authorizer.bytes;
  }

  handleAuthDone(con: AuthConnection, globalId: number, payload: Uint8Array): AuthSecrets {
    if (con.peerType === CEPH_ENTITY_TYPE_MON) {
      this.#setGlobalId(globalId);
      const secrets = this.#need().handleDone(payload);
      this.#isOpen = true;
      return secrets;
    }
    const authorizer = this.#authorizers.get(con);
    this.#authorizers.delete(con);
    if (authorizer?.verifyReply === undefined) return NO_SECRETS;
    const secrets = authorizer.verifyReply(payload);
    if (secrets !== undefined) return secrets;
    throw new DecodeError('AUTH_DONE', 12, 'the peer cannot have read our authorizer');
  }

  /** Why the peer does not let us in. */
  describeRefusal({ method, result, allowedMethods }: AuthRefusal): string {
    return allowedMethods.includes(method) ? this.#refuses(result) : this.#wants(allowedMethods);
  }

  #begin(): AuthClientHandler {
    const handler = this.#need();
    handler.reset();
    return handler;
  }

  #need(): AuthClientHandler {
    if (this.#handler !== undefined) return this.#handler;
    throw new DecodeError('authentication', 0, 'there is no way to authenticate');
  }

  #setGlobalId(globalId: number): void {
    const handler = this.#need();
    if (globalId === 0) throw new DecodeError('global_id', 0, '0 is nobody');
    if (this.#isOpen && handler.globalId !== globalId) {
      throw new DecodeError('global_id', 0, `${globalId}, and we have been ${handler.globalId}`);
    }
    handler.globalId = globalId;
  }

  get #who(): string {
    return entityNameToString(this.#identity.name);
  }

  #refuses(result: number): string {
    return `authentication of ${this.#who} failed: ${cppStrerror(result)}`;
  }

  #doesNotTake(method: number): string {
    return `it does not take auth protocol ${authMethodToString(method)}, and ${this.#who} has no other${because(this.#identity.noKey)}`;
  }

  #wants(methods: readonly number[]): string {
    const [theirs, ours] = [methods, [this.#need().protocol]].map((list) =>
      list.map(authMethodToString).join(' or '),
    );
    const why = because(this.#identity.noKey);
    return `it wants auth protocol ${theirs}, and ${this.#who} has ${ours}${why}`;
  }
}

function because(noKey: string | undefined): string {
  return noKey === undefined ? '' : ` (key: ${noKey})`;
}

function makeHandler(
  cct: CephContext,
  { name, key }: Identity,
  method: number | undefined,
): AuthClientHandler | undefined {
  if (method === CEPH_AUTH_CEPHX && key !== undefined) return new CephxClientHandler(cct, key);
  return method === CEPH_AUTH_NONE ? new AuthNoneClientHandler(name) : undefined;
}
