import { Decoder } from '../../../src/common/Decoder.ts';
import { EFBIG, EINVAL, EOPNOTSUPP } from '../../../src/common/errno.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import {
  POOL_FLAG_EC_OVERWRITES,
  POOL_TYPE_ERASURE,
  type pg_pool_t,
} from '../../../src/osd/pg_pool.ts';
import {
  CEPH_OSD_OP_APPEND,
  CEPH_OSD_OP_TRUNCATE,
  CEPH_OSD_OP_WRITE,
  CEPH_OSD_OP_WRITEFULL,
  CEPH_OSD_OP_WRITESAME,
  CEPH_OSD_OP_ZERO,
} from '../../../src/osd/rados.ts';
import { Extents } from '../store/Extents.ts';
import type { OpContext } from './OpContext.ts';
import { DONE, failed, NOTHING, type Step, type StepResult, type Steps } from './step.ts';

/** osd_max_object_size. */
const OBJECT_SIZE_MAX = 128 * 1024 * 1024;

type ExtentArgs = Extract<OSDOp['args'], { kind: 'extent' }>;

/** Ceph: check_offset_and_length. */
function isTooBig(offset: number, length: number): boolean {
  return offset >= OBJECT_SIZE_MAX || offset + length > OBJECT_SIZE_MAX;
}

/** Ceph: pg_pool_t::requires_aligned_append. */
function mustAppend({ type, flags }: pg_pool_t): boolean {
  return type === POOL_TYPE_ERASURE && (flags & POOL_FLAG_EC_OVERWRITES) === 0;
}

const write: Step = (ctx, { args, indata }) =>
  args.kind === 'extent' && args.length === indata.length
    ? writeAt(ctx, args, indata)
    : failed(EINVAL);

function writeAt(ctx: OpContext, args: ExtentArgs, bytes: Uint8Array): StepResult {
  const { pool, next } = ctx;
  const { offset, truncateSeq } = args;
  if (mustAppend(pool)) {
    const isAligned = pool.stripeWidth === 0 || offset % pool.stripeWidth === 0;
    if (!isAligned || offset !== ctx.size) return failed(EOPNOTSUPP);
  }
  let data = bytes;
  if (next !== undefined && next.truncateSeq > truncateSeq && offset + data.length > ctx.size) {
    // It was sent before a truncation that has been done already.
    data = data.subarray(0, Math.max(ctx.size - offset, 0));
  }
  if (truncateSeq > (next?.truncateSeq ?? 0)) truncateFirst(ctx, args);
  if (isTooBig(offset, data.length)) return failed(EFBIG);
  const before = ctx.next?.data ?? Extents.EMPTY;
  ctx.noteModified(offset, data.length);
  if (data.length > 0) ctx.changeData(before.write(offset, data.slice()));
  else ctx.changeData(offset > before.size ? before.truncate(offset) : before);
  return DONE;
}

/** The write knows of a truncation that has not come yet. */
function truncateFirst(ctx: OpContext, { truncateSeq, truncateSize }: ExtentArgs): void {
  const { size } = ctx;
  if (size > truncateSize) ctx.noteModified(truncateSize, size - truncateSize);
  const data = ctx.next?.data ?? Extents.EMPTY;
  const cut = ctx.exists ? { data: data.truncate(truncateSize) } : {};
  ctx.change({ ...cut, truncateSeq, truncateSize });
}

const writeFull: Step = (ctx, { args, indata }) => {
  if (args.kind !== 'extent' || args.length !== indata.length) return failed(EINVAL);
  if (isTooBig(0, indata.length)) return failed(EFBIG);
  ctx.noteModified(0, ctx.size);
  ctx.changeData(Extents.of(indata.slice()));
  return DONE;
};

const append: Step = (ctx, { args, indata }) => {
  if (args.kind !== 'extent' || args.length !== indata.length) return failed(EINVAL);
  const truncateSeq = ctx.next?.truncateSeq ?? 0;
  return writeAt(ctx, { ...args, offset: ctx.size, truncateSeq, truncateSize: 0 }, indata);
};

/** Union: u64 offset, u64 length, u64 data_length. */
const writeSame: Step = (ctx, { args, indata }) => {
  if (args.kind !== 'raw') return failed(EINVAL);
  const dec = new Decoder(args.bytes, 'writesame');
  const offset = dec.u64();
  const length = dec.u64();
  const dataLength = dec.u64();
  if (length === 0) return DONE;
  if (dataLength !== indata.length || dataLength === 0 || length % dataLength !== 0) {
    return failed(EINVAL);
  }
  if (isTooBig(offset, length)) return failed(EFBIG);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += dataLength) bytes.set(indata, at);
  const at = { kind: 'extent', offset, length, truncateSize: 0, truncateSeq: 0 } as const;
  return writeAt(ctx, at, bytes);
};

const zero: Step = (ctx, op) => {
  const { args } = op;
  if (args.kind !== 'extent') return failed(EINVAL);
  const { offset } = args;
  const length = args.length < 0 ? Number.POSITIVE_INFINITY : args.length;
  const isToEnd = length >= 1 && length <= OBJECT_SIZE_MAX && offset + length >= ctx.size;
  if (ctx.next !== undefined && offset < OBJECT_SIZE_MAX && isToEnd) {
    return offset >= ctx.size ? NOTHING : truncate(ctx, op);
  }
  if (mustAppend(ctx.pool)) return failed(EOPNOTSUPP);
  if (isTooBig(offset, length)) return failed(EFBIG);
  if (ctx.next === undefined || length === 0 || !ctx.exists) return DONE;
  ctx.noteModified(offset, length);
  ctx.changeData(ctx.next.data.punch(offset, length));
  return DONE;
};

const truncate: Step = (ctx, { args }) => {
  if (mustAppend(ctx.pool)) return failed(EOPNOTSUPP);
  if (args.kind !== 'extent') return failed(EINVAL);
  const { offset, truncateSeq, truncateSize } = args;
  const { next, size } = ctx;
  if (next === undefined || !ctx.exists) return DONE;
  if (isTooBig(offset, args.length)) return failed(EFBIG);
  if (truncateSeq > 0) {
    if (truncateSeq <= next.truncateSeq) return DONE;
    ctx.change({ truncateSeq, truncateSize });
  }
  if (size > offset) ctx.noteModified(offset, size - offset);
  ctx.changeData(next.data.truncate(offset));
  return DONE;
};

export const DATA_WRITE_STEPS: Steps = [
  [CEPH_OSD_OP_WRITE, write],
  [CEPH_OSD_OP_WRITEFULL, writeFull],
  [CEPH_OSD_OP_APPEND, append],
  [CEPH_OSD_OP_WRITESAME, writeSame],
  [CEPH_OSD_OP_ZERO, zero],
  [CEPH_OSD_OP_TRUNCATE, truncate],
];
