import Denque from 'denque';
import { DecodeError } from '../common/errors.ts';
import type { Message } from './Message.ts';

interface Level {
  readonly priority: number;
  readonly messages: Denque<Message>;
}

/**
 * What one session has to say: messages that wait to be written, by priority and then in the order
 * of coming, and those that were written and are kept until the peer has them. It numbers them.
 * Ceph: out_q, sent and out_seq of Pipe, ProtocolV1 and ProtocolV2.
 */
export class OutQueue {
  /** Descending. Levels stay when they are empty: there are never more than a few. */
  readonly #levels: Level[] = [];
  readonly #sent = new Denque<Message>();
  /** Written on an earlier connection: they go before all others, each with the seq that it has. */
  readonly #requeued = new Denque<Message>();
  #queued = 0;
  #outSeq = 0;

  /** Messages that wait to be written. */
  get length(): number {
    return this.#queued + this.#requeued.length;
  }

  /** Messages that were written and not acked. */
  get unacked(): number {
    return this.#sent.length;
  }

  /** The seq of the newest message that was ever written. */
  get outSeq(): number {
    return this.#outSeq;
  }

  push(message: Message): void {
    this.#queued++;
    this.#messagesOf(message.priority).push(message);
  }

  /** The next message, with its seq. `keep` it until it is acked. Ceph: _get_next_outgoing. */
  getNextOutgoing(keep: boolean): Message | undefined {
    const message = this.#requeued.length > 0 ? this.#requeued.shift() : this.#takeQueued();
    if (keep && message !== undefined) this.#sent.push(message);
    return message;
  }

  /** The peer has all up to `seq`. Answers how many that frees. Ceph: handle_ack. */
  handleAck(seq: number): number {
    this.#checkAck(seq);
    return dropUpTo(this.#sent, seq);
  }

  /** The connection is lost: what the peer may not have is written again. Ceph: requeue_sent. */
  requeueSent(): void {
    for (let last = this.#sent.pop(); last !== undefined; last = this.#sent.pop()) {
      this.#requeued.unshift(last);
    }
  }

  /** A new connection's peer has all up to `seq`. Ceph: discard_requeued_up_to. */
  discardRequeuedUpTo(seq: number): number {
    this.#checkAck(seq);
    return dropUpTo(this.#requeued, seq);
  }

  /** Forgets all; the next message has the seq after `outSeq`. Ceph: discard_out_queue. */
  clear(outSeq = 0): void {
    this.#queued = 0;
    this.#levels.length = 0;
    this.#sent.clear();
    this.#requeued.clear();
    this.#outSeq = outSeq;
  }

  #takeQueued(): Message | undefined {
    if (this.#queued === 0) return undefined;
    const message = this.#levels.find((level) => level.messages.length > 0)?.messages.shift();
    if (message === undefined) return undefined;
    this.#queued--;
    message.seq = ++this.#outSeq;
    return message;
  }

  #checkAck(seq: number): void {
    if (seq > this.#outSeq) {
      throw new DecodeError('ACK', 0, `of seq ${seq}, but ${this.#outSeq} is the last sent`);
    }
  }

  #messagesOf(priority: number): Denque<Message> {
    const at = this.#levels.findIndex((level) => level.priority <= priority);
    const found = this.#levels[at];
    if (found?.priority === priority) return found.messages;
    const messages = new Denque<Message>();
    this.#levels.splice(at < 0 ? this.#levels.length : at, 0, { priority, messages });
    return messages;
  }
}

/** `messages` are in the order of their seq. */
function dropUpTo(messages: Denque<Message>, seq: number): number {
  const before = messages.length;
  for (let first = messages.peekFront(); first !== undefined; first = messages.peekFront()) {
    if (first.seq > seq) break;
    messages.shift();
  }
  return before - messages.length;
}
