import type { Clock } from '../src/common/Clock.ts';
import {
  type ListenEvents,
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
} from '../src/common/Stack.ts';
import { type Fault, type Latency, SimLink } from './SimLink.ts';
import type { SimRandom } from './SimRandom.ts';
import { type ConnectionTap, SimSocket, type Watcher } from './SimSocket.ts';

export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: SimRandom;
  readonly latency: Latency;
  readonly watch: Watcher;
}

/** Which links a fault is on; what is left out stands for everyone. */
export interface LinkMatch {
  readonly from?: string;
  readonly to?: string;
}

/** A fault that comes once. */
export interface OnceFault extends Disposable {
  /** It is yet to come. */
  readonly isPending: boolean;
}

/** Told of each connection that somebody asks for. What it answers is told of what becomes of it. */
export type NetworkTap = (from: string, to: string, at: SocketAddress) => ConnectionTap | undefined;

/** Who listens at a port. */
interface Listener {
  readonly name: string;
  readonly events: ListenEvents;
}

interface Connection {
  readonly from: string;
  readonly to: string;
  readonly client: SimSocket;
  readonly server: SimSocket;
}

/**
 * All links between the members of a simulation. Members have names (`client.1`, `osd.0`), and
 * addresses that several of them may share, as the daemons of one host do.
 *
 * Each fault lasts until what it answers is disposed of.
 */
export class SimNetwork {
  readonly #options: NetworkOptions;
  readonly #listeners = new Map<string, Listener>();
  /** Who listens, or was the last to listen, at a port. */
  readonly #names = new Map<string, string>();
  readonly #links = new Map<string, SimLink>();
  readonly #faults = new Map<Fault, LinkMatch>();
  readonly #connections = new Set<Connection>();
  /** Who looks at what the members send, as they send it. */
  tap: NetworkTap | undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Nothing passes between `a` and `b`; what they send meanwhile arrives when it is over. */
  partition(a: string, b: string): Disposable {
    const there = this.#add({ from: a, to: b }, { kind: 'hold' });
    const back = this.#add({ from: b, to: a }, { kind: 'hold' });
    return {
      [Symbol.dispose]: () => {
        there[Symbol.dispose]();
        back[Symbol.dispose]();
      },
    };
  }

  /** One way: what is sent arrives when it is over. */
  hold(match: LinkMatch): Disposable {
    return this.#add(match, { kind: 'hold' });
  }

  /** As `hold`; and senders are told that there is no room. */
  full(match: LinkMatch): Disposable {
    return this.#add(match, { kind: 'full' });
  }

  /** Connections of which no more than `after` bytes have come give that many, and no more. */
  stall(match: LinkMatch, after: number): Disposable {
    return this.#add(match, { kind: 'stall', after });
  }

  /** What is sent is lost; connections that lost something never deliver again. */
  drop(match: LinkMatch): Disposable {
    return this.#add(match, { kind: 'drop' });
  }

  delay(match: LinkMatch, ms: number): Disposable {
    return this.#add(match, { kind: 'delay', ms });
  }

  /** Reads give `most` bytes at a time. */
  pieces(match: LinkMatch, most: number): Disposable {
    return this.#add(match, { kind: 'pieces', most });
  }

  /** Flips one bit of the byte that comes after the next `after` bytes. Once. */
  corrupt(match: LinkMatch, after: number): OnceFault {
    return this.#addOnce(match, { kind: 'corrupt', left: after });
  }

  /** Ends the connection, for both sides, when `after` more bytes have come. Once. */
  cut(match: LinkMatch, after: number, how: 'fin' | 'rst'): OnceFault {
    return this.#addOnce(match, { kind: 'cut', left: after, how });
  }

  /** Resets every connection between `a` and `b`. */
  reset(a: string, b: string): void {
    for (const { from, to, client, server } of this.#connections) {
      if (!((from === a && to === b) || (from === b && to === a))) continue;
      this.#options.clock.addEventAfter(0, () => {
        client.end(new SocketError('ECONNRESET', 'connection reset by peer'));
        server.end(new SocketError('ECONNRESET', 'connection reset by peer'));
      });
    }
  }

  /** Connections that either side still holds. */
  get connections(): number {
    this.#sweep();
    return this.#connections.size;
  }

  /** Of a SimStack. Answers false when the port is taken. */
  listen(at: SocketAddress, listener: Listener): boolean {
    const key = keyOf(at);
    if (this.#listeners.has(key)) return false;
    this.#listeners.set(key, listener);
    this.#names.set(key, listener.name);
    return true;
  }

  /** Of a SimStack. */
  unlisten(at: SocketAddress): void {
    this.#listeners.delete(keyOf(at));
  }

  /** Of a SimStack. */
  connect(name: string, local: SocketAddress, to: SocketAddress, events: SocketEvents): Socket {
    const { clock, watch } = this.#options;
    const peerName = this.#names.get(keyOf(to)) ?? keyOf(to);
    const client = new SimSocket(clock, watch, local, to);
    const server = new SimSocket(clock, watch, to, local);
    client.attach(server, this.#link(name, peerName));
    server.attach(client, this.#link(peerName, name));
    const tap = this.tap?.(name, peerName, to);
    if (tap !== undefined) {
      client.tapInto(tap, true);
      server.tapInto(tap, false);
    }
    this.#sweep();
    this.#connections.add({ from: name, to: peerName, client, server });
    client.connect(() => this.#onSyn(server));
    client.setEvents(events);
    return client;
  }

  #onSyn(server: SimSocket): void {
    const listener = this.#listeners.get(keyOf(server.localAddress));
    server.answer(listener === undefined ? 'refused' : 'accepted');
    if (listener !== undefined) server.setEvents(listener.events.onAccept(server));
  }

  /** Forgets the connections that are over for both sides. */
  #sweep(): void {
    for (const connection of this.#connections) {
      const { client, server } = connection;
      if (client.isOver && server.isOver) this.#connections.delete(connection);
    }
  }

  #link(from: string, to: string): SimLink {
    const name = `${from}>${to}`;
    let link = this.#links.get(name);
    if (link === undefined) {
      link = new SimLink(from, to, this.#options.latency, this.#options.random);
      this.#links.set(name, link);
      this.#update(link);
    }
    return link;
  }

  #add(match: LinkMatch, fault: Fault): Disposable {
    this.#faults.set(fault, match);
    for (const link of this.#links.values()) this.#update(link);
    return {
      [Symbol.dispose]: () => {
        if (!this.#faults.delete(fault)) return;
        for (const link of this.#links.values()) this.#update(link);
        if (fault.kind === 'hold' || fault.kind === 'full') this.#release();
      },
    };
  }

  #addOnce(match: LinkMatch, fault: Extract<Fault, { left: number }>): OnceFault {
    return {
      ...this.#add(match, fault),
      get isPending() {
        return fault.left >= 0;
      },
    };
  }

  #update(link: SimLink): void {
    link.faults = [...this.#faults]
      .filter(([, { from = link.from, to = link.to }]) => from === link.from && to === link.to)
      .map(([fault]) => fault);
  }

  #release(): void {
    for (const { client, server } of this.#connections) {
      for (const socket of [client, server]) {
        socket.flow?.release();
        socket.unblock();
      }
    }
  }
}

function keyOf(address: SocketAddress): string {
  return `${address.ip}:${address.port}`;
}
