import type { AuthPeer } from '../../auth/AuthServer.ts';
import type { Connection } from '../Connection.ts';
import type { Message } from '../Message.ts';
import { BLANK_ADDR, type entity_addr_t, type entity_addrvec_t } from '../msg_types.ts';

/** What a connection asks of its messenger. */
export interface ConnectionMessenger {
  sendMessage(message: Message, con: PipeConnection): void;
  markDown(con: PipeConnection): void;
}

/** What a connection asks of the Pipe that it has at the moment. */
export interface ConnectionPipe {
  readonly isOpen: boolean;
  send(message: Message): void;
  sendKeepalive(): void;
  markDisposable(): void;
  /** Closes the socket and forgets what was to be sent. */
  stop(): void;
}

/**
 * A peer as users of the messenger hold it; it outlives the Pipe that carries its bytes, and has
 * none when it was marked down or has failed. Ceph: src/msg/simple/PipeConnection.h.
 */
export class PipeConnection implements Connection {
  /** In the DispatchQueue. */
  readonly id: number;
  peerType = 0;
  peerAddr: entity_addr_t = BLANK_ADDR;
  peerAuth: AuthPeer | undefined;
  /** What both sides can. */
  features = 0n;
  lastKeepaliveAck: number | undefined;
  reads = 0;
  priv: unknown;
  pipe: ConnectionPipe | undefined;
  readonly #messenger: ConnectionMessenger;

  constructor(messenger: ConnectionMessenger, id: number) {
    this.#messenger = messenger;
    this.id = id;
  }

  get peerAddrs(): entity_addrvec_t {
    return [this.peerAddr];
  }

  isConnected(): boolean {
    return this.pipe?.isOpen ?? false;
  }

  sendMessage(message: Message): void {
    this.#messenger.sendMessage(message, this);
  }

  sendKeepalive(): void {
    this.pipe?.sendKeepalive();
  }

  markDisposable(): void {
    this.pipe?.markDisposable();
  }

  markDown(): void {
    this.#messenger.markDown(this);
  }
}
