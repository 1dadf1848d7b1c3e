import { EINVAL, ENOENT, EOLDSNAPC, EOVERFLOW } from '../../../src/common/errno.ts';
import type { MOSDOp } from '../../../src/messages/MOSDOp.ts';
import type { MOSDOpReply } from '../../../src/messages/MOSDOpReply.ts';
import { EVERSION_ZERO, type eversion_t } from '../../../src/osd/osd_types.ts';
import { POOL_FLAG_POOL_SNAPS, type pg_pool_t } from '../../../src/osd/pg_pool.ts';
import { CEPH_OSD_FLAG_ENFORCE_SNAPC, CEPH_OSD_FLAG_ORDERSNAP } from '../../../src/osd/rados.ts';
import type { snap_interval_set_t } from '../../../src/osd/snap_intervals.ts';
import type { Change } from '../store/Change.ts';
import type { DoneWrite, PgLog } from '../store/PgLog.ts';
import { doOsdOps, type OpsResult } from './do_osd_ops.ts';
import type { OpContext } from './OpContext.ts';
import type { OpInfo } from './op_info.ts';
import { executedReply, type ReplyVersions, refusedReply } from './replies.ts';
import { NO_DATA } from './step.ts';
import { outcomeOf, whyFull } from './write_outcome.ts';

/** osd_max_write_op_reply_len. */
const WRITE_REPLY_MAX = 64;

export type Executed =
  /** It has changed nothing. `hasEffects`: it has succeeded. */
  | { readonly kind: 'reply'; readonly reply: MOSDOpReply; readonly hasEffects: boolean }
  /** Nobody is told: the client comes again. */
  | { readonly kind: 'drop' }
  /** To be done by all replicas; the reply is for when they have. */
  | {
      readonly kind: 'write';
      readonly reply: MOSDOpReply;
      readonly change: Change;
      readonly version: eversion_t;
      readonly done: DoneWrite;
    };

export interface ExecuteOptions {
  readonly info: OpInfo;
  readonly epoch: number;
  readonly log: PgLog;
  readonly reqid: string;
  readonly removedSnaps: snap_interval_set_t;
}

/** Ceph: PrimaryLogPG::execute_ctx, prepare_transaction. */
export function executeOp(ctx: OpContext, options: ExecuteOptions): Executed {
  const { info, epoch, log, reqid } = options;
  const { op } = ctx;
  if (!info.mayWrite && !info.mayCache) return answerRead(ctx, doOsdOps(ctx), options);
  ctx.snapc = snapContextOf(op, ctx.pool, options.removedSnaps);
  if (op.flags & CEPH_OSD_FLAG_ORDERSNAP && ctx.snapc.seq < ctx.snapset.seq) {
    return { kind: 'reply', reply: refusedReply(op, EOLDSNAPC, epoch), hasEffects: false };
  }
  if (!isValid(ctx.snapc)) return answerRead(ctx, failedOps(op, EINVAL), options);
  const ops = doOsdOps(ctx);
  const full = ops.result < 0 || !ctx.isChanged ? 0 : whyFull(ctx);
  if (full === undefined) return { kind: 'drop' };
  if (full !== 0) return answerRead(ctx, { ...ops, result: -full }, options);
  const at = log.next(epoch);
  if (ops.result < 0 || !ctx.isChanged) return answerUnchanged(ctx, ops, at, options);
  const { change, version, userVersion } = outcomeOf(ctx, log, at);
  const given = givenBack(ops, info);
  const result = given.result;
  const done = { version, userVersion, ...(info.allowsReturnvec ? given : { result: 0 }) };
  if (result < 0) {
    log.add(reqid, { version: at, userVersion: 0, result });
    const versions = { replay: at, user: ctx.before?.userVersion ?? 0 };
    return { kind: 'reply', reply: executedReply(op, given, epoch, versions), hasEffects: false };
  }
  const versions = { replay: version, user: userVersion };
  const reply = executedReply(op, given, epoch, versions);
  return { kind: 'write', reply, change, version, done };
}

/** Ceph: PrimaryLogPG::complete_read_ctx. */
function answerRead(ctx: OpContext, ops: OpsResult, options: ExecuteOptions): Executed {
  const { epoch, log } = options;
  const versions =
    ops.result >= 0
      ? { replay: EVERSION_ZERO, user: ctx.next?.userVersion ?? 0 }
      : ops.result === -ENOENT
        ? noEntry(log)
        : undefined;
  const reply = executedReply(ctx.op, ops, epoch, versions);
  return { kind: 'reply', reply, hasEffects: ops.result >= 0 };
}

/** A write that fails, or does nothing, is remembered all the same. Ceph: PrimaryLogPG::record_write_error. */
function answerUnchanged(
  ctx: OpContext,
  ops: OpsResult,
  at: eversion_t,
  { epoch, log, reqid }: ExecuteOptions,
): Executed {
  const user = ctx.before?.userVersion ?? 0;
  const versions = ops.result === -ENOENT ? noEntry(log) : { replay: at, user };
  const reply = executedReply(ctx.op, ops, epoch, versions);
  log.add(reqid, { version: at, userVersion: 0, result: ops.result });
  return { kind: 'reply', reply, hasEffects: ops.result >= 0 };
}

/** A floor for what the version of the object will be. */
function noEntry({ lastUpdate, lastUserVersion }: PgLog): ReplyVersions {
  return { replay: EVERSION_ZERO, user: lastUserVersion, bad: lastUpdate };
}

/** Writes give results and bytes only to those who say that they can take them. */
function givenBack(ops: OpsResult, { allowsReturnvec }: OpInfo): OpsResult {
  if (!allowsReturnvec) return { ...ops, result: 0, outdata: ops.outdata.map(() => NO_DATA) };
  const isTooLong = ops.outdata.map((out) => out.length > WRITE_REPLY_MAX);
  if (!isTooLong.includes(true)) return ops;
  return {
    ...ops,
    result: -EOVERFLOW,
    outdata: ops.outdata.map((out, i) => (isTooLong[i] === true ? NO_DATA : out)),
    rvals: ops.rvals.map((rval, i) => (isTooLong[i] === true ? -EOVERFLOW : rval)),
  };
}

function failedOps({ ops }: MOSDOp, errno: number): OpsResult {
  return { result: -errno, ops, outdata: ops.map(() => NO_DATA), rvals: ops.map(() => 0) };
}

type SnapContext = OpContext['snapc'];

/** The pool's own, where snapshots are of the whole pool. */
function snapContextOf(op: MOSDOp, pool: pg_pool_t, removed: snap_interval_set_t): SnapContext {
  const isOfPool = (pool.flags & POOL_FLAG_POOL_SNAPS) !== 0;
  if (isOfPool && !(op.flags & CEPH_OSD_FLAG_ENFORCE_SNAPC)) {
    return { seq: pool.snapSeq, snaps: [...pool.snaps.keys()].sort((a, b) => b - a) };
  }
  const isRemoved = (snap: number): boolean =>
    removed.some(({ start, length }) => snap >= start && snap < start + length);
  return { seq: op.snapSeq, snaps: op.snaps.filter((snap) => !isRemoved(snap)) };
}

/** From the newest to the oldest. Ceph: SnapContext::is_valid. */
function isValid({ seq, snaps }: SnapContext): boolean {
  const isBefore = (snap: number, i: number): boolean => i === 0 || snap < (snaps[i - 1] ?? 0);
  return (snaps[0] ?? 0) <= seq && snaps.every(isBefore);
}
