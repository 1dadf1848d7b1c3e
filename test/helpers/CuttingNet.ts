import type { Timer } from '../../src/common/Clock.ts';
import { type Socket, SocketError, type SocketEvents } from '../../src/common/Stack.ts';
import { MemoryNet, type MemorySocket } from './MemoryNet.ts';

/** How a connection ends: both hear of it in good order, as an error, or neither hears anything. */
export type CutMode = 'fin' | 'rst' | 'silence';

/** The end of one connection, after so many bytes from the side that dialled it, or from the other. */
export interface Cut {
  readonly side: 'dialler' | 'listener';
  readonly after: number;
  readonly mode: CutMode;
}

/**
 * A network on which connections are cut: the first as the first of `cuts` says, and so on; those
 * beyond the end of `cuts` hold. With a `seed` each step on the wire takes 0 to 3 ms.
 */
export class CuttingNet extends MemoryNet {
  cuts: (Cut | undefined)[] = [];
  #state: number | undefined;

  constructor(cuts: (Cut | undefined)[] = [], seed?: number) {
    super();
    this.cuts = cuts;
    this.#state = seed;
  }

  override connect(to: { ip: string; port: number }, events: SocketEvents): Socket {
    const at = this.sockets.length / 2;
    const socket = super.connect(to, events);
    const [dialler, listener] = this.sockets.slice(2 * at);
    const cut = this.cuts[at];
    if (cut !== undefined && dialler !== undefined && listener !== undefined) {
      this.#arm(cut, dialler, listener);
    }
    return socket;
  }

  /** What has no delay of its own is the network's. */
  override addEventAfter(delayMs: number, callback: () => void): Timer {
    return super.addEventAfter(delayMs === 0 ? this.#latency() : delayMs, callback);
  }

  #latency(): number {
    if (this.#state === undefined) return 0;
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state >>> 30;
  }

  #arm({ side, after, mode }: Cut, dialler: MemorySocket, listener: MemorySocket): void {
    const [from, to] = side === 'dialler' ? [dialler, listener] : [listener, dialler];
    const send = from.send.bind(from);
    let left = after;
    from.send = (chunks) => {
      const bytes = Buffer.concat(chunks);
      const passed = bytes.subarray(0, left);
      left -= passed.length;
      const isOpen = send([passed]);
      if (left === 0 && passed.length < bytes.length) this.#cut(mode, from, to);
      return isOpen;
    };
  }

  #cut(mode: CutMode, from: MemorySocket, to: MemorySocket): void {
    if (mode === 'silence') {
      for (const socket of [from, to]) {
        socket.deliver = () => undefined;
        socket.finish = () => undefined;
      }
      from.destroy = () => {
        from.over = true;
      };
      to.destroy = () => {
        to.over = true;
      };
      return;
    }
    const error = mode === 'rst' ? new SocketError('ECONNRESET', 'cut') : undefined;
    this.addEventAfter(0, () => {
      if (error === undefined) to.finish();
      else to.end(error);
      from.end(error);
    });
  }
}
