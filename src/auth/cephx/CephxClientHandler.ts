import type { CephContext } from '../../common/CephContext.ts';
import { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import {
  CEPH_ENTITY_TYPE_AUTH,
  CEPH_ENTITY_TYPE_MGR,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../common/entity_name.ts';
import { DecodeError } from '../../common/errors.ts';
import type { AuthSecrets } from '../AuthClient.ts';
import type { AuthClientHandler, AuthProgress } from '../AuthClientHandler.ts';
import { CEPH_AUTH_CEPHX } from '../auth_methods.ts';
import type { CryptoKey } from '../CryptoKey.ts';
import type { CephxAuthorizer } from './CephxAuthorizer.ts';
import { CephxTicketManager } from './CephxTicketManager.ts';
import {
  CEPHX_GET_AUTH_SESSION_KEY,
  CEPHX_GET_PRINCIPAL_SESSION_KEY,
  cephxCalcClientServerChallenge,
  decodeResponseHeader,
  decodeServerChallenge,
  encodeAuthenticate,
  encodeServiceTicketRequest,
  NO_TICKET,
  randomU64,
} from './cephx_protocol.ts';
import { decodeDecrypt } from './encrypt.ts';

/** A client of librados talks to these; the first ticket is for more tickets. */
const WANT_KEYS = [
  CEPH_ENTITY_TYPE_AUTH,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
  CEPH_ENTITY_TYPE_MGR,
];

/** One for the manager alone is not worth a request: a cluster may have none. */
const NEED_KEYS = CEPH_ENTITY_TYPE_AUTH | CEPH_ENTITY_TYPE_MON | CEPH_ENTITY_TYPE_OSD;

const EMPTY = new Uint8Array(0);

/** What the monitor is to say next. */
type Awaited = 'challenge' | 'nothing' | 'session key' | 'tickets';

/**
 * Gets tickets from a monitor for the key that it knows too. Ceph: src/auth/cephx/CephxClientHandler.cc.
 *
 * In: CephXServerChallenge. Out: u16 0x0100, CephXAuthenticate. In: CephXResponseHeader, ticket for
 * AUTH; then in msgr v2 the connection secret and the other tickets, while in messages these are asked
 * for: out u16 0x0200, an authorizer for AUTH, CephXServiceTicketRequest; in CephXResponseHeader,
 * tickets. Renewal is the same without the challenge. Nobody who lacks the key can make a reply that we
 * accept.
 */
export class CephxClientHandler implements AuthClientHandler {
  readonly protocol: number = CEPH_AUTH_CEPHX;
  globalId = 0;
  readonly #cct: CephContext;
  readonly #key: CryptoKey;
  readonly #tickets: CephxTicketManager;
  #awaited: Awaited = 'challenge';
  #serverChallenge = 0n;

  constructor(
    cct: CephContext,
    key: CryptoKey,
    tickets: CephxTicketManager = CephxTicketManager.create(cct, WANT_KEYS),
  ) {
    this.#cct = cct;
    this.#key = key;
    this.#tickets = tickets;
  }

  clone(): CephxClientHandler {
    const clone = new CephxClientHandler(this.#cct, this.#key, this.#tickets.clone());
    clone.globalId = this.globalId;
    return clone;
  }

  reset(): void {
    this.#awaited = 'challenge';
    this.#serverChallenge = 0n;
  }

  buildRequest(): Uint8Array {
    const enc = new Encoder(256);
    const need = this.#tickets.need();
    if ((need & CEPH_ENTITY_TYPE_AUTH) !== 0) this.#askForSessionKey(enc, need);
    else this.#askForTickets(enc, need);
    return enc.take();
  }

  handleResponse(payload: Uint8Array): AuthProgress {
    if (this.#awaited === 'challenge') {
      this.#serverChallenge = decodeServerChallenge(payload);
      this.#tickets.get(CEPH_ENTITY_TYPE_AUTH)?.invalidate();
      this.#awaited = 'nothing';
      return 'more';
    }
    if (this.#awaited === 'tickets') {
      this.#readTickets(this.#open(payload, CEPHX_GET_PRINCIPAL_SESSION_KEY));
    } else {
      // What follows the ticket in messages since Nautilus, librados asks for all the same.
      this.#readSessionKey(payload);
      if (this.#needsTickets()) return 'more';
    }
    return 'done';
  }

  handleDone(payload: Uint8Array): AuthSecrets {
    const dec = this.#readSessionKey(payload);
    const sessionKey = this.#sessionKey;
    const connection = new Decoder(dec.blob('connection_secret'), 'connection_secret');
    const connectionSecret =
      connection.remaining === 0
        ? EMPTY
        : decodeDecrypt(this.#cct.crypto, sessionKey, connection, 'connection_secret').blob(
            'secret',
          );
    const tickets = new Decoder(dec.blob('extra_tickets'), 'extra_tickets');
    if (tickets.remaining > 0) this.#readTickets(tickets);
    return { sessionKey: sessionKey.reveal(), connectionSecret };
  }

  buildAuthorizer(serviceId: number): CephxAuthorizer | undefined {
    return this.#tickets.get(serviceId)?.buildAuthorizer(this.globalId);
  }

  invalidateTicket(serviceId: number): void {
    this.#tickets.get(serviceId)?.invalidateUnlessNew();
  }

  needTickets(): boolean {
    return this.#awaited === 'nothing' && this.#needsTickets();
  }

  renewAfter(): number {
    return this.#tickets.renewAfter(NEED_KEYS);
  }

  get #sessionKey(): CryptoKey {
    const key = this.#tickets.get(CEPH_ENTITY_TYPE_AUTH)?.sessionKey;
    if (key === undefined) throw new DecodeError('CephXTicketBlob', 0, 'no ticket for AUTH');
    return key;
  }

  #needsTickets(): boolean {
    return (this.#tickets.need() & NEED_KEYS) !== 0;
  }

  #askForSessionKey(enc: Encoder, otherKeys: number): void {
    const { crypto, random } = this.#cct;
    const clientChallenge = randomU64(random);
    const serverChallenge = this.#serverChallenge;
    enc.u16(CEPHX_GET_AUTH_SESSION_KEY);
    encodeAuthenticate(enc, {
      clientChallenge,
      key: cephxCalcClientServerChallenge(crypto, this.#key, serverChallenge, clientChallenge),
      oldTicket: this.#tickets.get(CEPH_ENTITY_TYPE_AUTH)?.ticket ?? NO_TICKET,
      otherKeys,
    });
    this.#awaited = 'session key';
  }

  #askForTickets(enc: Encoder, keys: number): void {
    const authorizer = this.buildAuthorizer(CEPH_ENTITY_TYPE_AUTH);
    enc.u16(CEPHX_GET_PRINCIPAL_SESSION_KEY);
    enc.raw(authorizer?.bytes ?? EMPTY);
    encodeServiceTicketRequest(enc, keys);
    this.#awaited = 'tickets';
  }

  /** Answers what follows the ticket. */
  #readSessionKey(payload: Uint8Array): Decoder {
    if (this.#awaited !== 'session key') {
      throw new DecodeError('CephXResponseHeader', 0, `${this.#awaited} is awaited`);
    }
    const dec = this.#open(payload, CEPHX_GET_AUTH_SESSION_KEY);
    this.#tickets.verifyServiceTicketReply(this.#key, dec);
    this.#awaited = 'nothing';
    return dec;
  }

  #readTickets(dec: Decoder): void {
    this.#tickets.verifyServiceTicketReply(this.#sessionKey, dec);
    this.#awaited = 'nothing';
  }

  #open(payload: Uint8Array, wanted: number): Decoder {
    const dec = new Decoder(payload, 'CephXResponse');
    const requestType = decodeResponseHeader(dec);
    if (requestType !== wanted)
      throw dec.error(`type ${requestType}, not ${wanted}`, 'request_type', 0);
    return dec;
  }
}
