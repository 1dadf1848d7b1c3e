import type { CephContext } from '../common/CephContext.ts';
import type {
  ListenEvents,
  ServerSocket,
  Socket,
  SocketAddress,
  SocketEvents,
} from '../common/Stack.ts';

interface AccepterMessenger {
  readonly cct: CephContext;
  addAcceptPipe(socket: Socket): SocketEvents;
}

/** Called once: with where the port is, or with why it is not. */
type Bound = (address: SocketAddress | undefined, error: Error | undefined) => void;

/** A messenger's port. Ceph: src/msg/simple/Accepter.h, Processor of src/msg/async. */
export class Accepter implements ListenEvents {
  readonly #messenger: AccepterMessenger;
  #server: ServerSocket | undefined;
  #bound: Bound | undefined;

  constructor(messenger: AccepterMessenger) {
    this.#messenger = messenger;
  }

  /** Binds and listens. Whoever connects may send; nothing is dispatched before the queue starts. */
  bind(at: SocketAddress, bound: Bound): void {
    this.#bound = bound;
    this.#server = this.#messenger.cct.stack.listen(at, this);
  }

  stop(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  onListening(address: SocketAddress): void {
    this.#settle(address, undefined);
  }

  onAccept(socket: Socket): SocketEvents {
    return this.#messenger.addAcceptPipe(socket);
  }

  onError(error: Error): void {
    this.stop();
    this.#settle(undefined, error);
  }

  #settle(address: SocketAddress | undefined, error: Error | undefined): void {
    const bound = this.#bound;
    this.#bound = undefined;
    bound?.(address, error);
  }
}
