import { Encoder } from '../../../src/common/Encoder.ts';
import {
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  EOVERFLOW,
  ERANGE,
  MAX_ERRNO,
} from '../../../src/common/errno.ts';
import { encodeUtime } from '../../../src/common/utime_t.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import { POOL_TYPE_ERASURE } from '../../../src/osd/pg_pool.ts';
import {
  CEPH_OSD_OP_ASSERT_VER,
  CEPH_OSD_OP_CMPEXT,
  CEPH_OSD_OP_ISDIRTY,
  CEPH_OSD_OP_MAPEXT,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_SPARSE_READ,
  CEPH_OSD_OP_STAT,
  CEPH_OSD_OP_SYNC_READ,
} from '../../../src/osd/rados.ts';
import { type Extent, Extents } from '../store/Extents.ts';
import type { OpContext } from './OpContext.ts';
import { failed, gave, NO_DATA, NOTHING, type Step, type StepResult, type Steps } from './step.ts';

/** Ceph: PrimaryLogPG::do_read. */
const read: Step = (ctx, { args }) => {
  if (args.kind !== 'extent') return failed(EINVAL);
  const size = sizeToRead(ctx, args);
  const end = args.length === 0 ? size : Math.min(args.offset + lengthOf(args), size);
  const length = Math.max(end - args.offset, 0);
  if (length > 0 && ctx.before === undefined) return failed(ENOENT);
  const out = dataOf(ctx).read(args.offset, length);
  return { rval: 0, out, args: { ...args, length: out.length } };
};

const syncRead: Step = (ctx, op) =>
  ctx.pool.type === POOL_TYPE_ERASURE ? failed(EOPNOTSUPP) : read(ctx, op);

type ExtentArgs = Extract<OSDOp['args'], { kind: 'extent' }>;

/** One that would go beyond all bounds is to the end. */
function lengthOf({ length }: ExtentArgs): number {
  return length < 0 ? Number.POSITIVE_INFINITY : length;
}

/** One who knows of a later truncation sees no more than that leaves. */
function sizeToRead({ next, size }: OpContext, args: ExtentArgs): number {
  const isTruncated =
    (next?.truncateSeq ?? 0) < args.truncateSeq && args.offset + lengthOf(args) > args.truncateSize;
  return isTruncated ? Math.min(size, args.truncateSize) : size;
}

function dataOf({ before }: OpContext): Extents {
  return before?.data ?? Extents.EMPTY;
}

/** map<u64 offset, u64 length>, blob. Ceph: PrimaryLogPG::do_sparse_read. */
const sparseRead: Step = (ctx, { args }) => {
  if (args.kind !== 'extent') return failed(EINVAL);
  const length = Math.min(lengthOf(args), Math.max(sizeToRead(ctx, args) - args.offset, 0));
  const isErasure = ctx.pool.type === POOL_TYPE_ERASURE;
  const data = dataOf(ctx);
  const extents =
    isErasure && length > 0 ? [{ offset: args.offset, length }] : data.mapped(args.offset, length);
  const total = extents.reduce((sum, extent) => sum + extent.length, 0);
  const enc = new Encoder(8 + extents.length * 16 + total);
  encodeExtents(enc, extents);
  if (isErasure && length === 0) return gave(enc.take());
  enc.u32(total);
  for (const extent of extents) enc.raw(data.read(extent.offset, extent.length));
  return { rval: 0, out: enc.take(), args: { ...args, length: total } };
};

const mapext: Step = (ctx, { args }) => {
  if (ctx.pool.type === POOL_TYPE_ERASURE) return failed(EOPNOTSUPP);
  if (args.kind !== 'extent') return failed(EINVAL);
  const enc = new Encoder();
  encodeExtents(enc, dataOf(ctx).mapped(args.offset, lengthOf(args)));
  return { rval: undefined, out: enc.take() };
};

function encodeExtents(enc: Encoder, extents: readonly Extent[]): void {
  enc.u32(extents.length);
  for (const { offset, length } of extents) {
    enc.u64(offset);
    enc.u64(length);
  }
}

/** u64 size, utime_t mtime. */
const stat: Step = (ctx) => {
  const { next } = ctx;
  if (next === undefined || !ctx.exists) return failed(ENOENT);
  const enc = new Encoder(16);
  enc.u64(next.data.size);
  encodeUtime(enc, next.mtime);
  return { rval: undefined, out: enc.take() };
};

/** Ceph: PrimaryLogPG::do_extent_cmp. */
const cmpext: Step = (ctx, { args, indata }) => {
  if (args.kind !== 'extent') return failed(EINVAL);
  const length = Math.min(lengthOf(args), Math.max(sizeToRead(ctx, args) - args.offset, 0));
  const there = ctx.existed ? dataOf(ctx).read(args.offset, length) : NO_DATA;
  const differs = indata.findIndex((byte, i) => byte !== (there[i] ?? 0));
  const rval = differs < 0 ? 0 : -MAX_ERRNO - differs;
  return { rval, out: NO_DATA, args: { ...args, length } };
};

const assertVer: Step = (ctx, { args }): StepResult => {
  if (args.kind !== 'assert_ver' || args.version === 0n) return failed(EINVAL);
  const version = BigInt(ctx.next?.userVersion ?? 0);
  if (args.version === version) return NOTHING;
  return failed(args.version < version ? ERANGE : EOVERFLOW);
};

/** Nothing is ever flushed to another tier. */
const isDirty: Step = (ctx) => gave(Uint8Array.of(ctx.exists ? 1 : 0));

export const READ_STEPS: Steps = [
  [CEPH_OSD_OP_READ, read],
  [CEPH_OSD_OP_SYNC_READ, syncRead],
  [CEPH_OSD_OP_SPARSE_READ, sparseRead],
  [CEPH_OSD_OP_MAPEXT, mapext],
  [CEPH_OSD_OP_STAT, stat],
  [CEPH_OSD_OP_CMPEXT, cmpext],
  [CEPH_OSD_OP_ASSERT_VER, assertVer],
  [CEPH_OSD_OP_ISDIRTY, isDirty],
];
