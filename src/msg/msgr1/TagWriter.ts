import type { AuthSessionHandler } from '../../auth/AuthSessionHandler.ts';
import type { Clock } from '../../common/Clock.ts';
import { encodeUtime, type utime_t, utimeFromMs } from '../../common/utime_t.ts';
import type { Message } from '../Message.ts';
import type { entity_name_t } from '../msg_types.ts';
import {
  CEPH_MSGR_TAG_ACK,
  CEPH_MSGR_TAG_KEEPALIVE2,
  CEPH_MSGR_TAG_KEEPALIVE2_ACK,
} from '../msgr.ts';
import type { MessageWriter } from './MessageWriter.ts';
import type { Session } from './Session.ts';

/** What is encoded before it goes to the socket: a long queue is sent in parts. */
const BATCH_BYTES_MAX = 1024 * 1024;

/** Told of each message, with the bytes that it took. */
export type OnWritten = (message: Message, bytes: number) => void;

/** What an open connection of msgr v1 has to say besides its session's messages. Ceph: Pipe::writer. */
export class TagWriter {
  /** Asks the peer for an answer. */
  keepalive = false;
  /** The stamp of the peer's newest keepalive: however many come in a turn, one answer goes out. */
  keepaliveAck: utime_t | undefined;
  /** Undefined: messages are not signed. */
  signer: AuthSessionHandler | undefined;
  readonly #clock: Clock;
  readonly #writer: MessageWriter;

  constructor(clock: Clock, writer: MessageWriter) {
    this.#clock = clock;
    this.#writer = writer;
  }

  /** Writes keepalives, an ack, and messages of `session`: all, or so many as go out at once. */
  write(session: Session, lossy: boolean, src: entity_name_t, onWritten?: OnWritten): void {
    const writer = this.#writer;
    this.#writeKeepalives();
    if (!lossy && session.inSeq > session.inSeqAcked) {
      writer.enc.u8(CEPH_MSGR_TAG_ACK);
      writer.enc.u64(session.inSeq);
      session.inSeqAcked = session.inSeq;
    }
    while (writer.pending < BATCH_BYTES_MAX) {
      const message = session.out.getNextOutgoing(!lossy);
      if (message === undefined) return;
      const before = writer.pending;
      writer.writeMessage(message, src, this.signer);
      onWritten?.(message, writer.pending - before);
    }
  }

  #writeKeepalives(): void {
    const { enc } = this.#writer;
    if (this.keepalive) {
      this.keepalive = false;
      enc.u8(CEPH_MSGR_TAG_KEEPALIVE2);
      encodeUtime(enc, utimeFromMs(this.#clock.realNow()));
    }
    if (this.keepaliveAck !== undefined) {
      enc.u8(CEPH_MSGR_TAG_KEEPALIVE2_ACK);
      encodeUtime(enc, this.keepaliveAck);
      this.keepaliveAck = undefined;
    }
  }
}
