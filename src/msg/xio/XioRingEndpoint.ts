import Denque from 'denque';
import { type Alloc, Encoder } from '../../common/Encoder.ts';
import { DecodeError } from '../../common/errors.ts';
import {
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
} from '../../common/Stack.ts';
import type { XioMsg } from '../../common/XioMsg.ts';
import { type XioFrameEvents, XioFrameReader } from './XioFrameReader.ts';
import { RING_NEW, RING_OPEN, RING_RESET, type XioRing } from './XioRing.ts';
import { encodeControlHeader, encodeMsgHeader, XIO_BYTES, XIO_END } from './xio_frame.ts';

const SLAB = 16 * 1024;
/** A header, or what there is of a segment, is a step. */
const STEPS_PER_TURN = 1024;

export interface XioRingOptions {
  readonly remoteAddress: SocketAddress;
  /** What we write, and what we read. */
  readonly out: XioRing;
  readonly in: XioRing;
  readonly alloc: Alloc;
  /** Makes the other thread call `run` on its end. */
  readonly wake: () => void;
  /** Calls back in the next turn of the loop. */
  readonly defer: (run: () => void) => void;
  /** It is over: nobody needs to be woken any more. */
  readonly hangUp: () => void;
}

/** One end of a connection between threads. A peer that breaks the ring loses its connection. */
export class XioRingEndpoint implements Socket, XioFrameEvents {
  readonly remoteAddress: SocketAddress;
  readonly #options: XioRingOptions;
  readonly #out: XioRing;
  readonly #in: XioRing;
  readonly #enc: Encoder;
  readonly #reader: XioFrameReader;
  readonly #entry = (): void => this.#runDeferred();
  /** What the ring had no room for. */
  readonly #queue = new Denque<Uint8Array>();
  /** Bytes of the first that are in the ring. */
  #queueAt = 0;
  #events: SocketEvents | undefined;
  #isConnecting: boolean;
  #isDeferred = false;
  #isPaused = false;
  #isBlocked = false;
  #isGone = false;
  #state: 'open' | 'closing' | 'over' = 'open';

  constructor(options: XioRingOptions, side: 'dialled' | 'accepted') {
    this.#options = options;
    this.remoteAddress = options.remoteAddress;
    this.#out = options.out;
    this.#in = options.in;
    this.#enc = new Encoder(SLAB, options.alloc);
    this.#reader = new XioFrameReader(options.in, options.alloc, this);
    this.#isConnecting = side === 'dialled';
    if (side === 'accepted') this.#out.state = RING_OPEN;
  }

  setEvents(events: SocketEvents): void {
    if (this.#state === 'open') this.#events = events;
  }

  send(chunks: readonly Uint8Array[]): boolean {
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    if (this.#state !== 'open' || length === 0) return true;
    encodeControlHeader(this.#enc, XIO_BYTES, length);
    return this.#push(chunks);
  }

  sendMsg(msg: XioMsg): boolean {
    if (this.#state !== 'open') return true;
    encodeMsgHeader(this.#enc, msg);
    return this.#push([msg.front, msg.middle, ...msg.data]);
  }

  pauseReading(): void {
    this.#isPaused = true;
  }

  resumeReading(): void {
    this.#isPaused = false;
    this.#defer();
  }

  close(): void {
    if (this.#state !== 'open') return;
    encodeControlHeader(this.#enc, XIO_END, 0);
    this.#push([]);
    this.#events = undefined;
    this.#state = 'closing';
    if (this.#queue.length === 0) this.#forget();
  }

  destroy(): void {
    if (this.#state === 'over') return;
    this.#out.state = RING_RESET;
    this.#options.wake();
    this.#forget();
  }

  /** The other thread has said that there is something to do. */
  run(): void {
    if (this.#state === 'over') return;
    try {
      this.#runChecked();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const events = this.#events;
      this.destroy();
      events?.onClose(new SocketError('EPROTO', error.message, { cause: error }));
    }
  }

  /** The other end needs nobody any more: what it wrote before is still read. */
  onGone(): void {
    this.#isGone = true;
    this.run();
    if (this.#isConnecting) this.#end(new SocketError('ECONNREFUSED', 'connection refused'));
  }

  // ---- what is read

  readBuffer(): Uint8Array {
    return this.#events?.readBuffer() ?? new Uint8Array(1);
  }

  onRead(count: number): void {
    this.#events?.onRead(count);
  }

  /** Who takes bytes only cannot be handed a message. */
  onMsg(msg: XioMsg): void {
    const events = this.#events;
    if (events === undefined) return;
    if (events.onMsg === undefined) throw new DecodeError('XioMsg', 0, 'a message is no byte');
    events.onMsg(msg);
  }

  onEnd(): void {
    this.#end(undefined);
  }

  #runChecked(): void {
    if (this.#in.state === RING_RESET) {
      this.#end(new SocketError('ECONNRESET', 'connection reset by peer'));
      return;
    }
    if (this.#isConnecting && this.#in.state !== RING_NEW) {
      this.#isConnecting = false;
      this.#events?.onConnect();
    }
    this.#pump();
    this.#read();
  }

  #read(): void {
    for (let step = 0; step < STEPS_PER_TURN; step++) {
      if (this.#state !== 'open' || this.#isPaused) return;
      const isMore = this.#reader.readSome();
      if (this.#in.writerWaits()) this.#options.wake();
      if (!isMore && this.#in.awaitBytes()) {
        if (this.#isGone) this.#end(new SocketError('ECONNRESET', 'the other thread is gone'));
        return;
      }
    }
    this.#defer();
  }

  // ---- what is written

  /** What was encoded, then `pieces`. False: not all of it is in the ring. */
  #push(pieces: readonly Uint8Array[]): boolean {
    this.#queue.push(this.#enc.take());
    for (const piece of pieces) if (piece.length > 0) this.#queue.push(piece);
    if (!this.#isBlocked) this.#pump();
    return !this.#isBlocked;
  }

  #pump(): void {
    const queue = this.#queue;
    for (let piece = queue.peekFront(); piece !== undefined; piece = queue.peekFront()) {
      this.#queueAt += this.#out.write(piece, this.#queueAt);
      if (this.#out.readerWaits()) this.#options.wake();
      if (this.#queueAt === piece.length) {
        queue.shift();
        this.#queueAt = 0;
      } else if (this.#out.awaitRoom()) {
        this.#isBlocked = true;
        return;
      }
    }
    if (this.#state === 'closing') this.#forget();
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#events?.onWritable();
  }

  #defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#options.defer(this.#entry);
  }

  #runDeferred(): void {
    this.#isDeferred = false;
    this.run();
  }

  #end(error: SocketError | undefined): void {
    const events = this.#events;
    this.#forget();
    events?.onClose(error);
  }

  #forget(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#events = undefined;
    this.#queue.clear();
    this.#options.hangUp();
  }
}
