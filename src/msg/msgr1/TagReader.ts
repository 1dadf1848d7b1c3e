import type { AuthSessionHandler } from '../../auth/AuthSessionHandler.ts';
import type { CephContext } from '../../common/CephContext.ts';
import { DecodeError } from '../../common/errors.ts';
import { decodeUtime, type utime_t } from '../../common/utime_t.ts';
import type { Message } from '../Message.ts';
import type { MessageFactory } from '../MessageFactory.ts';
import {
  CEPH_MSGR_TAG_ACK,
  CEPH_MSGR_TAG_CLOSE,
  CEPH_MSGR_TAG_KEEPALIVE,
  CEPH_MSGR_TAG_KEEPALIVE2,
  CEPH_MSGR_TAG_KEEPALIVE2_ACK,
  CEPH_MSGR_TAG_MSG,
  type ceph_msg_header,
  tagToString,
} from '../msgr.ts';
import type { ReadThrottle } from '../ReadThrottle.ts';
import type { RecvBuffer } from '../RecvBuffer.ts';
import { MessageReader } from './MessageReader.ts';

const NO_TAG = 0;

/** Who is told of what an open connection says. Any of these may `stop` the reader. */
export interface TagEvents {
  /** `message` is undefined when nobody knows its type. */
  onMessage(header: ceph_msg_header, message: Message | undefined): void;
  onKeepalive2(stamp: utime_t): void;
  onKeepalive2Ack(): void;
  onAck(seq: number): void;
  onCloseTag(): void;
}

/** What an open connection of msgr v1 says, tag after tag. Ceph: Pipe::reader. */
export class TagReader {
  /** Tags completed so far. */
  count = 0;
  readonly #recv: RecvBuffer;
  readonly #messages: MessageReader;
  readonly #throttle: ReadThrottle;
  readonly #events: TagEvents;
  #tag = NO_TAG;
  #stopped = false;

  constructor(
    cct: CephContext,
    recv: RecvBuffer,
    factory: MessageFactory,
    throttle: ReadThrottle,
    signer: AuthSessionHandler | undefined,
    events: TagEvents,
  ) {
    this.#recv = recv;
    this.#messages = new MessageReader(cct, recv, factory, throttle, signer);
    this.#throttle = throttle;
    this.#events = events;
  }

  /** A message waits for its throttle: nothing more is to be received. */
  get isThrottled(): boolean {
    return this.#throttle.isWaiting;
  }

  /** Bytes that the peer owes us: of a tag that it has begun. Undefined: it owes none. */
  get owed(): number | undefined {
    if (this.#tag === NO_TAG || this.isThrottled) return undefined;
    return this.#messages.isInside ? this.#messages.size : 0;
  }

  readBuffer(): Uint8Array {
    return this.#messages.readBuffer();
  }

  onRead(count: number): void {
    this.#messages.onRead(count);
  }

  /** Reads as far as the bytes, or the throttle, allow. Throws `DecodeError`; then it is to `stop`. */
  read(): void {
    const recv = this.#recv;
    while (!this.#stopped) {
      if (this.#tag === NO_TAG) {
        if (recv.available === 0) return;
        this.#tag = recv.take(1, 'tag').u8();
      }
      if (!this.#readTagged(this.#tag)) return;
      this.#tag = NO_TAG;
      this.count++;
    }
  }

  /** Reads nothing more, and gives back what a message that is not complete has taken. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#throttle.cancel();
  }

  /** False: more bytes are wanted. */
  #readTagged(tag: number): boolean {
    const recv = this.#recv;
    switch (tag) {
      case CEPH_MSGR_TAG_MSG: {
        const messages = this.#messages;
        if (!messages.read()) return false;
        this.#events.onMessage(messages.header, messages.message);
        return true;
      }
      case CEPH_MSGR_TAG_KEEPALIVE:
        return true;
      case CEPH_MSGR_TAG_KEEPALIVE2:
        if (recv.available < 8) return false;
        this.#events.onKeepalive2(decodeUtime(recv.take(8, 'KEEPALIVE2')));
        return true;
      case CEPH_MSGR_TAG_KEEPALIVE2_ACK:
        if (recv.available < 8) return false;
        recv.take(8, 'KEEPALIVE2_ACK');
        this.#events.onKeepalive2Ack();
        return true;
      case CEPH_MSGR_TAG_ACK:
        if (recv.available < 8) return false;
        this.#events.onAck(recv.take(8, 'ACK').u64());
        return true;
      case CEPH_MSGR_TAG_CLOSE:
        this.#events.onCloseTag();
        return true;
      default:
        throw new DecodeError('tag', 0, `${tagToString(tag)} is none of an open connection`);
    }
  }
}
