import type { CephContext } from '../../common/CephContext.ts';
import type { Decoder } from '../../common/Decoder.ts';
import type { CryptoKey } from '../CryptoKey.ts';
import { CephxAuthorizer } from './CephxAuthorizer.ts';
import {
  type CephXTicketBlob,
  decodeServiceTicket,
  decodeTicketBlob,
  NO_TICKET,
} from './cephx_protocol.ts';
import { decodeDecrypt } from './encrypt.ts';

/** What a ticket's holder has with it. */
interface Held {
  readonly sessionKey: CryptoKey;
  /** When it came, by `Clock.now`. */
  readonly since: number;
  /** By `Clock.realNow`; Infinity: never. */
  readonly renewAfter: number;
}

/** It is renewed in the last quarter of its life. */
const RENEW_AT = 3 / 4;

/** How long a ticket is new. */
const NEW_MS = 1000;

/** Our ticket for one service. Ceph: CephXTicketHandler. */
export class CephxTicketHandler {
  readonly #cct: CephContext;
  readonly #serviceId: number;
  /** Shown also when it has expired. */
  #ticket = NO_TICKET;
  #held: Held | undefined;
  #isValid = false;

  constructor(cct: CephContext, serviceId: number) {
    this.#cct = cct;
    this.#serviceId = serviceId;
  }

  clone(): CephxTicketHandler {
    const clone = new CephxTicketHandler(this.#cct, this.#serviceId);
    clone.#ticket = this.#ticket;
    clone.#held = this.#held;
    clone.#isValid = this.#isValid;
    return clone;
  }

  get ticket(): CephXTicketBlob {
    return this.#ticket;
  }

  get sessionKey(): CryptoKey | undefined {
    return this.#held?.sessionKey;
  }

  /** When it is to be renewed, by `Clock.realNow`. */
  get renewAfter(): number {
    return this.#isValid ? (this.#held?.renewAfter ?? 0) : 0;
  }

  needKey(): boolean {
    return this.#cct.clock.realNow() >= this.renewAfter;
  }

  /** What we have is no longer good for anything but to tell who we were. */
  invalidate(): void {
    this.#isValid = false;
  }

  /** Whoever refuses one that is new does so for another reason than its age. */
  invalidateUnlessNew(): void {
    const age = this.#cct.clock.now() - (this.#held?.since ?? 0);
    if (age > NEW_MS) this.invalidate();
  }

  /**
   * u8 1, CephXServiceTicket encrypted with `secret`, u8 isEncrypted, and the ticket as a blob:
   * encrypted with the session key that it replaces, or as it is.
   */
  verifyServiceTicketReply(secret: CryptoKey, dec: Decoder): void {
    const { crypto, clock } = this.#cct;
    dec.skip(1);
    const granted = decodeDecrypt(crypto, secret, dec, 'CephXServiceTicket');
    const { sessionKey, validityMs } = decodeServiceTicket(granted);
    this.#ticket = decodeTicketBlob(this.#readTicket(dec));
    const fresh = validityMs === 0 ? Infinity : validityMs * RENEW_AT;
    this.#held = { sessionKey, since: clock.now(), renewAfter: clock.realNow() + fresh };
    this.#isValid = true;
  }

  /** Undefined: there is no ticket. */
  buildAuthorizer(globalId: number): CephxAuthorizer | undefined {
    const sessionKey = this.#held?.sessionKey;
    if (sessionKey === undefined) return undefined;
    const [serviceId, ticket] = [this.#serviceId, this.#ticket];
    return new CephxAuthorizer(this.#cct, { globalId, serviceId, ticket, sessionKey });
  }

  #readTicket(dec: Decoder): Uint8Array {
    const isEncrypted = dec.bool();
    if (!isEncrypted) return dec.blob('ticket');
    const sessionKey = this.#held?.sessionKey;
    if (sessionKey === undefined)
      throw dec.error('encrypted with a key that we do not have', 'ticket');
    return decodeDecrypt(this.#cct.crypto, sessionKey, dec, 'ticket').blob('ticket');
  }
}
