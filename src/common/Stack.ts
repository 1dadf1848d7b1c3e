import type { XioMsg } from './XioMsg.ts';

/** Where a socket is: an IPv4 or IPv6 address as text, and a port. */
export interface SocketAddress {
  readonly ip: string;
  readonly port: number;
}

/** Why a socket or a port is lost, as the system calls it: `ECONNREFUSED`, `ECONNRESET`, `EADDRINUSE`. */
export class SocketError extends Error {
  override readonly name = 'SocketError';
  readonly code: string;

  constructor(code: string, reason: string, options?: ErrorOptions) {
    super(`${code}: ${reason}`, options);
    this.code = code;
  }
}

/**
 * What a socket tells its owner. Calls come from the loop, never from inside a call to the socket,
 * and none comes after the owner's own `close` or `destroy`.
 */
export interface SocketEvents {
  /** The peer has taken the connection. Not for accepted sockets. */
  onConnect(): void;
  /**
   * Where the next bytes are to go: a view of at least one byte. Asked for before each read, so
   * that a payload can be received straight into its place.
   */
  readBuffer(): Uint8Array;
  /** `count` > 0 bytes stand at the beginning of the last `readBuffer`. */
  onRead(count: number): void;
  /** A message has been handed over, behind the bytes that were sent before it. */
  onMsg?(msg: XioMsg): void;
  /** What an earlier `send` could not take at once has gone. */
  onWritable(): void;
  /** The end, once: the peer closed (no error), or the connection failed or was refused. */
  onClose(error: SocketError | undefined): void;
}

export interface Socket {
  readonly remoteAddress: SocketAddress;
  /**
   * Sends `chunks` in order; the socket owns them until they are gone, so they must not be changed.
   * False: they are queued; send no more before `onWritable`.
   */
  send(chunks: readonly Uint8Array[]): boolean;
  /** Hands `msg` over, behind what was sent; answers as `send`. Where the Stack `handsOver`. */
  sendMsg?(msg: XioMsg): boolean;
  /**
   * Takes no more from the peer: no `onRead` or `onMsg` comes until `resumeReading`, and once what is under
   * way is full (TCP's buffers; `SEND_BUFFER` in a simulation) the peer's `send` answers false.
   * `onClose` may come meanwhile, but not that of a peer that closed in good order behind bytes
   * that are yet to be read. Called inside `onRead`, it also puts off the next `readBuffer`;
   * elsewhere, the view answered last still gets the next bytes.
   */
  pauseReading(): void;
  /** Undoes `pauseReading`. From any call: what was held back comes later, from the loop. */
  resumeReading(): void;
  /** Sends what is queued, then closes. */
  close(): void;
  /** Drops what is queued and resets the connection. */
  destroy(): void;
}

export interface ListenEvents {
  /** The port is open; `address` has the port that was given out for port 0. */
  onListening(address: SocketAddress): void;
  /** A peer has connected. Answers who is to hear of its bytes. */
  onAccept(socket: Socket): SocketEvents;
  /** The port could not be opened, or was lost. */
  onError(error: SocketError): void;
}

export interface ServerSocket {
  /** Stops accepting; sockets already accepted live on. */
  close(): void;
}

/** The network as the core sees it: TCP outside, memory in a simulation. Ceph: src/msg/async/Stack.h. */
export interface Stack {
  /** Its sockets share memory with their peers: they have `sendMsg`. */
  readonly handsOver?: boolean;
  connect(to: SocketAddress, events: SocketEvents): Socket;
  /** Port 0: any free port. */
  listen(at: SocketAddress, events: ListenEvents): ServerSocket;
}
