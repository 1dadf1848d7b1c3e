import type { CephContext } from '../../common/CephContext.ts';
import { Decoder } from '../../common/Decoder.ts';
import { EACCES, EOPNOTSUPP } from '../../common/errno.ts';
import { DecodeError } from '../../common/errors.ts';
import type { AuthConnection } from '../AuthClient.ts';
import type {
  AuthChallenge,
  AuthConnectionMeta,
  AuthMethods,
  AuthPeer,
  AuthReply,
  AuthServer,
} from '../AuthServer.ts';
import { CEPH_AUTH_CEPHX } from '../auth_methods.ts';
import { pickConMode, secretLength } from '../auth_modes.ts';
import { CephxSessionHandler } from './CephxSessionHandler.ts';
import { plusOne } from './cephx_protocol.ts';
import { decodeDecryptEncBl } from './encrypt.ts';
import type { KeyServer } from './KeyServer.ts';
import {
  buildAuthorizeChallenge,
  buildAuthorizeReply,
  type ReadAuthorizer,
  readAuthorizer,
} from './verify_authorizer.ts';

const EMPTY = new Uint8Array(0);

/**
 * Lets in who shows a ticket for this service and answers a challenge with the key in it.
 * Ceph: src/auth/cephx/CephxAuthorizeHandler.cc.
 */
export class CephxAuthorizeServer implements AuthServer {
  readonly #cct: CephContext;
  readonly #keys: KeyServer;
  readonly #serviceId: number;
  readonly #modes: readonly number[];
  /** Of connections of v2: what they were challenged with. */
  readonly #challenges = new WeakMap<AuthConnection, bigint>();

  /** `modes`: CEPH_CON_MODE_* that are allowed. */
  constructor(cct: CephContext, keys: KeyServer, serviceId: number, modes: readonly number[]) {
    this.#cct = cct;
    this.#keys = keys;
    this.#serviceId = serviceId;
    this.#modes = modes;
  }

  verifyAuthorizer(
    _peerType: number,
    protocol: number,
    authorizer: Uint8Array,
    challenge: Uint8Array | undefined,
  ): AuthConnectionMeta | AuthChallenge | undefined {
    const read = protocol === CEPH_AUTH_CEPHX ? this.#read(authorizer) : undefined;
    if (read === undefined) return undefined;
    if (challenge === undefined || read.answer === undefined) {
      return { challenge: buildAuthorizeChallenge(this.#cct, read.info).payload };
    }
    const { crypto } = this.#cct;
    const { sessionKey } = read.info;
    const dec = decodeDecryptEncBl(crypto, sessionKey, challenge, 'CephXAuthorizeChallenge');
    dec.skip(1);
    if (read.answer !== plusOne(dec.bigU64())) return undefined;
    const authorizerReply = buildAuthorizeReply(this.#cct, read, EMPTY);
    const sessionHandler = new CephxSessionHandler(crypto, sessionKey);
    return { ...peerOf(read), authorizerReply, sessionHandler };
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
    const read = this.#read(payload);
    if (read === undefined) return { kind: 'bad', result: -EACCES };
    const asked = more ? this.#challenges.get(con) : undefined;
    if (asked === undefined || read.answer === undefined) {
      const { serverChallenge, payload } = buildAuthorizeChallenge(this.#cct, read.info);
      this.#challenges.set(con, serverChallenge);
      return { kind: 'more', payload };
    }
    this.#challenges.delete(con);
    if (read.answer !== plusOne(asked)) return { kind: 'bad', result: -EACCES };
    const peer = peerOf(read);
    const { random } = this.#cct;
    const connectionSecret = new Uint8Array(secretLength(conMode)).map(() => random.uint32());
    const sessionKey = read.info.sessionKey.reveal();
    return {
      kind: 'done',
      globalId: peer.globalId,
      peer,
      payload: buildAuthorizeReply(this.#cct, read, connectionSecret),
      sessionKey,
      connectionSecret,
    };
  }

  /** Undefined: its ticket is too old, of another cluster or of nobody. */
  #read(authorizer: Uint8Array): ReadAuthorizer | undefined {
    const dec = new Decoder(authorizer, 'CephXAuthorizer');
    try {
      return readAuthorizer(this.#cct, this.#keys, this.#serviceId, dec);
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
  }
}

function peerOf({ info }: ReadAuthorizer): AuthPeer {
  const { name, globalId, caps } = info.ticket;
  return { entityName: name, globalId, caps };
}
