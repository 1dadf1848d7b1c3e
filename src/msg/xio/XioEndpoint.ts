import Denque from 'denque';
import { ChunkReader } from '../../common/ChunkReader.ts';
import {
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
} from '../../common/Stack.ts';
import { type XioMsg, xioMsgLength } from '../../common/XioMsg.ts';
import { XioCredits } from './XioCredits.ts';
import type { Due, XioPortal } from './XioPortal.ts';

/** The end of what a peer sends. */
class End {
  readonly error: SocketError | undefined;

  constructor(error: SocketError | undefined) {
    this.error = error;
  }
}

/** One end of a connection within a process. Its owner and that of the other end share a portal. */
export class XioEndpoint implements Socket, Due {
  readonly remoteAddress: SocketAddress;
  isDue = false;
  readonly #portal: XioPortal;
  /** For what we send. */
  readonly #credits = new XioCredits();
  /** What the peer has sent. */
  readonly #inbox = new Denque<ChunkReader | XioMsg | End>();
  #peer: XioEndpoint | undefined;
  #events: SocketEvents | undefined;
  #isPaused = false;
  #isWritable = false;
  #isOver = false;

  constructor(portal: XioPortal, remoteAddress: SocketAddress) {
    this.#portal = portal;
    this.remoteAddress = remoteAddress;
  }

  /** Closed, destroyed, or told of the end. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** All that was sent has been taken. */
  get isAtRest(): boolean {
    return this.#credits.isAtRest;
  }

  /** Makes `peer` the other end. */
  attach(peer: XioEndpoint): void {
    this.#peer = peer;
  }

  setEvents(events: SocketEvents): void {
    if (!this.#isOver) this.#events = events;
  }

  opened(): void {
    this.#events?.onConnect();
  }

  send(chunks: readonly Uint8Array[]): boolean {
    const reader = new ChunkReader(chunks);
    return reader.isEmpty || this.#handOver(reader, reader.length);
  }

  sendMsg(msg: XioMsg): boolean {
    return this.#handOver(msg, xioMsgLength(msg));
  }

  pauseReading(): void {
    this.#isPaused = true;
  }

  resumeReading(): void {
    this.#isPaused = false;
    this.#portal.submit(this);
  }

  close(): void {
    this.#leave(new End(undefined));
  }

  destroy(): void {
    if (!this.#isOver && this.#peer !== undefined) this.#peer.#inbox.clear();
    this.#leave(new End(new SocketError('ECONNRESET', 'connection reset by peer')));
  }

  /** Tells the owner that it is over. Nothing after its own `close` or `destroy`. */
  end(error: SocketError | undefined): void {
    const events = this.#events;
    this.#forget();
    events?.onClose(error);
  }

  /** The portal's turn. */
  run(): void {
    if (this.#isWritable) {
      this.#isWritable = false;
      this.#events?.onWritable();
    }
    for (let item = this.#inbox.peekFront(); item !== undefined; item = this.#inbox.peekFront()) {
      const isReset = item instanceof End && item.error !== undefined;
      if (this.#isPaused && !isReset) return;
      if (item instanceof ChunkReader) {
        if (!this.#deliverBytes(item)) return;
      } else {
        this.#inbox.shift();
        if (item instanceof End) this.end(item.error);
        else this.#deliverMsg(item);
      }
    }
  }

  #handOver(item: ChunkReader | XioMsg, length: number): boolean {
    const peer = this.#peer;
    if (this.#isOver || peer === undefined || peer.isOver) return true;
    peer.#inbox.push(item);
    this.#portal.submit(peer);
    return this.#credits.spend(length);
  }

  /** False: the owner has paused, or is gone, before the end of it. */
  #deliverBytes(reader: ChunkReader): boolean {
    const { length } = reader;
    while (!reader.isEmpty) {
      if (this.#isPaused || this.#events === undefined) return false;
      const into = this.#events.readBuffer();
      this.#events.onRead(reader.readInto(into, into.length));
    }
    if (this.#isOver) return false;
    this.#inbox.shift();
    if (this.#peer !== undefined) this.#peer.#granted(length);
    return true;
  }

  /** Who takes bytes only cannot be handed a message. */
  #deliverMsg(msg: XioMsg): void {
    const events = this.#events;
    if (this.#peer !== undefined) this.#peer.#granted(xioMsgLength(msg));
    if (events?.onMsg !== undefined) {
      events.onMsg(msg);
      return;
    }
    this.destroy();
    events?.onClose(new SocketError('EPROTO', 'a message came to who takes bytes'));
  }

  #granted(bytes: number): void {
    if (!this.#credits.grant(bytes)) return;
    this.#isWritable = true;
    this.#portal.submit(this);
  }

  #leave(end: End): void {
    if (this.#isOver) return;
    this.#forget();
    const peer = this.#peer;
    if (peer === undefined || peer.isOver) return;
    peer.#inbox.push(end);
    this.#portal.submit(peer);
  }

  #forget(): void {
    this.#isOver = true;
    this.#events = undefined;
    this.#inbox.clear();
  }
}
