import { connect, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import process from 'node:process';
import {
  type ListenEvents,
  type ServerSocket,
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
  type Stack,
} from '../common/Stack.ts';

/** Room for a read for which Node wants a buffer before the owner can be asked for its own. */
const EARLY_READ = 4096;
const NOTHING = new Uint8Array(0);

/** TCP. Ceph: src/msg/async/PosixStack.cc. */
export class PosixStack implements Stack {
  connect(to: SocketAddress, events: SocketEvents): Socket {
    return connectSocket(to, events);
  }

  listen(at: SocketAddress, events: ListenEvents): ServerSocket {
    const server = createServer({ noDelay: true });
    server.on('connection', (tcp) => acceptSocket(tcp, events));
    server.on('error', (error) => events.onError(toSocketError(error)));
    server.on('listening', () => events.onListening(addressOf(server, at)));
    server.listen(at.port, at.ip === '' ? '0.0.0.0' : at.ip);
    return { close: () => server.close() };
  }
}

/** The process is not kept alive by a socket: whoever waits for an answer holds a timer. */
class PosixSocket implements Socket {
  readonly remoteAddress: SocketAddress;
  readonly #tcp: TcpSocket;
  /** Undefined: the owner wants to hear no more, or is not yet there. */
  #events: SocketEvents | undefined;
  #error: SocketError | undefined;
  #isPaused = false;
  /** Read before the owner paused, and not yet handed over. */
  #held = NOTHING;

  constructor(tcp: TcpSocket, remote: SocketAddress) {
    this.#tcp = tcp;
    this.remoteAddress = remote;
    tcp.unref();
    tcp.on('connect', () => this.#events?.onConnect());
    tcp.on('drain', () => this.#events?.onWritable());
    tcp.on('error', (error) => {
      this.#error = toSocketError(error);
    });
    tcp.on('end', () => {
      this.#end();
      tcp.destroy();
    });
    tcp.on('close', () => this.#end());
  }

  /** Who takes bytes; undefined: nobody now. */
  get reader(): SocketEvents | undefined {
    return this.#isPaused ? undefined : this.#events;
  }

  setEvents(events: SocketEvents): void {
    this.#events = events;
  }

  send(chunks: readonly Uint8Array[]): boolean {
    this.#tcp.cork();
    let hasRoom = true;
    for (const chunk of chunks) hasRoom = this.#tcp.write(chunk);
    this.#tcp.uncork();
    return hasRoom;
  }

  close(): void {
    this.#events = undefined;
    // Until all is sent nothing is read any more, into whoever's buffer.
    this.#tcp.pause();
    this.#tcp.destroySoon();
  }

  destroy(): void {
    this.#events = undefined;
    if (this.#tcp.connecting) this.#tcp.destroy();
    else this.#tcp.resetAndDestroy();
  }

  pauseReading(): void {
    this.#isPaused = true;
    this.#tcp.pause();
  }

  resumeReading(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#held.length === 0) this.#tcp.resume();
    else process.nextTick(() => this.#handHeld());
  }

  /** Copies what has been read to where the owner wants it, piece by piece. */
  hand(bytes: Uint8Array): void {
    let at = 0;
    for (let to = this.reader; to !== undefined && at < bytes.length; to = this.reader) {
      const into = to.readBuffer();
      const count = Math.min(into.length, bytes.length - at);
      into.set(bytes.subarray(at, at + count));
      at += count;
      to.onRead(count);
    }
    if (this.#isPaused && at < bytes.length) this.#held = bytes.slice(at);
  }

  #handHeld(): void {
    if (this.#isPaused) return;
    const held = this.#held;
    this.#held = NOTHING;
    this.hand(held);
    if (!this.#isPaused) this.#tcp.resume();
  }

  #end(): void {
    const events = this.#events;
    this.#events = undefined;
    events?.onClose(this.#error);
  }
}

/** Reads straight into its owner's buffers. */
function connectSocket(to: SocketAddress, events: SocketEvents): PosixSocket {
  // Node asks for the first buffer inside connect(), where the owner must not be called, and for
  // the next one after each read, when the owner may have paused.
  let socket: PosixSocket | undefined;
  const early = new Uint8Array(EARLY_READ);
  const onread = {
    buffer: () => socket?.reader?.readBuffer() ?? early,
    callback: (count: number, buffer: Uint8Array) => {
      if (buffer === early) socket?.hand(early.subarray(0, count));
      else socket?.reader?.onRead(count);
      return true;
    },
  };
  const tcp = connect({ host: to.ip, port: to.port, noDelay: true, onread });
  socket = new PosixSocket(tcp, to);
  socket.setEvents(events);
  return socket;
}

/** Node 20 gives accepted sockets no buffers of ours to read into. */
function acceptSocket(tcp: TcpSocket, events: ListenEvents): void {
  const { remoteAddress: ip, remotePort: port } = tcp;
  // A peer that is already gone again has no address.
  if (ip === undefined || port === undefined) {
    tcp.destroy();
    return;
  }
  const socket = new PosixSocket(tcp, { ip, port });
  socket.setEvents(events.onAccept(socket));
  tcp.on('data', (bytes) => socket.hand(bytes));
}

function addressOf(server: Server, asked: SocketAddress): SocketAddress {
  const address = server.address();
  if (address === null || typeof address === 'string') return asked;
  return { ip: address.address, port: address.port };
}

function toSocketError(error: Error): SocketError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
  return new SocketError(code, error.message, { cause: error });
}
