import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import {
  addrvecToString,
  decodeAddrvec,
  encodeAddrvec,
  type entity_addrvec_t,
} from '../msg/msg_types.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const MSG_OSD_FAILURE = 72;

/** None of the flags: the OSD that was reported answers again. */
export const FLAG_ALIVE = 0;
export const FLAG_FAILED = 1;
/** It is known to be dead: nobody listens at its address. */
export const FLAG_IMMEDIATE = 2;

export interface MOSDFailureInit {
  readonly fsid: string;
  readonly targetOsd: number;
  /** For clients, which tell one life of the OSD from another. */
  readonly targetAddrs: entity_addrvec_t;
  /** FLAG_*. */
  readonly flags: number;
  /** Of the reporter's map. */
  readonly epoch: number;
  /** Seconds since it was last heard. */
  readonly failedFor: number;
}

/**
 * An OSD tells the monitor that another does not answer, or answers again.
 * Front, v4: paxos (version: epoch), uuid fsid, s32 targetOsd, entity_addrvec_t targetAddrs, u32 epoch, u8 flags,
 * s32 failedFor.
 * Ceph: src/messages/MOSDFailure.h.
 */
export class MOSDFailure extends Message {
  static readonly HEAD_VERSION = 4;
  readonly fsid: string;
  readonly targetOsd: number;
  readonly targetAddrs: entity_addrvec_t;
  readonly flags: number;
  readonly epoch: number;
  readonly failedFor: number;

  constructor(init: MOSDFailureInit) {
    super(MSG_OSD_FAILURE, MOSDFailure.HEAD_VERSION, 4);
    this.fsid = init.fsid;
    this.targetOsd = init.targetOsd;
    this.targetAddrs = init.targetAddrs;
    this.flags = init.flags;
    this.epoch = init.epoch;
    this.failedFor = init.failedFor;
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc, this.epoch);
    encodeUuid(enc, this.fsid);
    enc.s32(this.targetOsd);
    encodeAddrvec(enc, this.targetAddrs);
    enc.u32(this.epoch);
    enc.u8(this.flags);
    enc.s32(this.failedFor);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MOSDFailure {
    if (envelope.version < 4) throw front.error(`version ${envelope.version} is older than 4`);
    decodePaxos(front);
    return new MOSDFailure({
      fsid: decodeUuid(front),
      targetOsd: front.s32(),
      targetAddrs: decodeAddrvec(front),
      epoch: front.u32(),
      flags: front.u8(),
      failedFor: front.s32(),
    });
  }

  override toString(): string {
    const what = this.flags & FLAG_FAILED ? 'failed' : 'recovered';
    const how = this.flags & FLAG_IMMEDIATE ? 'immediate' : 'timeout';
    const target = `osd.${this.targetOsd} ${addrvecToString(this.targetAddrs)}`;
    return `osd_failure(${what} ${how} ${target} for ${this.failedFor}sec e${this.epoch} v${this.epoch})`;
  }
}
