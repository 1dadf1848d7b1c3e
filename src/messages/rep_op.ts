/** What MOSDRepOp and MOSDRepOpReply have in common. */
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import type { entity_name_t } from '../msg/msg_types.ts';
import { decodeSpg, encodeSpg, type spg_t } from '../osd/osd_types.ts';

/** Names a client's op, however often it is sent. Ceph: osd_reqid_t. */
export interface osd_reqid_t {
  readonly name: entity_name_t;
  readonly tid: number;
  readonly inc: number;
}

/** An OSD and which shard of a PG it has. Ceph: pg_shard_t. */
export interface pg_shard_t {
  readonly osd: number;
  readonly shard: number;
}

export interface RepOpHead {
  /** Of the sender's map. */
  readonly mapEpoch: number;
  /** Since which the PG is where it is. */
  readonly minEpoch: number;
  readonly reqid: osd_reqid_t;
  readonly pgid: spg_t;
}

/** Bytes of a blkin trace: three u64. */
const TRACE_LENGTH = 24;

/** u32 mapEpoch, u32 minEpoch, blkin trace (24 zeros), osd_reqid_t reqid, spg_t pgid. */
export function encodeRepOpHead(enc: Encoder, head: RepOpHead): void {
  enc.u32(head.mapEpoch);
  enc.u32(head.minEpoch);
  enc.zeros(TRACE_LENGTH);
  encodeReqid(enc, head.reqid);
  encodeSpg(enc, head.pgid);
}

export function decodeRepOpHead(dec: Decoder): RepOpHead {
  const mapEpoch = dec.u32();
  const minEpoch = dec.u32();
  dec.skip(TRACE_LENGTH);
  return { mapEpoch, minEpoch, reqid: decodeReqid(dec), pgid: decodeSpg(dec) };
}

/** Section v2 { u8 type, s64 num, u64 tid, s32 inc }. */
function encodeReqid(enc: Encoder, { name, tid, inc }: osd_reqid_t): void {
  enc.encodeStart(2, 2);
  enc.u8(name.type);
  enc.u64(name.num);
  enc.u64(tid);
  enc.s32(inc);
  enc.encodeFinish();
}

function decodeReqid(dec: Decoder): osd_reqid_t {
  dec.decodeStart('osd_reqid_t', 2);
  const reqid = { name: { type: dec.u8(), num: dec.s64() }, tid: dec.u64(), inc: dec.s32() };
  dec.decodeFinish();
  return reqid;
}

/** Section v1 { s32 osd, s8 shard }. */
export function encodePgShard(enc: Encoder, { osd, shard }: pg_shard_t): void {
  enc.encodeStart(1, 1);
  enc.s32(osd);
  enc.u8(shard);
  enc.encodeFinish();
}

export function decodePgShard(dec: Decoder): pg_shard_t {
  dec.decodeStart('pg_shard_t', 1);
  const pgShard = { osd: dec.s32(), shard: dec.s8() };
  dec.decodeFinish();
  return pgShard;
}
