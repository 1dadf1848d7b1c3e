import type { Socket, SocketError, SocketEvents } from '../../common/Stack.ts';
import type { XioMsg } from '../../common/XioMsg.ts';
import type { SendBuffer } from '../SendBuffer.ts';

/** Who hears of a socket. */
export interface SocketOwner {
  onConnect(): void;
  readBuffer(): Uint8Array;
  onRead(count: number): void;
  onMsg(msg: XioMsg): void;
  onWritable(): void;
  onClose(error: SocketError | undefined): void;
}

/** A socket that can be handed from one connection to another. Ceph: ConnectedSocket. */
export class ConnectedSocket implements SocketEvents {
  owner: SocketOwner;
  /** It has taken all it can. */
  isBlocked = false;
  #socket: Socket | undefined;

  constructor(owner: SocketOwner) {
    this.owner = owner;
  }

  attach(socket: Socket): void {
    this.#socket = socket;
  }

  send(buffer: SendBuffer): void {
    if (this.#socket !== undefined) this.isBlocked = !buffer.sendTo(this.#socket);
  }

  /** Of a Stack that hands over. */
  sendMsg(msg: XioMsg): void {
    this.isBlocked = !this.#socket?.sendMsg?.(msg);
  }

  pauseReading(): void {
    this.#socket?.pauseReading();
  }

  resumeReading(): void {
    this.#socket?.resumeReading();
  }

  /** Sends what is queued first. */
  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  destroy(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  onConnect(): void {
    this.owner.onConnect();
  }

  readBuffer(): Uint8Array {
    return this.owner.readBuffer();
  }

  onRead(count: number): void {
    this.owner.onRead(count);
  }

  onMsg(msg: XioMsg): void {
    this.owner.onMsg(msg);
  }

  onWritable(): void {
    this.isBlocked = false;
    this.owner.onWritable();
  }

  onClose(error: SocketError | undefined): void {
    this.#socket = undefined;
    this.owner.onClose(error);
  }
}
