import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import {
  CEPH_OSD_OP_APPEND,
  CEPH_OSD_OP_ASSERT_VER,
  CEPH_OSD_OP_CALL,
  CEPH_OSD_OP_CHECKSUM,
  CEPH_OSD_OP_CMPEXT,
  CEPH_OSD_OP_CMPXATTR,
  CEPH_OSD_OP_GETXATTR,
  CEPH_OSD_OP_GETXATTRS,
  CEPH_OSD_OP_LIST_SNAPS,
  CEPH_OSD_OP_LIST_WATCHERS,
  CEPH_OSD_OP_MAPEXT,
  CEPH_OSD_OP_OMAP_CMP,
  CEPH_OSD_OP_OMAPGETHEADER,
  CEPH_OSD_OP_OMAPGETKEYS,
  CEPH_OSD_OP_OMAPGETVALS,
  CEPH_OSD_OP_OMAPGETVALSBYKEYS,
  CEPH_OSD_OP_PGLS,
  CEPH_OSD_OP_PGLS_FILTER,
  CEPH_OSD_OP_PGNLS,
  CEPH_OSD_OP_PGNLS_FILTER,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_RMXATTR,
  CEPH_OSD_OP_SETXATTR,
  CEPH_OSD_OP_SPARSE_READ,
  CEPH_OSD_OP_STAT,
  CEPH_OSD_OP_SYNC_READ,
  CEPH_OSD_OP_TRUNCATE,
  CEPH_OSD_OP_WRITE,
  CEPH_OSD_OP_WRITEFULL,
  CEPH_OSD_OP_ZERO,
} from './rados.ts';

/** The part of `ceph_osd_op` whose meaning depends on the op code: a union of 28 bytes. */
export type OSDOpArgs =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'extent';
      readonly offset: number;
      /** 0 with READ, -1 with MAPEXT: to the end of the object. With OMAPGET*: bytes of `indata`. */
      readonly length: number;
      readonly truncateSize: number;
      readonly truncateSeq: number;
    }
  | {
      readonly kind: 'xattr';
      /** `indata` is the name, then the value. */
      readonly nameLength: number;
      readonly valueLength: number;
      /** CEPH_OSD_CMPXATTR_OP_*; 0 where nothing is compared. */
      readonly cmpOp: number;
      readonly cmpMode: number;
    }
  | {
      readonly kind: 'checksum';
      readonly offset: number;
      readonly length: number;
      /** Bytes that one checksum covers; 0: all. */
      readonly chunkSize: number;
      /** CEPH_OSD_CHECKSUM_OP_TYPE_*. */
      readonly type: number;
    }
  | {
      readonly kind: 'cls';
      /** `indata` is the name of the class, that of the method, then the input. */
      readonly classLength: number;
      readonly methodLength: number;
      readonly inputLength: number;
      /** In a reply: bytes that the method put out. */
      readonly outputLength?: number;
    }
  | { readonly kind: 'assert_ver'; readonly version: bigint }
  | {
      readonly kind: 'pgls';
      /** Of entries, at most. */
      readonly count: number;
      readonly startEpoch: number;
    }
  /** Of an op code that is not known here. */
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

const ARGS_LENGTH = 28;
export const NO_ARGS: OSDOpArgs = { kind: 'none' };

/**
 * extent: u64 offset, u64 length, u64 truncateSize, u32 truncateSeq. xattr: u32 nameLength, u32
 * valueLength, u8 cmpOp, u8 cmpMode. checksum: u64 offset, u64 length, u32 chunkSize, u8 type. cls: u8
 * classLength, u8 methodLength, u8 argc (0), u32 inputLength, u8 0, u64 outputLength. assert_ver: u64
 * unused, u64 version. pgls: u64 count, u32 startEpoch. Zeros follow.
 */
export function encodeArgs(enc: Encoder, args: OSDOpArgs): void {
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
    case 'xattr':
      enc.u32(args.nameLength);
      enc.u32(args.valueLength);
      enc.u8(args.cmpOp);
      enc.u8(args.cmpMode);
      enc.zeros(ARGS_LENGTH - 10);
      return;
    case 'checksum':
      enc.u64(args.offset);
      enc.u64(args.length);
      enc.u32(args.chunkSize);
      enc.u8(args.type);
      enc.zeros(ARGS_LENGTH - 21);
      return;
    case 'cls':
      enc.u8(args.classLength);
      enc.u8(args.methodLength);
      enc.u8(0);
      enc.u32(args.inputLength);
      enc.u8(0);
      enc.u64(args.outputLength ?? 0);
      enc.zeros(ARGS_LENGTH - 16);
      return;
    case 'assert_ver':
      enc.u64(0);
      enc.bigU64(args.version);
      enc.zeros(ARGS_LENGTH - 16);
      return;
    case 'pgls':
      enc.u64(args.count);
      enc.u32(args.startEpoch);
      enc.zeros(ARGS_LENGTH - 12);
      return;
    case 'raw':
      enc.raw(args.bytes);
      return;
  }
}

export function decodeArgs(dec: Decoder, op: number): OSDOpArgs {
  const kind = KINDS.get(op);
  return kind === undefined ? decodeRaw(dec) : kind(dec);
}

type DecodeArgs = (dec: Decoder) => OSDOpArgs;

function decodeNone(dec: Decoder): OSDOpArgs {
  dec.skip(ARGS_LENGTH);
  return NO_ARGS;
}

function decodeExtent(dec: Decoder): OSDOpArgs {
  return {
    kind: 'extent',
    offset: unsigned(dec.nearS64()),
    length: dec.nearS64(),
    truncateSize: unsigned(dec.nearS64()),
    truncateSeq: dec.u32(),
  };
}

function unsigned(near: number): number {
  return near < 0 ? near + 2 ** 64 : near;
}

function decodeXattr(dec: Decoder): OSDOpArgs {
  const nameLength = dec.u32();
  const valueLength = dec.u32();
  const cmpOp = dec.u8();
  const cmpMode = dec.u8();
  dec.skip(ARGS_LENGTH - 10);
  return { kind: 'xattr', nameLength, valueLength, cmpOp, cmpMode };
}

function decodeChecksum(dec: Decoder): OSDOpArgs {
  const offset = dec.u64();
  const length = dec.u64();
  const chunkSize = dec.u32();
  const type = dec.u8();
  dec.skip(ARGS_LENGTH - 21);
  return { kind: 'checksum', offset, length, chunkSize, type };
}

function decodeCls(dec: Decoder): OSDOpArgs {
  const classLength = dec.u8();
  const methodLength = dec.u8();
  dec.skip(1);
  const inputLength = dec.u32();
  dec.skip(1);
  const outputLength = dec.u64();
  dec.skip(ARGS_LENGTH - 16);
  const called = { kind: 'cls', classLength, methodLength, inputLength } as const;
  return outputLength === 0 ? called : { ...called, outputLength };
}

function decodeAssertVer(dec: Decoder): OSDOpArgs {
  dec.skip(8);
  const version = dec.bigU64();
  dec.skip(ARGS_LENGTH - 16);
  return { kind: 'assert_ver', version };
}

function decodePgls(dec: Decoder): OSDOpArgs {
  const count = dec.u64();
  const startEpoch = dec.u32();
  dec.skip(ARGS_LENGTH - 12);
  return { kind: 'pgls', count, startEpoch };
}

function decodeRaw(dec: Decoder): OSDOpArgs {
  return { kind: 'raw', bytes: dec.raw(ARGS_LENGTH).slice() };
}

const KINDS = new Map<number, DecodeArgs>([
  [CEPH_OSD_OP_READ, decodeExtent],
  [CEPH_OSD_OP_SPARSE_READ, decodeExtent],
  [CEPH_OSD_OP_SYNC_READ, decodeExtent],
  [CEPH_OSD_OP_MAPEXT, decodeExtent],
  [CEPH_OSD_OP_CMPEXT, decodeExtent],
  [CEPH_OSD_OP_OMAPGETKEYS, decodeExtent],
  [CEPH_OSD_OP_OMAPGETVALS, decodeExtent],
  [CEPH_OSD_OP_OMAPGETVALSBYKEYS, decodeExtent],
  [CEPH_OSD_OP_OMAP_CMP, decodeExtent],
  [CEPH_OSD_OP_WRITE, decodeExtent],
  [CEPH_OSD_OP_WRITEFULL, decodeExtent],
  [CEPH_OSD_OP_TRUNCATE, decodeExtent],
  [CEPH_OSD_OP_ZERO, decodeExtent],
  [CEPH_OSD_OP_APPEND, decodeExtent],
  [CEPH_OSD_OP_STAT, decodeNone],
  [CEPH_OSD_OP_GETXATTRS, decodeNone],
  [CEPH_OSD_OP_OMAPGETHEADER, decodeNone],
  [CEPH_OSD_OP_LIST_WATCHERS, decodeNone],
  [CEPH_OSD_OP_LIST_SNAPS, decodeNone],
  [CEPH_OSD_OP_GETXATTR, decodeXattr],
  [CEPH_OSD_OP_CMPXATTR, decodeXattr],
  [CEPH_OSD_OP_SETXATTR, decodeXattr],
  [CEPH_OSD_OP_RMXATTR, decodeXattr],
  [CEPH_OSD_OP_CHECKSUM, decodeChecksum],
  [CEPH_OSD_OP_CALL, decodeCls],
  [CEPH_OSD_OP_ASSERT_VER, decodeAssertVer],
  [CEPH_OSD_OP_PGLS, decodePgls],
  [CEPH_OSD_OP_PGLS_FILTER, decodePgls],
  [CEPH_OSD_OP_PGNLS, decodePgls],
  [CEPH_OSD_OP_PGNLS_FILTER, decodePgls],
]);
