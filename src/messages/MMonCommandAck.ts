import { decodeVector, encodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const MSG_MON_COMMAND_ACK = 51;

export interface MMonCommandAckInit {
  /** Of the command. */
  readonly cmd: readonly string[];
  /** 0, or a negative errno. */
  readonly r: number;
  /** For people. */
  readonly rs: string;
  readonly output?: Uint8Array;
  /** Of the map that was asked. */
  readonly version?: number;
}

/**
 * What a monitor answers to a command; its output is the data.
 * Front: paxos, s32 r, string rs, vector<string> cmd. Ceph: src/messages/MMonCommandAck.h.
 */
export class MMonCommandAck extends Message {
  static readonly HEAD_VERSION = 1;
  readonly cmd: readonly string[];
  readonly r: number;
  readonly rs: string;
  readonly mapVersion: number;

  constructor({ cmd, r, rs, output, version = 0 }: MMonCommandAckInit) {
    super(MSG_MON_COMMAND_ACK, MMonCommandAck.HEAD_VERSION, 1);
    this.cmd = cmd;
    this.r = r;
    this.rs = rs;
    this.mapVersion = version;
    if (output !== undefined && output.length > 0) this.data = [output];
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc, this.mapVersion);
    enc.s32(this.r);
    enc.string(this.rs);
    encodeVector(enc, this.cmd, (text) => enc.string(text));
  }

  static decodePayload(
    _envelope: MessageEnvelope,
    front: Decoder,
    _middle: Uint8Array,
    data: Uint8Array,
  ): MMonCommandAck {
    const version = decodePaxos(front);
    const [r, rs] = [front.s32(), front.string('rs')];
    const cmd = decodeVector(front, 'cmd', 4, () => front.string('cmd'));
    return new MMonCommandAck({ cmd, r, rs, output: data, version });
  }

  override toString(): string {
    return `mon_command_ack([${this.cmd.join(' ')}]=${this.r} ${this.rs} v${this.mapVersion})`;
  }
}
