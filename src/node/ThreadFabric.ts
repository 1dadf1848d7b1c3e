import { MessageChannel, MessagePort, threadId } from 'node:worker_threads';
import { DecodeError } from '../common/errors.ts';
import type { Socket, SocketAddress, SocketEvents } from '../common/Stack.ts';
import { BIND_PORT_MIN, keyOf, XioFabric } from '../msg/xio/XioFabric.ts';
import { makeRing, XioRing } from '../msg/xio/XioRing.ts';
import { XioRingEndpoint } from '../msg/xio/XioRingEndpoint.ts';
import { makeAlloc } from './context.ts';

const RING_BYTES = 1024 * 1024;
/** Each thread gives out ports of its own. */
const PORTS_PER_THREAD = 100;

/** What threads tell each other of a port. */
interface Listening {
  readonly kind: 'listening';
  readonly key: string;
  readonly isOpen: boolean;
}

/** One thread dials another: the rings, as the dialling side writes and reads them, and who wakes it. */
interface Dial {
  readonly kind: 'dial';
  readonly to: SocketAddress;
  readonly from: SocketAddress;
  readonly out: SharedArrayBuffer;
  readonly in: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** Another thread, and the ports that are open there, or beyond it. */
interface Link {
  readonly port: MessagePort;
  readonly keys: Set<string>;
}

/**
 * A fabric of several threads: the main thread's, and one for each worker that has joined it. Who
 * shares a thread hands messages over by reference, all others by way of rings in shared memory, where
 * each byte is copied in and out.
 *
 * Main: `new Worker(file, { workerData: port, transferList: [port] })` with `port = fabric.join()`;
 * worker: `new ThreadFabric(workerData)`.
 */
export class ThreadFabric extends XioFabric {
  readonly #alloc = makeAlloc();
  readonly #links = new Set<Link>();
  readonly #hub: Link | undefined;
  /** Open in this thread. */
  readonly #keys = new Set<string>();

  /** `hub`: of a worker, what the main thread's `join` has answered. */
  constructor(hub?: MessagePort) {
    super((run) => void setImmediate(run), BIND_PORT_MIN + threadId * PORTS_PER_THREAD);
    this.#hub = hub && this.#link(hub);
  }

  /** For one more worker. */
  join(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#link(port1);
    return port2;
  }

  override connect(to: SocketAddress, events: SocketEvents): Socket {
    const link = this.#linkTo(to);
    if (link === undefined) return super.connect(to, events);
    const { port1, port2 } = new MessageChannel();
    const out = makeRing(RING_BYTES);
    const back = makeRing(RING_BYTES);
    const from = { ip: to.ip, port: this.takeClientPort() };
    const socket = this.#endpoint(to, new XioRing(out), new XioRing(back), port1, 'dialled');
    socket.setEvents(events);
    const dial: Dial = { kind: 'dial', to, from, out, in: back, port: port2 };
    link.port.postMessage(dial, [port2]);
    return socket;
  }

  protected override onListeners(key: string, isOpen: boolean): void {
    if (isOpen) this.#keys.add(key);
    else this.#keys.delete(key);
    const said: Listening = { kind: 'listening', key, isOpen };
    this.#hub?.port.postMessage(said);
    // Who listens goes on living.
    if (this.#keys.size > 0) this.#hub?.port.ref();
    else this.#hub?.port.unref();
  }

  /** Undefined: this thread's. */
  #linkTo(to: SocketAddress): Link | undefined {
    if (this.listenerAt(to) !== undefined) return undefined;
    const key = keyOf(to);
    for (const link of this.#links) if (link.keys.has(key)) return link;
    return this.#hub;
  }

  #link(port: MessagePort): Link {
    const link = { port, keys: new Set<string>() };
    this.#links.add(link);
    port.on('message', (said: unknown) => {
      if (isListening(said)) link.keys[said.isOpen ? 'add' : 'delete'](said.key);
      else if (isDial(said)) this.#onDial(said, link);
    });
    port.on('close', () => this.#links.delete(link));
    port.unref();
    return link;
  }

  #onDial(dial: Dial, from: Link): void {
    const link = this.#linkTo(dial.to);
    if (link !== undefined && link !== from) {
      link.port.postMessage(dial, [dial.port]);
      return;
    }
    const listener = this.listenerAt(dial.to);
    const socket = listener === undefined ? undefined : this.#accept(dial);
    if (socket === undefined) dial.port.close();
    else if (listener !== undefined) socket.setEvents(listener.onAccept(socket));
  }

  /** Undefined: what came with it are no rings. */
  #accept(dial: Dial): XioRingEndpoint | undefined {
    try {
      const out = new XioRing(dial.in);
      return this.#endpoint(dial.from, out, new XioRing(dial.out), dial.port, 'accepted');
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
  }

  #endpoint(
    remoteAddress: SocketAddress,
    out: XioRing,
    back: XioRing,
    port: MessagePort,
    side: 'dialled' | 'accepted',
  ): XioRingEndpoint {
    const options = {
      remoteAddress,
      out,
      in: back,
      alloc: this.#alloc,
      wake: () => port.postMessage(null),
      defer: (run: () => void) => void setImmediate(run),
      hangUp: () => port.close(),
    };
    const socket = new XioRingEndpoint(options, side);
    port.on('message', () => socket.run());
    port.on('close', () => socket.onGone());
    port.unref();
    if (side === 'accepted') port.postMessage(null);
    return socket;
  }
}

function isListening(said: unknown): said is Listening {
  return isRecord(said) && said['kind'] === 'listening' && typeof said['key'] === 'string';
}

function isDial(said: unknown): said is Dial {
  return (
    isRecord(said) &&
    said['kind'] === 'dial' &&
    isAddress(said['to']) &&
    isAddress(said['from']) &&
    said['out'] instanceof SharedArrayBuffer &&
    said['in'] instanceof SharedArrayBuffer &&
    said['port'] instanceof MessagePort
  );
}

function isAddress(value: unknown): value is SocketAddress {
  return isRecord(value) && typeof value['ip'] === 'string' && typeof value['port'] === 'number';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
