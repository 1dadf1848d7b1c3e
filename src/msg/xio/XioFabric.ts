import {
  type ListenEvents,
  type ServerSocket,
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
  type Stack,
} from '../../common/Stack.ts';
import { XioEndpoint } from './XioEndpoint.ts';
import { XioPortal } from './XioPortal.ts';

/** Where Ceph's daemons begin to look for a free port: `ms_bind_port_min`. */
export const BIND_PORT_MIN = 6800;
const CLIENT_PORT_MIN = 32768;

/**
 * A network that is one process: whoever is to find each other is given the same fabric. Bytes pass
 * through it as through sockets, messages by reference.
 */
export class XioFabric implements Stack {
  readonly handsOver = true;
  readonly #portal: XioPortal;
  readonly #listeners = new Map<string, ListenEvents>();
  readonly #bindPortMin: number;
  #nextPort = CLIENT_PORT_MIN;

  /**
   * `schedule` calls back once, in the next turn of the host's loop. `bindPortMin`: where the search
   * for a free port begins.
   */
  constructor(schedule: (run: () => void) => void, bindPortMin: number = BIND_PORT_MIN) {
    this.#portal = new XioPortal(schedule);
    this.#bindPortMin = bindPortMin;
  }

  connect(to: SocketAddress, events: SocketEvents): Socket {
    const client = new XioEndpoint(this.#portal, to);
    const server = new XioEndpoint(this.#portal, { ip: to.ip, port: this.takeClientPort() });
    client.attach(server);
    server.attach(client);
    client.setEvents(events);
    this.#later(() => {
      const listener = this.#listeners.get(keyOf(to));
      if (listener === undefined) {
        client.end(new SocketError('ECONNREFUSED', 'connection refused'));
      } else if (!client.isOver) {
        server.setEvents(listener.onAccept(server));
        client.opened();
      }
    });
    return client;
  }

  listen(at: SocketAddress, events: ListenEvents): ServerSocket {
    let { port } = at;
    if (port === 0) {
      for (port = this.#bindPortMin; this.#listeners.has(keyOf({ ip: at.ip, port })); ) port++;
    }
    const address = { ip: at.ip, port };
    const key = keyOf(address);
    if (this.#listeners.has(key)) {
      this.#later(() => events.onError(new SocketError('EADDRINUSE', `${key} is taken`)));
      return { close: () => undefined };
    }
    this.#listeners.set(key, events);
    this.onListeners(key, true);
    const isOpen = (): boolean => this.#listeners.get(key) === events;
    this.#later(() => {
      if (isOpen()) events.onListening(address);
    });
    return {
      close: () => {
        if (!isOpen()) return;
        this.#listeners.delete(key);
        this.onListeners(key, false);
      },
    };
  }

  /** Who listens at `address` in this process. */
  protected listenerAt(address: SocketAddress): ListenEvents | undefined {
    return this.#listeners.get(keyOf(address));
  }

  /** A port is open from now on, or no more. */
  protected onListeners(_key: string, _isOpen: boolean): void {}

  protected takeClientPort(): number {
    return this.#nextPort++;
  }

  #later(run: () => void): void {
    this.#portal.submit({ isDue: false, run });
  }
}

export function keyOf({ ip, port }: SocketAddress): string {
  return `${ip}:${port}`;
}
