import type { Connection } from '../Connection.ts';
import type { DispatchQueue } from '../DispatchQueue.ts';
import type { Message } from '../Message.ts';
import {
  BLANK_ADDR,
  type entity_addr_t,
  type entity_addrvec_t,
  type entity_name_t,
} from '../msg_types.ts';

interface LocalMessenger {
  readonly myName: entity_name_t;
  readonly myAddrs: entity_addrvec_t;
  readonly dispatchQueue: DispatchQueue;
}

/** A messenger's connection to itself. Ceph: Messenger::get_loopback_connection. */
export class LocalConnection implements Connection {
  readonly peerAuth = undefined;
  readonly lastKeepaliveAck: undefined;
  readonly reads = 0;
  priv: unknown;
  readonly #messenger: LocalMessenger;
  readonly #id: number;

  constructor(messenger: LocalMessenger) {
    this.#messenger = messenger;
    this.#id = messenger.dispatchQueue.getId();
  }

  get peerType(): number {
    return this.#messenger.myName.type;
  }

  get peerAddr(): entity_addr_t {
    return this.#messenger.myAddrs[0] ?? BLANK_ADDR;
  }

  get peerAddrs(): entity_addrvec_t {
    return this.#messenger.myAddrs;
  }

  isConnected(): boolean {
    return true;
  }

  sendMessage(message: Message): void {
    this.#messenger.dispatchQueue.localDelivery(message, this, this.#id);
  }

  sendKeepalive(): void {}

  markDisposable(): void {}

  markDown(): void {}
}
