import { decodeVector, encodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const MSG_COMMAND = 97;

/**
 * A command to one daemon (`ceph tell`), one JSON text; its input is the data.
 * Front: uuid fsid, vector<string> cmd. Ceph: src/messages/MCommand.h.
 */
export class MCommand extends Message {
  static readonly HEAD_VERSION = 1;
  readonly fsid: string;
  readonly cmd: readonly string[];

  constructor(fsid: string, cmd: readonly string[], input?: Uint8Array) {
    super(MSG_COMMAND, MCommand.HEAD_VERSION, 1);
    this.fsid = fsid;
    this.cmd = cmd;
    if (input !== undefined && input.length > 0) this.data = [input];
  }

  override encodePayload(enc: Encoder): void {
    encodeUuid(enc, this.fsid);
    encodeVector(enc, this.cmd, (text) => enc.string(text));
  }

  static decodePayload(
    _envelope: MessageEnvelope,
    front: Decoder,
    _middle: Uint8Array,
    data: Uint8Array,
  ): MCommand {
    const fsid = decodeUuid(front);
    const cmd = decodeVector(front, 'cmd', 4, () => front.string('cmd'));
    return new MCommand(fsid, cmd, data);
  }

  override toString(): string {
    return `command(tid ${this.tid}: ${this.cmd.join(' ')})`;
  }
}
