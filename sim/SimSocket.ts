import { ChunkReader } from '../src/common/ChunkReader.ts';
import type { Clock } from '../src/common/Clock.ts';
import {
  type Socket,
  type SocketAddress,
  SocketError,
  type SocketEvents,
} from '../src/common/Stack.ts';
import { type XioMsg, xioMsgLength } from '../src/common/XioMsg.ts';
import { type FlowSink, type Parcel, SimFlow } from './SimFlow.ts';
import type { SimLink } from './SimLink.ts';

/** Bytes under way, or held back by a paused reader, at which `send` says that it has enough. */
const SEND_BUFFER = 1024 * 1024;

/** Told of every arrival over `link` (`client.1>osd.0`) at `time` milliseconds. */
export type Watcher = (time: number, link: string, parcel: Parcel) => void;

/** Told, as it happens, of what one connection's ends do. */
export interface ConnectionTap {
  /** `isBlocked`: it has been told to send no more for now. */
  sent(isClient: boolean, parcel: Extract<Parcel, { length: number }>, isBlocked: boolean): void;
  /** That end is closed: by its owner, or (`isTold`) because of what came. */
  over(isClient: boolean, isTold: boolean): void;
}

/** What a paused reader has not taken: the rest of a parcel of `length` bytes, a message, or the end. */
type Held =
  | { readonly left: ChunkReader; readonly length: number }
  | Extract<Parcel, { kind: 'msg' }>
  | 'fin';

/** One end of a connection in memory. */
export class SimSocket implements Socket, FlowSink {
  readonly localAddress: SocketAddress;
  readonly remoteAddress: SocketAddress;
  readonly #clock: Clock;
  readonly #watch: Watcher;
  #events: SocketEvents | undefined;
  #peer: SimSocket | undefined;
  /** What we send: it comes out at the peer. */
  #flow: SimFlow | undefined;
  #isOpen = false;
  #underWay = 0;
  #isBlocked = false;
  #isPaused = false;
  /** What has arrived and waits for a paused reader. */
  #held: Held[] = [];
  #onSyn: (() => void) | undefined;
  #tap: ConnectionTap | undefined;
  #isClient = false;

  constructor(clock: Clock, watch: Watcher, local: SocketAddress, remote: SocketAddress) {
    this.#clock = clock;
    this.#watch = watch;
    this.localAddress = local;
    this.remoteAddress = remote;
  }

  /** False once either side has ended the connection, and before it is there. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Neither open nor with anything of ours still under way. */
  get isOver(): boolean {
    return !this.isOpen && this.#flow?.isEmpty === true;
  }

  setEvents(events: SocketEvents): void {
    if (this.#isOpen) this.#events = events;
  }

  /** Makes `peer` the other end, reached over `link`. */
  attach(peer: SimSocket, link: SimLink): void {
    this.#peer = peer;
    this.#flow = new SimFlow(this.#clock, link, peer);
  }

  get flow(): SimFlow | undefined {
    return this.#flow;
  }

  tapInto(tap: ConnectionTap, isClient: boolean): void {
    this.#tap = tap;
    this.#isClient = isClient;
  }

  /** After the link was full. */
  unblock(): void {
    if (this.#isBlocked) this.onArrived(0);
  }

  /** Of the connecting side: asks the peer, whose `onSyn` is then called. */
  connect(onSyn: () => void): void {
    this.#isOpen = true;
    if (this.#peer !== undefined) this.#peer.#onSyn = onSyn;
    this.#flow?.send({ kind: 'syn' });
  }

  /** Of the listening side. */
  answer(kind: 'accepted' | 'refused'): void {
    this.#isOpen = kind === 'accepted';
    this.#flow?.send({ kind });
  }

  send(chunks: readonly Uint8Array[]): boolean {
    if (!this.isOpen) return true;
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    return this.#send({ kind: 'data', chunks, length });
  }

  sendMsg(msg: XioMsg): boolean {
    if (!this.isOpen) return true;
    return this.#send({ kind: 'msg', msg, length: xioMsgLength(msg) });
  }

  pauseReading(): void {
    this.#isPaused = true;
  }

  resumeReading(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#held.length > 0) this.#clock.defer(() => this.#takeHeld());
  }

  close(): void {
    if (!this.isOpen) return;
    this.#flow?.send({ kind: 'fin' });
    this.#tap?.over(this.#isClient, false);
    this.#forget();
  }

  destroy(): void {
    if (!this.isOpen) return;
    this.#flow?.clear();
    this.#flow?.send({ kind: 'rst' });
    this.#tap?.over(this.#isClient, false);
    this.#forget();
  }

  onParcel(parcel: Parcel): void {
    const link = this.#peer?.flow?.link;
    if (link !== undefined) this.#watch(this.#clock.now(), link.name, parcel);
    switch (parcel.kind) {
      case 'syn':
        this.#onSyn?.();
        return;
      case 'accepted':
        this.#events?.onConnect();
        return;
      case 'refused':
        this.end(new SocketError('ECONNREFUSED', 'connection refused'));
        return;
      case 'fin':
        this.#take('fin');
        return;
      case 'rst':
        this.end(new SocketError('ECONNRESET', 'connection reset by peer'));
        return;
      case 'msg':
        this.#take(parcel);
        return;
      case 'data':
        this.#take({ left: new ChunkReader(parcel.chunks), length: parcel.length });
        return;
    }
  }

  onCut(how: 'fin' | 'rst'): void {
    this.#flow?.clear();
    this.#flow?.send({ kind: how });
    this.#peer?.flow?.clear();
    this.end(how === 'fin' ? undefined : new SocketError('ECONNRESET', 'connection reset by peer'));
  }

  /** Tells the owner that it is over. Nothing after its own `close` or `destroy`. */
  end(error: SocketError | undefined): void {
    const events = this.#events;
    if (this.#isOpen) this.#tap?.over(this.#isClient, true);
    this.#forget();
    events?.onClose(error);
  }

  /** Of the other end: `length` bytes of ours have come out there. */
  onArrived(length: number): void {
    this.#underWay -= length;
    if (!this.#isBlocked || this.#hasNoRoom()) return;
    this.#isBlocked = false;
    this.#events?.onWritable();
  }

  #send(parcel: Extract<Parcel, { length: number }>): boolean {
    this.#underWay += parcel.length;
    this.#isBlocked = this.#hasNoRoom();
    this.#tap?.sent(this.#isClient, parcel, this.#isBlocked);
    this.#flow?.send(parcel);
    return !this.#isBlocked;
  }

  #hasNoRoom(): boolean {
    return this.#underWay > SEND_BUFFER || this.#flow?.link.has('full') === true;
  }

  #forget(): void {
    this.#isOpen = false;
    this.#events = undefined;
    this.#held = [];
  }

  /** Nothing overtakes what is held back. */
  #take(arrived: Held): void {
    if (this.#held.length > 0 || !this.#deliver(arrived)) this.#held.push(arrived);
  }

  #takeHeld(): void {
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      if (!this.#deliver(first)) return;
      this.#held.shift();
    }
  }

  /** False: the owner has paused before the end of it. */
  #deliver(arrived: Held): boolean {
    if (arrived === 'fin') {
      if (!this.#isPaused) this.end(undefined);
      return !this.#isPaused;
    }
    if ('msg' in arrived) {
      if (this.#isPaused) return false;
      this.#deliverMsg(arrived.msg);
      this.#peer?.onArrived(arrived.length);
      return true;
    }
    const most = this.#peer?.flow?.link.pieceMost() ?? Number.POSITIVE_INFINITY;
    const { left, length } = arrived;
    while (this.#events !== undefined && !left.isEmpty) {
      if (this.#isPaused) return false;
      const into = this.#events.readBuffer();
      this.#events.onRead(left.readInto(into, Math.min(into.length, most)));
    }
    this.#peer?.onArrived(length);
    return true;
  }

  /** Who takes bytes only cannot be handed a message. */
  #deliverMsg(msg: XioMsg): void {
    const events = this.#events;
    if (events === undefined) return;
    if (events.onMsg === undefined) this.onCut('rst');
    else events.onMsg(msg);
  }
}
