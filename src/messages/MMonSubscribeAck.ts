import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const CEPH_MSG_MON_SUBSCRIBE_ACK = 16;

/**
 * How long a subscription holds, told to peers that must renew theirs.
 * Front: u32 interval, uuid fsid. Ceph: src/messages/MMonSubscribeAck.h.
 */
export class MMonSubscribeAck extends Message {
  static readonly HEAD_VERSION = 1;
  readonly fsid: string;
  /** Seconds. */
  readonly interval: number;

  constructor(fsid: string, interval: number) {
    super(CEPH_MSG_MON_SUBSCRIBE_ACK, MMonSubscribeAck.HEAD_VERSION, 1);
    this.fsid = fsid;
    this.interval = interval;
  }

  override encodePayload(enc: Encoder): void {
    enc.u32(this.interval);
    encodeUuid(enc, this.fsid);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MMonSubscribeAck {
    const interval = front.u32();
    return new MMonSubscribeAck(decodeUuid(front), interval);
  }

  override toString(): string {
    return `mon_subscribe_ack(${this.interval}s)`;
  }
}
