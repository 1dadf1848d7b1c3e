/** Steps that read the bytes of an object, or ask how many there are. */

import type { Decoder } from '../common/Decoder.ts';
import { decodeUtime, type utime_t } from '../common/utime_t.ts';
import type { OSDOp } from '../osd/OSDOp.ts';
import { NO_ARGS } from '../osd/osd_op_args.ts';
import {
  CEPH_OSD_OP_MAPEXT,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_SPARSE_READ,
  CEPH_OSD_OP_STAT,
} from '../osd/rados.ts';
import { decodeOut } from './decode_out.ts';
import type { Step } from './ObjectOperation.ts';

/** Bytes, and when they were last changed. */
export interface SizeAndTime {
  readonly size: number;
  readonly mtime: utime_t;
}

/** Where an object has bytes, as [offset, length] in ascending order. Elsewhere it is zeros. */
export type Extents = readonly (readonly [offset: number, length: number])[];

export interface SparseData {
  readonly extents: Extents;
  /** The bytes of all extents, one after the other. */
  readonly data: Uint8Array;
}

/** Covers any object: OSDs count their bytes in 32 bits. */
const WHOLE = -1;
const OBJECT_SIZE_MAX = 0xffffffff;

const EMPTY = new Uint8Array(0);

/** `length` 0: to the end of the object. */
export function readStep(offset: number, length: number, flags = 0): Step<Uint8Array> {
  return { op: extentOp(CEPH_OSD_OP_READ, offset, length, flags), decode: takeAll };
}

export const STAT_STEP: Step<SizeAndTime> = { op: statOp(), decode: decodeStat };

/** Only looks whether the object is there. librados sends assert_exists so, too. */
export const EXISTS_STEP: Step<undefined> = { op: statOp(), decode: () => undefined };

/** A READ of length 0 is one to the end; what is left of one of no bytes is that the object is there. */
export const READ_NOTHING_STEP: Step<Uint8Array> = { op: statOp(), decode: () => EMPTY };

export function sparseReadStep(offset: number, length: number, flags = 0): Step<SparseData> {
  const op = extentOp(CEPH_OSD_OP_SPARSE_READ, offset, length, flags);
  return { op, decode: decodeSparseData };
}

/** `length` undefined: to the end of the object. */
export function mapextStep(offset: number, length: number | undefined): Step<Extents> {
  const all = offset === 0 ? WHOLE : OBJECT_SIZE_MAX;
  return { op: extentOp(CEPH_OSD_OP_MAPEXT, offset, length ?? all, 0), decode: decodeMapext };
}

function extentOp(op: number, offset: number, length: number, flags: number): OSDOp {
  const args = { kind: 'extent', offset, length, truncateSize: 0, truncateSeq: 0 } as const;
  return { op, flags, args, indata: EMPTY };
}

function statOp(): OSDOp {
  return { op: CEPH_OSD_OP_STAT, flags: 0, args: NO_ARGS, indata: EMPTY };
}

function takeAll(out: Uint8Array): Uint8Array {
  return out;
}

/** u64 size, utime_t mtime. Ceph: ObjectOperation::CB_ObjectOperation_stat. */
function decodeStat(out: Uint8Array): SizeAndTime {
  return decodeOut(out, 'stat', (dec) => ({ size: dec.u64(), mtime: decodeUtime(dec) }));
}

/**
 * map<u64 offset, u64 length>, bufferlist data. Where an erasure-coded object has no bytes, Pacific puts
 * out the map only. Ceph: CB_ObjectOperation_sparse_read.
 */
function decodeSparseData(out: Uint8Array): SparseData {
  return decodeOut(out, 'sparse_read', (dec) => {
    const extents = decodeExtents(dec);
    if (extents.length === 0 && dec.remaining === 0) return { extents, data: EMPTY };
    const data = dec.blob('data');
    const total = extents.reduce((sum, [, length]) => sum + length, 0);
    if (total !== data.length) {
      throw dec.error(`${total} bytes in extents, ${data.length} of data`, 'data');
    }
    return { extents, data };
  });
}

function decodeMapext(out: Uint8Array): Extents {
  return decodeOut(out, 'mapext', decodeExtents);
}

function decodeExtents(dec: Decoder): Extents {
  const extents: [number, number][] = [];
  let end = 0;
  for (let left = dec.count('extents', 16); left > 0; left--) {
    const offset = dec.u64();
    if (offset < end) throw dec.error(`${offset} is before ${end}`, 'extents');
    const length = dec.u64();
    end = offset + length;
    extents.push([offset, length]);
  }
  return extents;
}
