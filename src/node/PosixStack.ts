import { connect, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import {
  type ListenEvents,
  type ServerSocket,
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
  type Stack,
} from '../common/Stack.ts';

/** Room for the first read of a connection, which Node wants before `connect` has returned. */
const FIRST_READ = 4096;

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

  get events(): SocketEvents | undefined {
    return this.#events;
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
    this.#tcp.destroySoon();
  }

  destroy(): void {
    this.#events = undefined;
    if (this.#tcp.connecting) this.#tcp.destroy();
    else this.#tcp.resetAndDestroy();
  }

  /** Copies what has been read to where the owner wants it, piece by piece. */
  hand(bytes: Uint8Array): void {
    let at = 0;
    while (this.#events !== undefined && at < bytes.length) {
      const into = this.#events.readBuffer();
      const count = Math.min(into.length, bytes.length - at);
      into.set(bytes.subarray(at, at + count));
      at += count;
      this.#events.onRead(count);
    }
  }

  #end(): void {
    const events = this.#events;
    this.#events = undefined;
    events?.onClose(this.#error);
  }
}

/** Reads straight into its owner's buffers. */
function connectSocket(to: SocketAddress, events: SocketEvents): PosixSocket {
  // Node asks for the first buffer inside connect(), where the owner must not be called.
  let socket: PosixSocket | undefined;
  const first = new Uint8Array(FIRST_READ);
  const onread = {
    buffer: () => socket?.events?.readBuffer() ?? first,
    callback: (count: number, buffer: Uint8Array) => {
      if (buffer === first) socket?.hand(first.subarray(0, count));
      else socket?.events?.onRead(count);
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
