import type { CephContext } from '../../src/common/CephContext.ts';
import type { Clock, Timer } from '../../src/common/Clock.ts';
import type { LogEntry } from '../../src/common/Log.ts';
import { OPTION_DEFAULTS, type Options } from '../../src/common/options.ts';
import { PerfCountersCollection } from '../../src/common/PerfCounters.ts';
import {
  type ListenEvents,
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
  type Stack,
} from '../../src/common/Stack.ts';
import { NodeCrypto } from '../../src/node/NodeCrypto.ts';
import { ZlibCompressor } from '../../src/node/ZlibCompressor.ts';

interface Event {
  readonly time: number;
  readonly seq: number;
  refed: boolean;
  callback: (() => void) | undefined;
}

/**
 * Time and a network for tests of the messenger: all in memory, nothing by itself. `run` does what
 * is under way, `advance` lets time pass. Bytes arrive in pieces of `pieceMax` at most, and not
 * more than `bufferMax` of them wait at a socket before `send` says so.
 */
export class MemoryNet implements Clock, Stack {
  pieceMax: number = Number.POSITIVE_INFINITY;
  bufferMax: number = Number.POSITIVE_INFINITY;
  /** Bytes that contexts have given out. */
  allocated = 0;
  /** All ever made: of each connection the dialling side, then the other. */
  readonly sockets: MemorySocket[] = [];
  readonly #listeners = new Map<string, ListenEvents>();
  #events: Event[] = [];
  #deferred: (() => void)[] = [];
  #now = 0;
  #seq = 0;
  #nextPort = 40000;

  now(): number {
    return this.#now;
  }

  realNow(): number {
    return 1_000_000_000_000 + this.#now;
  }

  addEventAfter(delayMs: number, callback: () => void): Timer {
    const event: Event = { time: this.#now + delayMs, seq: this.#seq++, refed: true, callback };
    this.#events.push(event);
    return {
      cancel: () => {
        event.callback = undefined;
      },
      ref: () => {
        event.refed = true;
      },
      hold: () => {
        event.refed = false;
      },
      unref: () => {
        event.refed = false;
      },
    };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  deferToRoundEnd(callback: () => void): void {
    this.defer(callback);
  }

  connect(to: SocketAddress, events: SocketEvents): Socket {
    const from = { ip: '127.0.0.1', port: this.#nextPort++ };
    const client = new MemorySocket(this, to);
    const server = new MemorySocket(this, from);
    client.peer = server;
    server.peer = client;
    client.events = events;
    this.sockets.push(client, server);
    this.addEventAfter(0, () => {
      const listener = this.#listeners.get(`${to.ip}:${to.port}`);
      if (listener === undefined) client.end(new SocketError('ECONNREFUSED', 'nobody there'));
      if (listener === undefined || client.over) return;
      server.events = listener.onAccept(server);
      client.events?.onConnect();
      server.pump();
    });
    return client;
  }

  listen(at: SocketAddress, events: ListenEvents): { close(): void } {
    const port = at.port === 0 ? this.#nextPort++ : at.port;
    const key = `${at.ip}:${port}`;
    const taken = this.#listeners.has(key);
    if (!taken) this.#listeners.set(key, events);
    this.addEventAfter(0, () => {
      if (taken) events.onError(new SocketError('EADDRINUSE', key));
      else events.onListening({ ip: at.ip, port });
    });
    return { close: () => void this.#listeners.delete(key) };
  }

  /** Runs what is under way, and `ms` of time. */
  run(ms = 0): void {
    const until = this.#now + ms;
    for (;;) {
      while (this.#deferred.length > 0) this.#deferred.shift()?.();
      const due = this.#events.filter((event) => event.callback && event.time <= until);
      const next = due.sort((a, b) => a.time - b.time || a.seq - b.seq)[0];
      if (next === undefined) break;
      this.#events = this.#events.filter((event) => event !== next && event.callback);
      this.#now = next.time;
      next.callback?.();
    }
    this.#now = until;
  }

  /** A context on this net. `log`: where its entries go. */
  context(conf: Partial<Options> = {}, log?: LogEntry[]): CephContext {
    let state = 1;
    const uint32 = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    };
    return {
      conf: { ...OPTION_DEFAULTS, ...conf },
      clock: this,
      random: { uint32, float: () => uint32() / 2 ** 32 },
      stack: this,
      crypto: new NodeCrypto(),
      compressors: [new ZlibCompressor()],
      finisher: { queue: (complete) => this.defer(complete) },
      // Not zeroed, as outside: whoever reads what was never written is found out.
      alloc: (length) => {
        this.allocated += length;
        return new Uint8Array(length).fill(0xa5);
      },
      perf: new PerfCountersCollection(),
      log: log === undefined ? undefined : (entry) => void log.push(entry),
    };
  }
}

export class MemorySocket implements Socket {
  readonly remoteAddress: SocketAddress;
  peer: MemorySocket | undefined;
  events: SocketEvents | undefined;
  /** Closed or destroyed by its owner, or told of the end. */
  over = false;
  /** What was sent on it, a copy: one element for each call. */
  readonly sends: Uint8Array[] = [];
  /** Bytes that may still be sent before the connection is cut. */
  cutAfter: number = Number.POSITIVE_INFINITY;
  readonly #net: MemoryNet;
  readonly #inbox: Uint8Array[] = [];
  #ended = false;
  #pumping = false;
  #paused = false;
  #full = false;

  constructor(net: MemoryNet, remoteAddress: SocketAddress) {
    this.#net = net;
    this.remoteAddress = remoteAddress;
  }

  get sent(): Uint8Array {
    return Buffer.concat(this.sends);
  }

  /** Bytes that have come and were not read. */
  get waiting(): number {
    return this.#inbox.reduce((sum, piece) => sum + piece.length, 0);
  }

  send(chunks: readonly Uint8Array[]): boolean {
    const bytes = Buffer.concat(chunks).subarray(0, this.cutAfter);
    this.cutAfter -= bytes.length;
    this.sends.push(bytes);
    this.peer?.deliver(bytes);
    if (this.cutAfter === 0) {
      this.#net.addEventAfter(0, () => {
        this.peer?.end(undefined);
        this.end(new SocketError('ECONNRESET', 'cut'));
      });
    }
    this.#full = (this.peer?.waiting ?? 0) > this.#net.bufferMax;
    return !this.#full;
  }

  pauseReading(): void {
    this.#paused = true;
  }

  resumeReading(): void {
    this.#paused = false;
    this.pump();
  }

  close(): void {
    this.over = true;
    this.peer?.finish();
  }

  destroy(): void {
    this.over = true;
    const { peer } = this;
    this.#net.addEventAfter(0, () => peer?.end(new SocketError('ECONNRESET', 'reset by peer')));
  }

  end(error: SocketError | undefined): void {
    if (this.over) return;
    this.over = true;
    this.events?.onClose(error);
  }

  deliver(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#inbox.push(bytes);
    this.pump();
  }

  finish(): void {
    this.#ended = true;
    this.pump();
  }

  pump(): void {
    if (this.#pumping || this.#paused || this.events === undefined) return;
    if (this.#inbox.length === 0 && !this.#ended) return;
    this.#pumping = true;
    this.#net.addEventAfter(0, () => {
      this.#pumping = false;
      if (this.over || this.#paused) return;
      this.#read();
      this.pump();
    });
  }

  #read(): void {
    const piece = this.#inbox.shift();
    if (piece === undefined) {
      this.end(undefined);
      return;
    }
    const into = this.events?.readBuffer() ?? new Uint8Array(0);
    const count = Math.min(into.length, piece.length, this.#net.pieceMax);
    into.set(piece.subarray(0, count));
    if (count < piece.length) this.#inbox.unshift(piece.subarray(count));
    this.events?.onRead(count);
    this.peer?.drained();
  }

  drained(): void {
    if (!this.#full || (this.peer?.waiting ?? 0) > 0) return;
    this.#full = false;
    this.#net.addEventAfter(0, () => {
      if (!this.over) this.events?.onWritable();
    });
  }
}
