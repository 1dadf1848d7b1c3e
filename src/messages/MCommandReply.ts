import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const MSG_COMMAND_REPLY = 98;

/**
 * What a daemon answers to an MCommand; its output is the data.
 * Front: s32 r, string rs. Ceph: src/messages/MCommandReply.h.
 */
export class MCommandReply extends Message {
  static readonly HEAD_VERSION = 1;
  /** 0, or a negative errno. */
  readonly r: number;
  /** For people. */
  readonly rs: string;

  constructor(r: number, rs: string, output?: Uint8Array) {
    super(MSG_COMMAND_REPLY, MCommandReply.HEAD_VERSION, 1);
    this.r = r;
    this.rs = rs;
    if (output !== undefined && output.length > 0) this.data = [output];
  }

  override encodePayload(enc: Encoder): void {
    enc.s32(this.r);
    enc.string(this.rs);
  }

  static decodePayload(
    _envelope: MessageEnvelope,
    front: Decoder,
    _middle: Uint8Array,
    data: Uint8Array,
  ): MCommandReply {
    const r = front.s32();
    return new MCommandReply(r, front.string('rs'), data);
  }

  override toString(): string {
    return `command_reply(tid ${this.tid}: ${this.r} ${this.rs})`;
  }
}
