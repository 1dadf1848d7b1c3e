import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { cppStrerror } from '../common/errno.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const CEPH_MSG_AUTH_REPLY = 18;

export interface MAuthReplyInit {
  /** CEPH_AUTH_*: the one that the monitor chose. */
  readonly protocol: number;
  /** 0 or a negative errno. */
  readonly result: number;
  /** The number of the client: `client.4136`. */
  readonly globalId: number;
  readonly resultBl?: Uint8Array;
  readonly resultMsg?: string;
}

const EMPTY = new Uint8Array(0);

/**
 * What a monitor answers to an MAuth.
 * Front: u32 protocol, s32 result, u64 globalId, blob resultBl, string resultMsg.
 * Ceph: src/messages/MAuthReply.h.
 */
export class MAuthReply extends Message {
  static readonly HEAD_VERSION = 1;
  readonly protocol: number;
  readonly result: number;
  readonly globalId: number;
  readonly resultBl: Uint8Array;
  readonly resultMsg: string;

  constructor(init: MAuthReplyInit) {
    super(CEPH_MSG_AUTH_REPLY, MAuthReply.HEAD_VERSION, 1);
    this.protocol = init.protocol;
    this.result = init.result;
    this.globalId = init.globalId;
    this.resultBl = init.resultBl ?? EMPTY;
    this.resultMsg = init.resultMsg ?? '';
  }

  override encodePayload(enc: Encoder): void {
    enc.u32(this.protocol);
    enc.s32(this.result);
    enc.u64(this.globalId);
    enc.blob(this.resultBl);
    enc.string(this.resultMsg);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MAuthReply {
    return new MAuthReply({
      protocol: front.u32(),
      result: front.s32(),
      globalId: front.u64(),
      resultBl: front.blob('resultBl').slice(),
      resultMsg: front.string('resultMsg'),
    });
  }

  override toString(): string {
    const why = this.resultMsg === '' ? '' : `: ${this.resultMsg}`;
    return `auth_reply(proto ${this.protocol} ${this.result} ${cppStrerror(this.result)}${why})`;
  }
}
