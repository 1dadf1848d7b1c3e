import type { CephContext } from '../../common/CephContext.ts';
import { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import { CEPH_ENTITY_TYPE_AUTH, type EntityName } from '../../common/entity_name.ts';
import { EACCES, EINVAL } from '../../common/errno.ts';
import { DecodeError } from '../../common/errors.ts';
import type { AuthSecrets } from '../AuthClient.ts';
import type { CryptoKey } from '../CryptoKey.ts';
import {
  CEPHX_GET_AUTH_SESSION_KEY,
  CEPHX_GET_PRINCIPAL_SESSION_KEY,
  type CephXTicketBlob,
  cephxCalcClientServerChallenge,
  decodeAuthenticate,
  decodeServiceTicketRequest,
  encodeResponseHeader,
  encodeServerChallenge,
  randomU64,
} from './cephx_protocol.ts';
import { encodeEncrypt } from './encrypt.ts';
import type { CephXSessionAuthInfo, KeyServer } from './KeyServer.ts';
import { encodeServiceTicketReply, openTicket } from './service_tickets.ts';
import { readAuthorizer } from './verify_authorizer.ts';

/** The services that tickets are given for, or'ed: no bit of a request beyond these is looked at. */
const SERVICE_BITS = [0x01, 0x02, 0x04, 0x10];

const EMPTY = new Uint8Array(0);

/** What a monitor answers a request for tickets. `done`: the client is who it says. */
export type CephxAnswer =
  | (AuthSecrets & { readonly kind: 'done'; readonly payload: Uint8Array })
  | { readonly kind: 'tickets'; readonly payload: Uint8Array }
  | { readonly kind: 'bad'; readonly result: number };

const REFUSED: CephxAnswer = { kind: 'bad', result: -EACCES };

/** What came makes no sense or was not encrypted with the key of whom it claims to be. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/**
 * A monitor's side of one client's authentication. Ceph: src/auth/cephx/CephxServiceHandler.cc.
 *
 * Whoever claims a global_id that it was given before shows its old ticket; the new one is then
 * encrypted with the old session key, so that a thief of the ticket alone gains nothing.
 */
export class CephxServiceHandler {
  readonly #cct: CephContext;
  readonly #keys: KeyServer;
  readonly #name: EntityName;
  readonly #globalId: number;
  readonly #isReclaim: boolean;
  #serverChallenge = 0n;

  /** `isReclaim`: the client says that the number was its own before. */
  constructor(
    cct: CephContext,
    keys: KeyServer,
    name: EntityName,
    globalId: number,
    isReclaim: boolean,
  ) {
    this.#cct = cct;
    this.#keys = keys;
    this.#name = name;
    this.#globalId = globalId;
    this.#isReclaim = isReclaim;
  }

  /** The challenge. */
  startSession(): Uint8Array {
    this.#serverChallenge = randomU64(this.#cct.random) || 1n;
    return encodeServerChallenge(this.#serverChallenge);
  }

  /** `secretLength`: bytes of the connection's secret; undefined: in messages, it has none. Throws `DecodeError`. */
  handleRequest(payload: Uint8Array, secretLength: number | undefined): CephxAnswer {
    const dec = new Decoder(payload, 'CephXRequest');
    const requestType = dec.u16();
    if (requestType === CEPHX_GET_AUTH_SESSION_KEY) return this.#giveSessionKey(dec, secretLength);
    if (requestType === CEPHX_GET_PRINCIPAL_SESSION_KEY) return this.#giveTickets(dec);
    return { kind: 'bad', result: -EINVAL };
  }

  #giveSessionKey(dec: Decoder, secretLength: number | undefined): CephxAnswer {
    const request = decodeAuthenticate(dec);
    const auth = this.#keys.getAuth(this.#name);
    if (auth?.key === undefined || this.#serverChallenge === 0n) return REFUSED;
    const { crypto } = this.#cct;
    const { clientChallenge } = request;
    const challenge = this.#serverChallenge;
    const wanted = cephxCalcClientServerChallenge(crypto, auth.key, challenge, clientChallenge);
    if (request.key !== wanted) return REFUSED;
    const info = this.#keys.buildSessionAuthInfo(CEPH_ENTITY_TYPE_AUTH, this.#name, this.#globalId);
    const oldSessionKey = this.#verifyOldTicket(request.oldTicket);
    if (oldSessionKey === null || info === undefined) return REFUSED;
    if ((auth.caps.get('mon') ?? '') === '') return REFUSED;
    const enc = new Encoder(1024);
    encodeResponseHeader(enc, CEPHX_GET_AUTH_SESSION_KEY, 0);
    encodeServiceTicketReply(crypto, enc, auth.key, [info], oldSessionKey);
    const connectionSecret = this.#encodeSecret(enc, info.sessionKey, secretLength);
    this.#encodeExtraTickets(enc, info.sessionKey, request.otherKeys);
    const sessionKey = info.sessionKey.reveal();
    return { kind: 'done', payload: enc.take(), sessionKey, connectionSecret };
  }

  /** The session key that came with it; undefined: none is wanted; null: it is not good. */
  #verifyOldTicket(ticket: CephXTicketBlob): CryptoKey | undefined | null {
    if (!this.#isReclaim) return ticket.blob.length === 0 ? undefined : null;
    const { crypto } = this.#cct;
    const info = orUndefined(() => openTicket(crypto, this.#keys, CEPH_ENTITY_TYPE_AUTH, ticket));
    return info?.ticket.globalId === this.#globalId ? info.sessionKey : null;
  }

  /** As a blob: the connection's secret as a string, encrypted with the session key. */
  #encodeSecret(enc: Encoder, sessionKey: CryptoKey, length: number | undefined): Uint8Array {
    const { random, crypto } = this.#cct;
    if (length === undefined) {
      enc.blob(EMPTY);
      return EMPTY;
    }
    const secret = length === 0 ? EMPTY : new Uint8Array(length).map(() => random.uint32());
    const sealed = new Encoder(128);
    encodeEncrypt(crypto, sessionKey, sealed, (hidden) => hidden.blob(secret));
    enc.blob(sealed.take());
    return secret;
  }

  /** As a blob. The ticket for AUTH has gone out already. */
  #encodeExtraTickets(enc: Encoder, sessionKey: CryptoKey, otherKeys: number): void {
    const infos = this.#ticketsFor(otherKeys, this.#name, this.#globalId);
    const extra = new Encoder(1024);
    if (infos.length > 0) encodeServiceTicketReply(this.#cct.crypto, extra, sessionKey, infos);
    enc.blob(extra.take());
  }

  #giveTickets(dec: Decoder): CephxAnswer {
    const { crypto } = this.#cct;
    const read = orUndefined(() =>
      readAuthorizer(this.#cct, this.#keys, CEPH_ENTITY_TYPE_AUTH, dec),
    );
    if (read === undefined) return REFUSED;
    const { ticket, sessionKey } = read.info;
    const infos = this.#ticketsFor(decodeServiceTicketRequest(dec), ticket.name, ticket.globalId);
    const enc = new Encoder(1024);
    encodeResponseHeader(enc, CEPHX_GET_PRINCIPAL_SESSION_KEY, 0);
    encodeServiceTicketReply(crypto, enc, sessionKey, infos);
    return { kind: 'tickets', payload: enc.take() };
  }

  #ticketsFor(keys: number, name: EntityName, globalId: number): CephXSessionAuthInfo[] {
    return SERVICE_BITS.filter((bit) => (keys & bit) !== 0)
      .map((bit) => this.#keys.buildSessionAuthInfo(bit, name, globalId))
      .filter((info) => info !== undefined);
  }
}
