import { EINVAL, EOPNOTSUPP } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import {
  CEPH_OSD_OP_CALL,
  CEPH_OSD_OP_COPY_FROM,
  CEPH_OSD_OP_COPY_FROM2,
  CEPH_OSD_OP_FLAG_FAILOK,
  CEPH_OSD_OP_WATCH,
} from '../../../src/osd/rados.ts';
import { callStep } from './call_step.ts';
import { CHECKSUM_STEPS } from './checksum_step.ts';
import { COPY_STEPS } from './copy_steps.ts';
import { DATA_WRITE_STEPS } from './data_write_steps.ts';
import type { OpContext } from './OpContext.ts';
import { OBJECT_STEPS } from './object_steps.ts';
import { OMAP_READ_STEPS } from './omap_read_steps.ts';
import { OMAP_WRITE_STEPS } from './omap_write_steps.ts';
import { READ_STEPS } from './read_steps.ts';
import { SNAP_STEPS } from './snap_steps.ts';
import { failed, NO_DATA, type Step, type StepResult } from './step.ts';
import { TIER_STEPS } from './tier_steps.ts';
import { WATCH_STEPS } from './watch_steps.ts';
import { XATTR_STEPS } from './xattr_steps.ts';

const OP_MODE_WRITE = 0x2000;

/** Writes of which users are not told a new version. */
const UNSEEN_WRITES: readonly number[] = [
  CEPH_OSD_OP_WATCH,
  CEPH_OSD_OP_COPY_FROM,
  CEPH_OSD_OP_COPY_FROM2,
];

const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  ...READ_STEPS,
  ...CHECKSUM_STEPS,
  ...XATTR_STEPS,
  ...OMAP_READ_STEPS,
  ...OMAP_WRITE_STEPS,
  ...DATA_WRITE_STEPS,
  ...OBJECT_STEPS,
  ...SNAP_STEPS,
  ...COPY_STEPS,
  ...TIER_STEPS,
  ...WATCH_STEPS,
  [CEPH_OSD_OP_CALL, (ctx, op) => callStep(ctx, op, runStep)],
]);

export interface OpsResult {
  /** Of the last step that ran and sets one; a negative errno ends the op. */
  readonly result: number;
  /** As asked, but for what the steps write back: the length of a READ becomes what it gave. */
  readonly ops: readonly OSDOp[];
  readonly outdata: readonly Uint8Array[];
  readonly rvals: readonly number[];
}

/** The steps of an op, up to the first that fails; what the ones before it gave is kept. Ceph: PrimaryLogPG::do_osd_ops. */
export function doOsdOps(ctx: OpContext): OpsResult {
  const { ops: asked } = ctx.op;
  const ops = asked.slice();
  const outdata = asked.map(() => NO_DATA);
  const rvals = asked.map(() => 0);
  let result = 0;
  for (const [i, op] of asked.entries()) {
    if (op.op & OP_MODE_WRITE && !UNSEEN_WRITES.includes(op.op)) ctx.isUserModify = true;
    const { rval = result, out, args } = runStep(ctx, op);
    if (args !== undefined) ops[i] = { ...op, args };
    outdata[i] = out;
    rvals[i] = rval;
    result = rval < 0 && op.flags & CEPH_OSD_OP_FLAG_FAILOK ? 0 : rval;
    if (result < 0) break;
  }
  return { result, ops, outdata, rvals };
}

function runStep(ctx: OpContext, op: OSDOp): StepResult {
  const step = STEPS.get(op.op);
  if (step === undefined) return failed(EOPNOTSUPP);
  try {
    return step(ctx, op);
  } catch (error) {
    if (error instanceof DecodeError) return failed(EINVAL);
    throw error;
  }
}
