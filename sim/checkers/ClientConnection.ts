import type { Parcel } from '../SimFlow.ts';
import type { ConnectionTap } from '../SimSocket.ts';
import {
  BACKOFF_ACK_BLOCK,
  BACKOFF_BLOCK,
  BACKOFF_UNBLOCK,
  MSG_OSD_BACKOFF,
  MSG_OSD_OP,
  readBackoff,
  type WireBackoff,
  type WireOp,
} from './op_messages.ts';
import type { Witness } from './Witness.ts';
import { parseWire, type WireMessage, WireStream } from './wire_streams.ts';

export interface ConnectionEvents {
  onOp(message: WireMessage): void;
  /** Either side has sent something. */
  onSent(): void;
  /** The client has closed it. */
  onOver(): void;
}

const NO_OP = { tid: 0, at: -1, epoch: 0 };

/** A range of objects of which the OSD wants no ops. */
interface Blocked extends WireBackoff {
  acks: number;
}

/** One connection that a client has made: what both ends send over it, and the rules of one connection. */
export class ClientConnection implements ConnectionTap {
  readonly to: string;
  readonly address: string;
  /** The client holds it. */
  isOpen = true;
  /** The OSD has taken a backoff back: each that it takes back has ops leave, or leave again. */
  wasUnblocked = false;
  /** Messages that the client has sent. */
  messages = 0;
  readonly #witness: Witness;
  readonly #from: string;
  readonly #events: ConnectionEvents;
  readonly #byClient: WireStream;
  readonly #byServer: WireStream;
  readonly #blocked = new Map<number, Blocked>();
  #wasBlocked = false;
  #flushedAt = 0;
  /** The last op that was sent for the first time, and the last that was sent again. */
  readonly #last = { first: { ...NO_OP }, again: { ...NO_OP } };
  #lastEpoch = 0;

  constructor(
    witness: Witness,
    from: string,
    to: string,
    address: string,
    events: ConnectionEvents,
  ) {
    this.#witness = witness;
    this.#from = from;
    this.to = to;
    this.address = address;
    this.#events = events;
    const conversation = { isOpen: false };
    this.#byClient = new WireStream(
      parseWire(true, conversation, (message) => this.#onClientMessage(message)),
    );
    this.#byServer = new WireStream(
      parseWire(false, conversation, (message) => this.#onServerMessage(message)),
    );
  }

  get isWithMon(): boolean {
    return this.to.startsWith('mon.');
  }

  sent(isClient: boolean, parcel: Extract<Parcel, { length: number }>, isBlocked: boolean): void {
    this.#events.onSent();
    if (isClient) this.#noteSending(isBlocked);
    if (parcel.kind === 'data') {
      const stream = isClient ? this.#byClient : this.#byServer;
      for (const chunk of parcel.chunks) stream.feed(chunk);
    } else if (isClient) this.#onClientMessage(parcel.msg);
    else this.#onServerMessage(parcel.msg);
  }

  /** What waited for the handshake, or for room, comes out all at once; what follows, as it is sent. */
  #noteSending(isBlocked: boolean): void {
    const now = this.#witness.now();
    if (this.messages === 0 || this.#wasBlocked) this.#flushedAt = now;
    this.#wasBlocked = isBlocked;
  }

  /** What comes out now was not held up. */
  get isPrompt(): boolean {
    return this.#flushedAt < this.#witness.now();
  }

  over(isClient: boolean): void {
    if (!isClient) return;
    this.isOpen = false;
    this.#events.onOver();
  }

  /** Blocks that the client has not answered. */
  get unacked(): number {
    return [...this.#blocked.values()].filter(({ acks }) => acks === 0).length;
  }

  get isBlocked(): boolean {
    return this.#blocked.size > 0;
  }

  checkOp(what: string, tid: number, op: WireOp): void {
    const now = this.#witness.now();
    // One event may have several causes: a map, room in the budget, a replica that refuses.
    const last = this.#last[op.attempt > 0 ? 'again' : 'first'];
    const isSameCause = now === last.at && op.epoch === last.epoch;
    if (isSameCause && tid <= last.tid && this.isPrompt && !this.wasUnblocked) {
      this.#witness.report('I14', `${what} right after tid ${last.tid}`);
    }
    if (op.epoch < this.#lastEpoch) {
      this.#witness.report('I17', `${what}: by map ${op.epoch} after ${this.#lastEpoch}`);
    }
    Object.assign(last, { tid, at: now, epoch: op.epoch });
    this.#lastEpoch = op.epoch;
    for (const block of this.#blocked.values()) {
      if (block.acks > 0 && isInRange(block, op)) {
        this.#witness.report('I15', `${what}: backoff ${block.id} of ${block.pg} stands`);
      }
    }
  }

  #onClientMessage(message: WireMessage): void {
    this.messages += 1;
    if (message.seq !== this.messages) {
      const what = `${this.#from} to ${this.to}`;
      this.#witness.report('I14', `${what}: frame ${message.seq} after ${this.messages - 1}`);
    }
    if (this.isWithMon) return;
    if (message.type === MSG_OSD_OP) this.#events.onOp(message);
    if (message.type === MSG_OSD_BACKOFF) this.#onAck(readBackoff(message.front));
  }

  #onAck({ id, op }: WireBackoff): void {
    const block = this.#blocked.get(id);
    if (op !== BACKOFF_ACK_BLOCK) this.#witness.report('I15', `${this.#from} sends a backoff`);
    if (block === undefined) return;
    block.acks += 1;
    if (block.acks > 1) this.#witness.report('I15', `${this.#from} acks backoff ${id} again`);
  }

  #onServerMessage(message: WireMessage): void {
    if (message.type !== MSG_OSD_BACKOFF) return;
    const backoff = readBackoff(message.front);
    if (backoff.op === BACKOFF_BLOCK) this.#blocked.set(backoff.id, { ...backoff, acks: 0 });
    if (backoff.op !== BACKOFF_UNBLOCK) return;
    this.#blocked.delete(backoff.id);
    this.wasUnblocked = true;
  }
}

/**
 * One object, or all that a PG had when the OSD said so: a PG that others were merged into since has more.
 * Objects follow each other by their hashes with the bits from last to first.
 */
function isInRange({ pg, begin, end }: WireBackoff, op: WireOp): boolean {
  if (pg !== `${op.pool}.${op.seed}`) return false;
  if (begin.oid !== '') return begin.oid === op.oid;
  const at = reversed(op.hash);
  return reversed(begin.hash) <= at && (end.isMax || at < reversed(end.hash));
}

function reversed(hash: number): number {
  let bits = 0;
  for (let bit = 0; bit < 32; bit++) bits = bits * 2 + ((hash >>> bit) & 1);
  return bits;
}
