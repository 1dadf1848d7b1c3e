import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodeHobject, encodeHobject, type hobject_t } from '../osd/hobject_t.ts';
import { decodeSpg, encodeSpg, type spg_t } from '../osd/osd_types.ts';
import { hobjectRangeToString, spgToString } from './osd_text.ts';

export const CEPH_MSG_OSD_BACKOFF = 61;

/** The OSD: send nothing in the range. */
export const CEPH_OSD_BACKOFF_OP_BLOCK = 1;
/** The client: understood. */
export const CEPH_OSD_BACKOFF_OP_ACK_BLOCK = 2;
/** The OSD: send again. */
export const CEPH_OSD_BACKOFF_OP_UNBLOCK = 3;

const OP_NAMES = ['???', 'block', 'ack-block', 'unblock'] as const;

export interface MOSDBackoffInit {
  readonly pgid: spg_t;
  readonly mapEpoch: number;
  /** CEPH_OSD_BACKOFF_OP_*. */
  readonly op: number;
  /** Of the backoff, among those of one connection. */
  readonly id: number;
  /** Objects from `begin` to before `end`; where both are the same, this one object. */
  readonly begin: hobject_t;
  readonly end: hobject_t;
}

/**
 * An OSD that can do nothing for a while asks not to be sent ops. Front, v1: spg_t pgid, u32 mapEpoch, u8 op,
 * u64 id, hobject_t begin, hobject_t end. Ceph: src/messages/MOSDBackoff.h.
 */
export class MOSDBackoff extends Message {
  static readonly HEAD_VERSION = 1;
  readonly pgid: spg_t;
  readonly mapEpoch: number;
  readonly op: number;
  readonly id: number;
  readonly begin: hobject_t;
  readonly end: hobject_t;

  constructor({ pgid, mapEpoch, op, id, begin, end }: MOSDBackoffInit) {
    super(CEPH_MSG_OSD_BACKOFF, MOSDBackoff.HEAD_VERSION, 1);
    this.pgid = pgid;
    this.mapEpoch = mapEpoch;
    this.op = op;
    this.id = id;
    this.begin = begin;
    this.end = end;
  }

  override encodePayload(enc: Encoder): void {
    encodeSpg(enc, this.pgid);
    enc.u32(this.mapEpoch);
    enc.u8(this.op);
    enc.u64(this.id);
    encodeHobject(enc, this.begin);
    encodeHobject(enc, this.end);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MOSDBackoff {
    return new MOSDBackoff({
      pgid: decodeSpg(front),
      mapEpoch: front.u32(),
      op: front.u8(),
      id: front.u64(),
      begin: decodeHobject(front),
      end: decodeHobject(front),
    });
  }

  override toString(): string {
    const { pgid, op, id, begin, end, mapEpoch } = this;
    const range = hobjectRangeToString(begin, end);
    return `osd_backoff(${spgToString(pgid)} ${OP_NAMES[op] ?? '???'} id ${id} ${range} e${mapEpoch})`;
  }
}
