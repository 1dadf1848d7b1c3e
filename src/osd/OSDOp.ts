import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { CEPH_OSD_OP_READ, CEPH_OSD_OP_STAT, cephOsdOpName } from './rados.ts';

/** The part of `ceph_osd_op` whose meaning depends on the op code: 28 bytes. */
export type OSDOpArgs =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'extent';
      readonly offset: number;
      /** 0 with READ: to the end of the object. */
      readonly length: number;
      readonly truncateSize: number;
      readonly truncateSeq: number;
    }
  /** Of an op code that is not known here. */
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

/** One step of an op. Ceph: OSDOp (src/osd/osd_types.h), ceph_osd_op (src/include/rados.h). */
export interface OSDOp {
  /** CEPH_OSD_OP_*. */
  readonly op: number;
  /** CEPH_OSD_OP_FLAG_*. */
  readonly flags: number;
  readonly args: OSDOpArgs;
  /** What goes with it in the data segment. */
  readonly indata: Uint8Array;
}

/** Bytes of a `ceph_osd_op`: u16 op, u32 flags, args, u32 length of its part of the data segment. */
export const OSD_OP_LENGTH = 38;
const ARGS_LENGTH = 28;
const NO_ARGS: OSDOpArgs = { kind: 'none' };

export function encodeOSDOp(enc: Encoder, op: OSDOp, payloadLength: number): void {
  enc.u16(op.op);
  enc.u32(op.flags);
  encodeArgs(enc, op.args);
  enc.u32(payloadLength);
}

/** `indata` is left empty: it stands in the data segment, `payloadLength` bytes long. */
export function decodeOSDOp(dec: Decoder): { op: OSDOp; payloadLength: number } {
  const code = dec.u16();
  const flags = dec.u32();
  const args = decodeArgs(dec, code);
  return { op: { op: code, flags, args, indata: EMPTY }, payloadLength: dec.u32() };
}

/** `read 0~4096`, as in Ceph's logs. */
export function osdOpToString(op: OSDOp): string {
  const name = cephOsdOpName(op.op);
  const extent = op.args.kind === 'extent' ? ` ${op.args.offset}~${op.args.length}` : '';
  return `${name}${extent}${op.indata.length === 0 ? '' : ` in=${op.indata.length}b`}`;
}

const EMPTY = new Uint8Array(0);

function encodeArgs(enc: Encoder, args: OSDOpArgs): void {
  switch (args.kind) {
    case 'none':
      enc.zeros(ARGS_LENGTH);
      return;
    case 'extent':
      enc.u64(args.offset);
      enc.u64(args.length);
      enc.u64(args.truncateSize);
      enc.u32(args.truncateSeq);
      return;
    case 'raw':
      enc.raw(args.bytes);
      return;
  }
}

function decodeArgs(dec: Decoder, op: number): OSDOpArgs {
  switch (op) {
    case CEPH_OSD_OP_STAT:
      dec.skip(ARGS_LENGTH);
      return NO_ARGS;
    case CEPH_OSD_OP_READ:
      return {
        kind: 'extent',
        offset: dec.u64(),
        length: dec.u64(),
        truncateSize: dec.u64(),
        truncateSeq: dec.u32(),
      };
    default:
      return { kind: 'raw', bytes: dec.raw(ARGS_LENGTH).slice() };
  }
}
