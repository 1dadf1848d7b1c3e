import { Encoder } from '../../src/common/Encoder.ts';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../../src/common/errno.ts';
import { encodeUtime } from '../../src/common/utime_t.ts';
import type { OSDOp } from '../../src/osd/OSDOp.ts';
import type { OSDOpArgs } from '../../src/osd/osd_op_args.ts';
import {
  CEPH_OSD_OP_FLAG_FAILOK,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_STAT,
} from '../../src/osd/rados.ts';
import type { StoredObject } from './ObjectStore.ts';

export const NO_DATA: Uint8Array = new Uint8Array(0);

export interface OpsResult {
  /** Of the last step that ran; a negative errno ends the op. */
  readonly result: number;
  /** As asked, but for what the steps write back: the length of a READ becomes what it gave. */
  readonly ops: readonly OSDOp[];
  readonly outdata: readonly Uint8Array[];
  readonly rvals: readonly number[];
}

interface StepResult {
  readonly rval: number;
  readonly out: Uint8Array;
  readonly args: OSDOpArgs;
}

/**
 * The steps of an op on one object, up to the first that fails; what the ones before it gave is
 * kept. `object` is undefined when there is none. Ceph: PrimaryLogPG::do_osd_ops.
 */
export function doOsdOps(object: StoredObject | undefined, asked: readonly OSDOp[]): OpsResult {
  const ops = asked.slice();
  const outdata = asked.map(() => NO_DATA);
  const rvals = asked.map(() => 0);
  let result = 0;
  for (let i = 0; i < asked.length && result >= 0; i++) {
    const op = asked[i];
    if (op === undefined) break;
    const { rval, out, args } = doStep(object, op);
    ops[i] = { op: op.op, flags: op.flags, args, indata: op.indata };
    outdata[i] = out;
    rvals[i] = rval;
    result = rval < 0 && op.flags & CEPH_OSD_OP_FLAG_FAILOK ? 0 : rval;
  }
  return { result, ops, outdata, rvals };
}

function doStep(object: StoredObject | undefined, op: OSDOp): StepResult {
  const failed = (errno: number): StepResult => ({ rval: -errno, out: NO_DATA, args: op.args });
  switch (op.op) {
    case CEPH_OSD_OP_READ:
      return object === undefined ? failed(ENOENT) : read(object, op.args);
    case CEPH_OSD_OP_STAT:
      return object === undefined ? failed(ENOENT) : stat(object, op.args);
    default:
      return failed(EOPNOTSUPP);
  }
}

/** Ceph: PrimaryLogPG::do_read. */
function read(object: StoredObject, args: OSDOpArgs): StepResult {
  if (args.kind !== 'extent') return { rval: -EINVAL, out: NO_DATA, args };
  const { data } = object;
  const { kind, offset, truncateSize, truncateSeq } = args;
  const end = args.length === 0 ? data.length : Math.min(offset + args.length, data.length);
  const out = offset < end ? dataOf(object, offset, end) : NO_DATA;
  return { rval: 0, out, args: { kind, offset, length: out.length, truncateSize, truncateSeq } };
}

/** The whole is answered as the one array that it is: its crc is kept. */
function dataOf({ data }: StoredObject, offset: number, end: number): Uint8Array {
  return offset === 0 && end === data.length ? data : data.subarray(offset, end);
}

/** u64 size, utime_t mtime. */
function stat(object: StoredObject, args: OSDOpArgs): StepResult {
  const enc = new Encoder(16);
  enc.u64(object.data.length);
  encodeUtime(enc, object.mtime);
  return { rval: 0, out: enc.take(), args };
}
