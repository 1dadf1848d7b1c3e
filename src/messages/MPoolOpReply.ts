import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const CEPH_MSG_POOLOP_REPLY = 48;

export interface MPoolOpReplyInit {
  readonly fsid: string;
  /** 0, or a negative errno. */
  readonly replyCode: number;
  /** Of the map that has the change. */
  readonly epoch: number;
  /** The id of a new snapshot that the client manages itself; else empty. */
  readonly responseData: Uint8Array;
}

/**
 * What has become of a MPoolOp.
 * Front: paxos, uuid fsid, s32 replyCode, u32 epoch, bool, and if it is set blob responseData.
 * Ceph: src/messages/MPoolOpReply.h.
 */
export class MPoolOpReply extends Message {
  static readonly HEAD_VERSION = 1;
  readonly init: MPoolOpReplyInit;

  constructor(init: MPoolOpReplyInit) {
    super(CEPH_MSG_POOLOP_REPLY, MPoolOpReply.HEAD_VERSION, 1);
    this.init = init;
  }

  override encodePayload(enc: Encoder): void {
    const { fsid, replyCode, epoch, responseData } = this.init;
    encodePaxos(enc, epoch);
    encodeUuid(enc, fsid);
    enc.s32(replyCode);
    enc.u32(epoch);
    enc.u8(responseData.length > 0 ? 1 : 0);
    if (responseData.length > 0) enc.blob(responseData);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MPoolOpReply {
    decodePaxos(front);
    const fsid = decodeUuid(front);
    const [replyCode, epoch] = [front.s32(), front.u32()];
    const responseData = front.bool() ? front.blob('responseData') : new Uint8Array();
    return new MPoolOpReply({ fsid, replyCode, epoch, responseData });
  }

  override toString(): string {
    return `pool_op_reply(tid ${this.tid} ${this.init.replyCode})`;
  }
}
