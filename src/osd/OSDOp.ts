import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { utf8Decode } from '../common/utf8.ts';
import { decodeArgs, encodeArgs, type OSDOpArgs } from './osd_op_args.ts';
import {
  CEPH_OSD_OP_CMPXATTR,
  CEPH_OSD_OP_OMAP_CMP,
  CEPH_OSD_OP_OMAPGETKEYS,
  CEPH_OSD_OP_OMAPGETVALS,
  CEPH_OSD_OP_OMAPGETVALSBYKEYS,
  CEPH_OSD_OP_TRUNCATE,
  cephOsdOpName,
} from './rados.ts';

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

const EMPTY = new Uint8Array(0);

/** Names of the CEPH_OSD_OP_FLAG_* bits, from bit 0. Ceph: ceph_osd_op_flag_name. */
const FLAG_NAMES = [
  'excl',
  'failok',
  'fadvise_random',
  'fadvise_sequential',
  'fadvise_willneed',
  'fadvise_dontneed',
  'fadvise_nocache',
];

/** Their extent only says how long `indata` is. */
const WITHOUT_EXTENT = new Set([
  CEPH_OSD_OP_OMAPGETKEYS,
  CEPH_OSD_OP_OMAPGETVALS,
  CEPH_OSD_OP_OMAPGETVALSBYKEYS,
  CEPH_OSD_OP_OMAP_CMP,
]);

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

/** As in Ceph's logs (operator<< of OSDOp): `read 0~4096 [fadvise_sequential]`, `getxattr a in=1b`, `call hello.say_hello in=14b`. */
export function osdOpToString(op: OSDOp): string {
  const indata = op.indata.length === 0 ? '' : ` in=${op.indata.length}b`;
  return `${cephOsdOpName(op.op)}${argsToString(op)}${indata}`;
}

function argsToString(op: OSDOp): string {
  const { args, indata } = op;
  switch (args.kind) {
    case 'extent':
      return extentToString(op);
    case 'xattr': {
      const name = args.nameLength > 0 ? nameIn(indata, 0, args.nameLength, ' ') : '';
      const value = args.valueLength > 0 ? ` (${args.valueLength})` : '';
      const cmp = op.op === CEPH_OSD_OP_CMPXATTR ? ` op ${args.cmpOp} mode ${args.cmpMode}` : '';
      return `${name}${value}${cmp}`;
    }
    case 'cls': {
      const { classLength, methodLength } = args;
      if (classLength === 0) return '';
      const name = nameIn(indata, 0, classLength, ' ');
      return `${name}${nameIn(indata, classLength, classLength + methodLength, '.')}`;
    }
    case 'assert_ver':
      return ` v${args.version}`;
    case 'pgls':
      return ` start_epoch ${args.startEpoch}`;
    default:
      return '';
  }
}

function extentToString({ op, flags, args }: OSDOp): string {
  if (args.kind !== 'extent' || WITHOUT_EXTENT.has(op)) return '';
  if (op === CEPH_OSD_OP_TRUNCATE) return ` ${args.offset}`;
  const truncate = args.truncateSeq === 0 ? '' : ` [${args.truncateSeq}@${args.truncateSize}]`;
  return ` ${args.offset}~${args.length}${truncate}${flags === 0 ? '' : ` [${flagsToString(flags)}]`}`;
}

function nameIn(indata: Uint8Array, from: number, to: number, before: string): string {
  if (indata.length === 0) return '';
  return `${before}${utf8Decode(indata, from, Math.min(to, indata.length))}`;
}

function flagsToString(flags: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if (flags & (1 << bit)) names.push(FLAG_NAMES[bit] ?? '???');
  }
  return names.join('+');
}
