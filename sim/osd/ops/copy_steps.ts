import { Decoder } from '../../../src/common/Decoder.ts';
import { EINVAL, ENOENT, EOPNOTSUPP, EOVERFLOW, ERANGE } from '../../../src/common/errno.ts';
import { decodeObjectLocator } from '../../../src/osd/osd_types.ts';
import { POOL_TYPE_ERASURE } from '../../../src/osd/pg_pool.ts';
import { CEPH_OSD_OP_COPY_FROM, CEPH_OSD_OP_COPY_FROM2 } from '../../../src/osd/rados.ts';
import type { ObjectState } from '../store/ObjectState.ts';
import { findState } from './find_state.ts';
import type { OpContext } from './OpContext.ts';
import { DONE, failed, type Step, type StepResult, type Steps } from './step.ts';

const FLAG_TRUNCATE_SEQ = 32;
const FLAGS_ALL = 63;

/**
 * Union: u64 snapid, u64 src_version, u8 flags, u32 src_fadvise_flags. Data: string name, object_locator_t,
 * and with the flag of COPY_FROM2 u32 truncate_seq, u64 truncate_size. The source is read at once: the
 * OSDs of a simulation have one store. Ceph: PrimaryLogPG::start_copy, finish_copyfrom.
 */
const copyFrom: Step = (ctx, { op, args, indata }) => {
  if (args.kind !== 'raw') return failed(EINVAL);
  const union = new Decoder(args.bytes, 'copy_from');
  const snapid = union.s64();
  const version = union.u64();
  const flags = op === CEPH_OSD_OP_COPY_FROM2 ? union.u8() : 0;
  if (flags & ~FLAGS_ALL) return failed(EINVAL);
  const dec = new Decoder(indata, 'copy-from');
  const oid = dec.string('name');
  const { pool, key, nspace } = decodeObjectLocator(dec);
  const truncate =
    flags & FLAG_TRUNCATE_SEQ ? { truncateSeq: dec.u32(), truncateSize: dec.u64() } : {};
  const source = ctx.locate({ pool, key, nspace, oid });
  const object = source === undefined ? undefined : ctx.store.find(source);
  if (object !== undefined && object === ctx.object) return failed(EINVAL);
  const state = object === undefined ? undefined : findState(object, snapid);
  if (state === undefined || state.isWhiteout) return failed(ENOENT);
  if (version !== 0 && version !== state.userVersion) {
    return failed(version < state.userVersion ? ERANGE : EOVERFLOW);
  }
  return copy(ctx, state, truncate);
};

function copy(ctx: OpContext, state: ObjectState, truncate: Partial<ObjectState>): StepResult {
  if (state.isOmap && ctx.pool.type === POOL_TYPE_ERASURE) return failed(EOPNOTSUPP);
  const { data, xattrs, isOmap, omap, truncateSeq, truncateSize, mtime } = state;
  ctx.noteModified(0, ctx.size);
  ctx.omapChanges.push((target) => target.replaceBy(omap));
  ctx.change({ data, xattrs, isOmap, truncateSeq, truncateSize, ...truncate });
  ctx.userVersion = state.userVersion;
  ctx.mtime = mtime;
  return DONE;
}

export const COPY_STEPS: Steps = [
  [CEPH_OSD_OP_COPY_FROM, copyFrom],
  [CEPH_OSD_OP_COPY_FROM2, copyFrom],
];
