import type { CephContext } from '../common/CephContext.ts';
import { cephEntityTypeName } from '../common/entity_name.ts';
import type { Connection } from './Connection.ts';
import { DelayedDelivery } from './DelayedDelivery.ts';
import type { DispatchQueue } from './DispatchQueue.ts';
import type { Message } from './Message.ts';

/** A connection, and its id in the DispatchQueue. */
interface DispatchedConnection extends Connection {
  readonly id: number;
}

/** Hands over what a connection has received: held back a while, at once, or in its turn. */
export class Delivery {
  readonly #dispatchQueue: DispatchQueue;
  readonly #con: DispatchedConnection;
  readonly #delayed: DelayedDelivery | undefined;

  constructor(cct: CephContext, dispatchQueue: DispatchQueue, con: DispatchedConnection) {
    this.#dispatchQueue = dispatchQueue;
    this.#con = con;
    if (cct.conf.ms_inject_delay_type.includes(cephEntityTypeName(con.peerType))) {
      this.#delayed = new DelayedDelivery(cct, (message) => this.#deliver(message));
    }
  }

  queue(message: Message): void {
    if (this.#delayed === undefined) this.#deliver(message);
    else this.#delayed.queue(message);
  }

  /** What is held back takes its turn, fast or not: whoever asks for this is in the midst of things. */
  flush(): void {
    for (const message of this.#delayed?.takeAll() ?? []) this.#enqueue(message);
  }

  /** Drops all that has not been dispatched. */
  discard(): void {
    this.#delayed?.discard();
    this.#dispatchQueue.discardQueue(this.#con.id);
  }

  #deliver(message: Message): void {
    if (this.#dispatchQueue.canFastDispatch(message)) {
      this.#dispatchQueue.fastDispatch(message, this.#con);
    } else {
      this.#enqueue(message);
    }
  }

  #enqueue(message: Message): void {
    this.#dispatchQueue.enqueue(message, this.#con, this.#con.id);
  }
}
