import type { CephContext } from '../../common/CephContext.ts';
import type { Decoder } from '../../common/Decoder.ts';
import type { CryptoKey } from '../CryptoKey.ts';
import { CephxTicketHandler } from './CephxTicketHandler.ts';

/** Bytes of a ticket in a reply, at least. */
const TICKET_LENGTH_MIN = 14;

/** Our tickets, one for each service that is wanted. Ceph: CephXTicketManager. */
export class CephxTicketManager {
  readonly #handlers: ReadonlyMap<number, CephxTicketHandler>;

  private constructor(handlers: ReadonlyMap<number, CephxTicketHandler>) {
    this.#handlers = handlers;
  }

  /** `services`: CEPH_ENTITY_TYPE_*. */
  static create(cct: CephContext, services: readonly number[]): CephxTicketManager {
    const handlers = services.map((id) => [id, new CephxTicketHandler(cct, id)] as const);
    return new CephxTicketManager(new Map(handlers));
  }

  clone(): CephxTicketManager {
    const handlers = [...this.#handlers].map(([id, handler]) => [id, handler.clone()] as const);
    return new CephxTicketManager(new Map(handlers));
  }

  get(serviceId: number): CephxTicketHandler | undefined {
    return this.#handlers.get(serviceId);
  }

  /** The services, or'ed, whose tickets are wanted anew. */
  need(): number {
    let need = 0;
    for (const [id, handler] of this.#handlers) if (handler.needKey()) need |= id;
    return need;
  }

  /** When the first of `services`, or'ed, is to be renewed, by `Clock.realNow`. */
  renewAfter(services: number): number {
    let first = Infinity;
    for (const [id, handler] of this.#handlers) {
      if ((services & id) !== 0) first = Math.min(first, handler.renewAfter);
    }
    return first;
  }

  /** u8 1, u32 count, and each: u32 serviceId, ticket (readable with `secret`). */
  verifyServiceTicketReply(secret: CryptoKey, dec: Decoder): void {
    dec.skip(1);
    for (let left = dec.count('tickets', TICKET_LENGTH_MIN); left > 0; left--) {
      const id = dec.u32();
      const handler = this.#handlers.get(id);
      if (handler === undefined) throw dec.error(`a ticket for service ${id}, not asked for`);
      handler.verifyServiceTicketReply(secret, dec);
    }
  }
}
