import type { Clock } from '../src/common/Clock.ts';
import {
  type ListenEvents,
  type ServerSocket,
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
  type Stack,
} from '../src/common/Stack.ts';
import type { SimNetwork } from './SimNetwork.ts';

/** Where Ceph's daemons begin to look for a free port: `ms_bind_port_min`. */
const BIND_PORT_MIN = 6800;
const BIND_PORT_MAX = 7300;
const CLIENT_PORT_MIN = 32768;

/** The network in memory, as the member `name` with address `ip` sees it. */
export class SimStack implements Stack {
  readonly handsOver = true;
  readonly #clock: Clock;
  readonly #network: SimNetwork;
  readonly #name: string;
  readonly #ip: string;
  #nextPort = CLIENT_PORT_MIN;

  constructor(clock: Clock, network: SimNetwork, name: string, ip: string) {
    this.#clock = clock;
    this.#network = network;
    this.#name = name;
    this.#ip = ip;
  }

  connect(to: SocketAddress, events: SocketEvents): Socket {
    const from = { ip: this.#ip, port: this.#nextPort++ };
    return this.#network.connect(this.#name, from, to, events);
  }

  listen(at: SocketAddress, events: ListenEvents): ServerSocket {
    const address = this.#open(at, events);
    if (address instanceof SocketError) {
      this.#clock.defer(() => events.onError(address));
      return { close: () => undefined };
    }
    let isOpen = true;
    this.#clock.defer(() => {
      if (isOpen) events.onListening(address);
    });
    return {
      close: () => {
        if (isOpen) this.#network.unlisten(address);
        isOpen = false;
      },
    };
  }

  #open(at: SocketAddress, events: ListenEvents): SocketAddress | SocketError {
    if (at.ip !== this.#ip && at.ip !== '' && at.ip !== '0.0.0.0') {
      return new SocketError('EADDRNOTAVAIL', `${at.ip} is not ${this.#ip}`);
    }
    const listener = { name: this.#name, events };
    const [first, last] = at.port === 0 ? [BIND_PORT_MIN, BIND_PORT_MAX] : [at.port, at.port];
    for (let port = first; port <= last; port++) {
      const address = { ip: this.#ip, port };
      if (this.#network.listen(address, listener)) return address;
    }
    return new SocketError('EADDRINUSE', `${this.#ip}:${at.port} is taken`);
  }
}
