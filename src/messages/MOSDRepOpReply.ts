import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { CEPH_MSG_PRIO_HIGH, Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { entityNameToString } from '../msg/msg_types.ts';
import {
  decodeEversion,
  EVERSION_ZERO,
  encodeEversion,
  type eversion_t,
  pgToString,
} from '../osd/osd_types.ts';
import {
  decodePgShard,
  decodeRepOpHead,
  encodePgShard,
  encodeRepOpHead,
  type pg_shard_t,
  type RepOpHead,
} from './rep_op.ts';

export const MSG_OSD_REPOPREPLY = 113;

export interface MOSDRepOpReplyInit {
  readonly head: RepOpHead;
  /** CEPH_OSD_FLAG_ONDISK: it will survive the replica's death. */
  readonly ackType: number;
  readonly result: number;
  readonly lastCompleteOndisk?: eversion_t;
  readonly from: pg_shard_t;
}

/**
 * A replica has done what an MOSDRepOp asks for; the tid is the same.
 * Front, v2: {@link RepOpHead}, u8 ackType, s32 result, eversion_t lastCompleteOndisk, pg_shard_t from.
 * Ceph: src/messages/MOSDRepOpReply.h.
 */
export class MOSDRepOpReply extends Message {
  static readonly HEAD_VERSION = 2;
  readonly head: RepOpHead;
  readonly ackType: number;
  readonly result: number;
  readonly lastCompleteOndisk: eversion_t;
  readonly from: pg_shard_t;

  constructor(init: MOSDRepOpReplyInit) {
    super(MSG_OSD_REPOPREPLY, MOSDRepOpReply.HEAD_VERSION, 1);
    this.priority = CEPH_MSG_PRIO_HIGH;
    this.head = init.head;
    this.ackType = init.ackType;
    this.result = init.result;
    this.lastCompleteOndisk = init.lastCompleteOndisk ?? EVERSION_ZERO;
    this.from = init.from;
  }

  override encodePayload(enc: Encoder): void {
    encodeRepOpHead(enc, this.head);
    enc.u8(this.ackType);
    enc.s32(this.result);
    encodeEversion(enc, this.lastCompleteOndisk);
    encodePgShard(enc, this.from);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MOSDRepOpReply {
    if (envelope.version < 2) throw front.error(`version ${envelope.version} is older than 2`);
    return new MOSDRepOpReply({
      head: decodeRepOpHead(front),
      ackType: front.u8(),
      result: front.s32(),
      lastCompleteOndisk: decodeEversion(front),
      from: decodePgShard(front),
    });
  }

  override toString(): string {
    const { reqid, pgid, mapEpoch, minEpoch } = this.head;
    const op = `${entityNameToString(reqid.name)}.${reqid.inc}:${reqid.tid}`;
    return `osd_repop_reply(${op} ${pgToString(pgid.pgid)} e${mapEpoch}/${minEpoch} result = ${this.result})`;
  }
}
