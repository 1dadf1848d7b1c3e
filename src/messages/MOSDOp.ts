import { CEPH_FEATURES_ALL } from '../common/ceph_features.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { assert } from '../common/errors.ts';
import { decodeUtime, encodeUtime, UTIME_ZERO, type utime_t } from '../common/utime_t.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { entityNameToString } from '../msg/msg_types.ts';
import { hobjectToString, snapToString } from '../osd/hobject_text.ts';
import {
  decodeOSDOp,
  encodeOSDOp,
  OSD_OP_LENGTH,
  type OSDOp,
  osdOpToString,
} from '../osd/OSDOp.ts';
import {
  decodeObjectLocator,
  decodeSpg,
  encodeObjectLocator,
  encodeSpg,
  type object_locator_t,
  type spg_t,
} from '../osd/osd_types.ts';
import { CEPH_NOSNAP, CEPH_OSD_FLAG_RETRY } from '../osd/rados.ts';
import { mergeInData, sliceData } from './osd_op_data.ts';
import { osdFlagString, spgToString } from './osd_text.ts';

export const CEPH_MSG_OSD_OP = 42;

/** Default of osd_client_op_priority. */
export const OSD_CLIENT_OP_PRIORITY = 63;

/** Bytes of an osd_reqid_t's section: u8 type, s64 num, u64 tid, s32 inc. */
const REQID_LENGTH = 21;
/** Bytes of a blkin trace: three u64. */
const TRACE_LENGTH = 24;

/** A u16 counts the ops. */
const OPS_MAX = 0xffff;

const NO_SNAPS: readonly number[] = [];

export interface MOSDOpInit {
  readonly pgid: spg_t;
  /** Of the object's name, not folded: the seed of its raw pg. */
  readonly hash: number;
  /** Of the map that the op was aimed with. */
  readonly osdmapEpoch: number;
  /** CEPH_OSD_FLAG_*. */
  readonly flags: number;
  readonly oloc: object_locator_t;
  readonly oid: string;
  readonly ops: readonly OSDOp[];
  /** The snapshot to read; default CEPH_NOSNAP, the head. */
  readonly snapid?: number;
  /** 0 the first time. */
  readonly retryAttempt?: number;
  /** For writes. */
  readonly mtime?: utime_t;
  /** The snapshot context of a write. */
  readonly snapSeq?: number;
  readonly snaps?: readonly number[];
  readonly clientInc?: number;
  readonly features?: bigint;
}

/**
 * An op on one object, to the primary of its PG.
 *
 * Front, v8: spg_t pgid, u32 hash, u32 osdmapEpoch, u32 flags, osd_reqid_t (section v2 of zeros: the
 * OSD makes the id from the sender and the tid), blkin trace (24 zeros), u32 clientInc, utime_t mtime,
 * object_locator_t oloc, string oid, u16 number of ops, ceph_osd_op each, u64 snapid, u64 snapSeq,
 * vector<u64> snaps, s32 retryAttempt, u64 features. Data: what the ops bring, in their order.
 * Ceph: src/messages/MOSDOp.h.
 */
export class MOSDOp extends Message {
  static readonly HEAD_VERSION = 8;
  readonly pgid: spg_t;
  readonly hash: number;
  readonly osdmapEpoch: number;
  readonly flags: number;
  readonly oloc: object_locator_t;
  readonly oid: string;
  readonly ops: readonly OSDOp[];
  readonly snapid: number;
  readonly retryAttempt: number;
  readonly mtime: utime_t;
  readonly snapSeq: number;
  readonly snaps: readonly number[];
  readonly clientInc: number;
  readonly features: bigint;

  constructor(init: MOSDOpInit) {
    super(CEPH_MSG_OSD_OP, MOSDOp.HEAD_VERSION, 3);
    this.priority = OSD_CLIENT_OP_PRIORITY;
    this.pgid = init.pgid;
    this.hash = init.hash;
    this.osdmapEpoch = init.osdmapEpoch;
    this.flags = init.flags;
    this.oloc = init.oloc;
    this.oid = init.oid;
    this.ops = init.ops;
    this.snapid = init.snapid ?? CEPH_NOSNAP;
    this.retryAttempt = init.retryAttempt ?? 0;
    this.mtime = init.mtime ?? UTIME_ZERO;
    this.snapSeq = init.snapSeq ?? 0;
    this.snaps = init.snaps ?? NO_SNAPS;
    this.clientInc = init.clientInc ?? 0;
    this.features = init.features ?? CEPH_FEATURES_ALL;
    assert(init.ops.length <= OPS_MAX, 'ops are counted in a u16');
    this.data = mergeInData(init.ops);
  }

  override encodePayload(enc: Encoder): void {
    encodeSpg(enc, this.pgid);
    enc.u32(this.hash);
    enc.u32(this.osdmapEpoch);
    enc.u32(this.flags);
    enc.encodeStart(2, 2);
    enc.zeros(REQID_LENGTH);
    enc.encodeFinish();
    enc.zeros(TRACE_LENGTH);
    enc.u32(this.clientInc);
    encodeUtime(enc, this.mtime);
    encodeObjectLocator(enc, this.oloc);
    enc.string(this.oid);
    enc.u16(this.ops.length);
    for (const op of this.ops) encodeOSDOp(enc, op, op.indata.length);
    enc.u64(this.snapid);
    enc.u64(this.snapSeq);
    enc.u32(this.snaps.length);
    for (const snap of this.snaps) enc.u64(snap);
    enc.s32(this.retryAttempt);
    enc.bigU64(this.features);
  }

  static decodePayload(
    envelope: MessageEnvelope,
    front: Decoder,
    _middle: Uint8Array,
    data: Uint8Array,
  ): MOSDOp {
    // v7 has another order; v9 has a trace more in the middle.
    if (envelope.version !== 8) throw front.error(`version ${envelope.version} is not 8`);
    const pgid = decodeSpg(front);
    const hash = front.u32();
    const osdmapEpoch = front.u32();
    const flags = front.u32();
    front.decodeStart('osd_reqid_t', 2);
    front.decodeFinish();
    front.skip(TRACE_LENGTH);
    return new MOSDOp({
      pgid,
      hash,
      osdmapEpoch,
      flags,
      clientInc: front.u32(),
      mtime: decodeUtime(front),
      oloc: decodeObjectLocator(front),
      oid: front.string('oid'),
      ops: decodeOps(front, data),
      snapid: front.s64(),
      snapSeq: front.u64(),
      snaps: decodeSnaps(front),
      retryAttempt: front.s32(),
      features: front.bigU64(),
    });
  }

  override toString(): string {
    const { pgid, oloc, hash, oid, snapid: snap } = this;
    const reqid = `${this.src === undefined ? 'unknown.0' : entityNameToString(this.src)}.0:${this.tid}`;
    const hobj = hobjectToString({ ...oloc, hash, oid, snap, isMax: false });
    const ops = this.ops.map(osdOpToString).join(',');
    const snapc = `${snapToString(this.snapSeq)}=[${this.snaps.map(snapToString).join(',')}]`;
    const retry = this.flags & CEPH_OSD_FLAG_RETRY ? ` RETRY=${this.retryAttempt}` : '';
    const where = `${spgToString(pgid)} ${hobj}`;
    return `osd_op(${reqid} ${where} [${ops}] snapc ${snapc}${retry} ${osdFlagString(this.flags)} e${this.osdmapEpoch})`;
  }
}

function decodeOps(dec: Decoder, data: Uint8Array): OSDOp[] {
  const count = dec.u16();
  if (count * OSD_OP_LENGTH > dec.remaining) {
    throw dec.error(`${count} ops in ${dec.remaining} bytes`, 'ops');
  }
  const ops: OSDOp[] = [];
  let used = 0;
  for (let i = 0; i < count; i++) {
    const { op, payloadLength } = decodeOSDOp(dec);
    ops.push(payloadLength === 0 ? op : { ...op, indata: sliceData(data, used, payloadLength) });
    used += payloadLength;
  }
  if (used !== data.length) throw dec.error(`${used} bytes of data, not ${data.length}`, 'ops');
  return ops;
}

function decodeSnaps(dec: Decoder): number[] {
  const snaps: number[] = [];
  for (let left = dec.count('snaps', 8); left > 0; left--) snaps.push(dec.s64());
  return snaps;
}
