import { Encoder } from '../../src/common/Encoder.ts';
import { ENOENT, EOPNOTSUPP } from '../../src/common/errno.ts';
import { encodeUtime } from '../../src/common/utime_t.ts';
import type { OSDOp, OSDOpArgs } from '../../src/osd/OSDOp.ts';
import {
  CEPH_OSD_OP_FLAG_FAILOK,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_STAT,
} from '../../src/osd/rados.ts';
import type { StoredObject } from './ObjectStore.ts';

const NO_DATA: Uint8Array = new Uint8Array(0);

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
  readonly outdata: Uint8Array;
  readonly args: OSDOpArgs;
}

/**
 * The steps of an op on one object, up to the first that fails; what the ones before it gave is
 * kept. `object` is undefined when there is none. Ceph: PrimaryLogPG::do_osd_ops.
 */
export function doOsdOps(object: StoredObject | undefined, asked: readonly OSDOp[]): OpsResult {
  const ops = [...asked];
  const outdata = asked.map(() => NO_DATA);
  const rvals = asked.map(() => 0);
  let result = 0;
  for (const [i, op] of asked.entries()) {
    const step = doStep(object, op);
    ops[i] = { ...op, args: step.args };
    outdata[i] = step.outdata;
    rvals[i] = step.rval;
    result = step.rval < 0 && op.flags & CEPH_OSD_OP_FLAG_FAILOK ? 0 : step.rval;
    if (result < 0) break;
  }
  return { result, ops, outdata, rvals };
}

function doStep(object: StoredObject | undefined, op: OSDOp): StepResult {
  const failed = (errno: number): StepResult => ({ rval: -errno, outdata: NO_DATA, args: op.args });
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
  const size = object.data.length;
  const { offset, length } = args.kind === 'extent' ? args : { offset: 0, length: 0 };
  const end = length === 0 ? size : Math.min(offset + length, size);
  const outdata = offset < end ? object.data.subarray(offset, end) : NO_DATA;
  return {
    rval: 0,
    outdata,
    args: args.kind === 'extent' ? { ...args, length: outdata.length } : args,
  };
}

/** u64 size, utime_t mtime. */
function stat(object: StoredObject, args: OSDOpArgs): StepResult {
  const enc = new Encoder(16);
  enc.u64(object.data.length);
  encodeUtime(enc, object.mtime);
  return { rval: 0, outdata: enc.take(), args };
}
