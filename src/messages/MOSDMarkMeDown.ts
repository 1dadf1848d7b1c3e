import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodeAddrvec, encodeAddrvec, type entity_addrvec_t } from '../msg/msg_types.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const MSG_OSD_MARK_ME_DOWN = 74;

export interface MOSDMarkMeDownInit {
  readonly fsid: string;
  readonly targetOsd: number;
  readonly targetAddrs: entity_addrvec_t;
  /** Of the sender's map. */
  readonly epoch: number;
  /** The monitor is to send the message back when the map says so. */
  readonly requestAck: boolean;
  /** It is gone for good: from v4 on. */
  readonly downAndDead?: boolean;
}

/**
 * An OSD is about to stop; the monitor's answer to that is the same message.
 * Front, v4: paxos (version: epoch), uuid fsid, s32 targetOsd, entity_addrvec_t targetAddrs, u32 epoch, bool
 * requestAck, bool downAndDead.
 * Ceph: src/messages/MOSDMarkMeDown.h.
 */
export class MOSDMarkMeDown extends Message {
  static readonly HEAD_VERSION = 4;
  readonly fsid: string;
  readonly targetOsd: number;
  readonly targetAddrs: entity_addrvec_t;
  readonly epoch: number;
  readonly requestAck: boolean;
  readonly downAndDead: boolean;

  constructor(init: MOSDMarkMeDownInit) {
    super(MSG_OSD_MARK_ME_DOWN, MOSDMarkMeDown.HEAD_VERSION, 3);
    this.fsid = init.fsid;
    this.targetOsd = init.targetOsd;
    this.targetAddrs = init.targetAddrs;
    this.epoch = init.epoch;
    this.requestAck = init.requestAck;
    this.downAndDead = init.downAndDead ?? false;
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc, this.epoch);
    encodeUuid(enc, this.fsid);
    enc.s32(this.targetOsd);
    encodeAddrvec(enc, this.targetAddrs);
    enc.u32(this.epoch);
    enc.u8(this.requestAck ? 1 : 0);
    enc.u8(this.downAndDead ? 1 : 0);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MOSDMarkMeDown {
    if (envelope.version < 3) throw front.error(`version ${envelope.version} is older than 3`);
    decodePaxos(front);
    return new MOSDMarkMeDown({
      fsid: decodeUuid(front),
      targetOsd: front.s32(),
      targetAddrs: decodeAddrvec(front),
      epoch: front.u32(),
      requestAck: front.bool(),
      downAndDead: envelope.version >= 4 && front.bool(),
    });
  }

  override toString(): string {
    const ack = this.requestAck ? 1 : 0;
    const dead = this.downAndDead ? 1 : 0;
    return `MOSDMarkMeDown(request_ack=${ack}, down_and_dead=${dead}, osd.${this.targetOsd}, fsid=${this.fsid})`;
  }
}
