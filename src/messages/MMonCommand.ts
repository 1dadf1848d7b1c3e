import { decodeVector, encodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { encodePaxos, skipPaxos } from './paxos.ts';

export const MSG_MON_COMMAND = 50;

/**
 * A command to a monitor, one JSON text: `{"prefix":"osd dump","format":"json"}`; its input is the data.
 * Front: paxos, uuid fsid, vector<string> cmd. Ceph: src/messages/MMonCommand.h.
 */
export class MMonCommand extends Message {
  static readonly HEAD_VERSION = 1;
  readonly fsid: string;
  readonly cmd: readonly string[];

  constructor(fsid: string, cmd: readonly string[], input?: Uint8Array) {
    super(MSG_MON_COMMAND, MMonCommand.HEAD_VERSION, 1);
    this.fsid = fsid;
    this.cmd = cmd;
    if (input !== undefined && input.length > 0) this.data = [input];
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc);
    encodeUuid(enc, this.fsid);
    encodeVector(enc, this.cmd, (text) => enc.string(text));
  }

  static decodePayload(
    _envelope: MessageEnvelope,
    front: Decoder,
    _middle: Uint8Array,
    data: Uint8Array,
  ): MMonCommand {
    skipPaxos(front);
    const fsid = decodeUuid(front);
    const cmd = decodeVector(front, 'cmd', 4, () => front.string('cmd'));
    return new MMonCommand(fsid, cmd, data);
  }

  override toString(): string {
    return `mon_command(${this.cmd.join(' ')} v 0)`;
  }
}
