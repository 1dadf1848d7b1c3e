import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { cppStrerror } from '../common/errno.ts';
import { assert } from '../common/errors.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import {
  decodeOSDOp,
  encodeOSDOp,
  OSD_OP_LENGTH,
  type OSDOp,
  osdOpToString,
} from '../osd/OSDOp.ts';
import {
  decodeEversion,
  decodePg,
  EVERSION_ZERO,
  encodeEversion,
  encodePg,
  type eversion_t,
  type pg_t,
} from '../osd/osd_types.ts';
import { CEPH_OSD_FLAG_ONDISK, CEPH_OSD_FLAG_ONNVRAM } from '../osd/rados.ts';
import { mergeOutData, NO_DATA, sliceData } from './osd_op_data.ts';
import { decodeRedirect, encodeRedirect, type request_redirect_t } from './request_redirect_t.ts';

export const CEPH_MSG_OSD_OPREPLY = 43;

/** Bytes of a blkin trace: three u64. */
const TRACE_LENGTH = 24;

export interface MOSDOpReplyInit {
  readonly oid: string;
  readonly pgid: pg_t;
  /** CEPH_OSD_FLAG_*: those of the op, and whether it was acked. */
  readonly flags: number;
  /** Of the op as a whole: a negative errno, 0, or what its last step gave. */
  readonly result: number;
  /** Of the map that the OSD answered with. */
  readonly osdmapEpoch: number;
  /** The steps of the op, as they were asked. */
  readonly ops: readonly OSDOp[];
  /** What each step gave; default: nothing. */
  readonly outdata?: readonly Uint8Array[];
  /** What each step answered; default: 0. */
  readonly rvals?: readonly number[];
  /** Of the op that is answered; -1: not known. */
  readonly retryAttempt: number;
  readonly badReplayVersion?: eversion_t;
  readonly replayVersion?: eversion_t;
  /** Version of the object, as its users count. */
  readonly userVersion?: number;
  /** Go there instead. */
  readonly redirect?: request_redirect_t | undefined;
}

/**
 * What an OSD answers to an MOSDOp.
 *
 * Front, v8: string oid, pg_t pgid, u64 flags, s32 result, eversion_t badReplayVersion, u32 osdmapEpoch,
 * u32 number of ops, ceph_osd_op each (with the length of its output), s32 retryAttempt, s32 rval of each,
 * eversion_t replayVersion, u64 userVersion, bool with redirect, request_redirect_t if so, blkin trace
 * (24 zeros). Data: the outputs in the order of the ops.
 * Ceph: src/messages/MOSDOpReply.h.
 */
export class MOSDOpReply extends Message {
  static readonly HEAD_VERSION = 8;
  readonly oid: string;
  readonly pgid: pg_t;
  readonly flags: number;
  readonly result: number;
  readonly osdmapEpoch: number;
  readonly ops: readonly OSDOp[];
  readonly outdata: readonly Uint8Array[];
  readonly rvals: readonly number[];
  readonly retryAttempt: number;
  readonly badReplayVersion: eversion_t;
  readonly replayVersion: eversion_t;
  readonly userVersion: number;
  readonly redirect: request_redirect_t | undefined;

  constructor(init: MOSDOpReplyInit) {
    super(CEPH_MSG_OSD_OPREPLY, MOSDOpReply.HEAD_VERSION, 2);
    const steps = init.ops.length;
    assert((init.outdata?.length ?? steps) === steps, 'an output for each op');
    assert((init.rvals?.length ?? steps) === steps, 'an rval for each op');
    this.oid = init.oid;
    this.pgid = init.pgid;
    this.flags = init.flags;
    this.result = init.result;
    this.osdmapEpoch = init.osdmapEpoch;
    this.ops = init.ops;
    this.outdata = init.outdata ?? init.ops.map(() => NO_DATA);
    this.rvals = init.rvals ?? init.ops.map(() => 0);
    this.retryAttempt = init.retryAttempt;
    this.badReplayVersion = init.badReplayVersion ?? EVERSION_ZERO;
    this.replayVersion = init.replayVersion ?? EVERSION_ZERO;
    this.userVersion = init.userVersion ?? 0;
    this.redirect = init.redirect;
    this.data = mergeOutData(this.outdata);
  }

  override encodePayload(enc: Encoder): void {
    enc.string(this.oid);
    encodePg(enc, this.pgid);
    enc.u64(this.flags);
    enc.s32(this.result);
    encodeEversion(enc, this.badReplayVersion);
    enc.u32(this.osdmapEpoch);
    enc.u32(this.ops.length);
    for (const [i, op] of this.ops.entries()) encodeOSDOp(enc, op, this.outdata[i]?.length ?? 0);
    enc.s32(this.retryAttempt);
    for (const rval of this.rvals) enc.s32(rval);
    encodeEversion(enc, this.replayVersion);
    enc.u64(this.userVersion);
    enc.u8(this.redirect === undefined ? 0 : 1);
    if (this.redirect !== undefined) encodeRedirect(enc, this.redirect);
    enc.zeros(TRACE_LENGTH);
  }

  static decodePayload(
    envelope: MessageEnvelope,
    front: Decoder,
    _middle: Uint8Array,
    data: Uint8Array,
  ): MOSDOpReply {
    if (envelope.version < 8) throw front.error(`version ${envelope.version} is older than 8`);
    const oid = front.string('oid');
    const pgid = decodePg(front);
    const flags = front.s64();
    const result = front.s32();
    const badReplayVersion = decodeEversion(front);
    const osdmapEpoch = front.u32();
    const ops: OSDOp[] = [];
    const outdata: Uint8Array[] = [];
    decodeOps(front, data, ops, outdata);
    const retryAttempt = front.s32();
    const rvals: number[] = [];
    for (let i = 0; i < ops.length; i++) rvals.push(front.s32());
    const replayVersion = decodeEversion(front);
    const userVersion = front.u64();
    const redirect = front.bool() ? decodeRedirect(front) : undefined;
    front.skip(TRACE_LENGTH);
    return new MOSDOpReply({
      oid,
      pgid,
      flags,
      result,
      osdmapEpoch,
      ops,
      outdata,
      rvals,
      retryAttempt,
      badReplayVersion,
      replayVersion,
      userVersion,
      redirect,
    });
  }

  override toString(): string {
    const ops = this.ops.map((op, i) => {
      const length = this.outdata[i]?.length ?? 0;
      return length === 0 ? osdOpToString(op) : `${osdOpToString(op)} out=${length}b`;
    });
    const { version, epoch } = this.replayVersion;
    const kept =
      this.flags & CEPH_OSD_FLAG_ONDISK
        ? 'ondisk'
        : this.flags & CEPH_OSD_FLAG_ONNVRAM
          ? 'onnvram'
          : 'ack';
    const why = this.result < 0 ? ` (${cppStrerror(this.result)})` : '';
    const redirect = this.redirect === undefined ? '' : ` redirect to ${this.redirect.object}`;
    return `osd_op_reply(${this.tid} ${this.oid} [${ops.join(',')}] v${epoch}'${version} uv${this.userVersion} ${kept} = ${this.result}${why}${redirect})`;
  }
}

/** Fills `ops` and `outdata`; the latter are views of `data`, all of which must be spoken for. */
function decodeOps(dec: Decoder, data: Uint8Array, ops: OSDOp[], outdata: Uint8Array[]): void {
  let used = 0;
  for (let left = dec.count('ops', OSD_OP_LENGTH); left > 0; left--) {
    const { op, payloadLength } = decodeOSDOp(dec);
    ops.push(op);
    outdata.push(sliceData(data, used, payloadLength));
    used += payloadLength;
  }
  if (used !== data.length) throw dec.error(`${used} bytes of output, not ${data.length}`, 'ops');
}
