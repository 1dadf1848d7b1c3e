import { encodeVector } from '../../../src/common/containers.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { EBUSY, EINVAL } from '../../../src/common/errno.ts';
import {
  CEPH_NOSNAP,
  CEPH_OSD_OP_LIST_SNAPS,
  CEPH_OSD_OP_ROLLBACK,
} from '../../../src/osd/rados.ts';
import { subtract } from '../../../src/osd/snap_intervals.ts';
import type { ObjectState } from '../store/ObjectState.ts';
import { type Clone, intersect, type SnapSet } from '../store/SnapSet.ts';
import { findState } from './find_state.ts';
import type { OpContext } from './OpContext.ts';
import { deleteObject } from './object_steps.ts';
import { DONE, failed, gave, type Step, type Steps } from './step.ts';

/**
 * obj_list_snap_response_t: section v2 { vector<clone_info>, u64 seq }; clone_info: section v1 { u64 cloneid,
 * vector<u64> snaps ascending, vector<pair<u64, u64>> overlap, u64 size }. Ceph: src/osd/osd_types.h.
 */
const listSnaps: Step = ({ snapset, next, exists }) => {
  const head: Clone = { id: CEPH_NOSNAP, snaps: [], size: next?.data.size ?? 0, overlap: [] };
  const enc = new Encoder();
  enc.encodeStart(2, 1);
  encodeVector(enc, exists ? [...snapset.clones, head] : snapset.clones, (clone) =>
    encodeClone(enc, clone),
  );
  enc.u64(snapset.seq);
  enc.encodeFinish();
  return gave(enc.take());
};

function encodeClone(enc: Encoder, { id, snaps, overlap, size }: Clone): void {
  enc.encodeStart(1, 1);
  enc.u64(id);
  encodeVector(enc, snaps.toReversed(), (snap) => enc.u64(snap));
  encodeVector(enc, overlap, ({ start, length }) => {
    enc.u64(start);
    enc.u64(length);
  });
  enc.u64(size);
  enc.encodeFinish();
}

/** Union: u64 snapid. Ceph: PrimaryLogPG::_rollback_to. */
const rollback: Step = (ctx, { args }) => {
  if (args.kind !== 'raw') return failed(EINVAL);
  const snapid = new Decoder(args.bytes, 'snap').s64();
  const state = ctx.object === undefined ? undefined : findState(ctx.object, snapid);
  if (state === undefined || state.isWhiteout) {
    if ((ctx.before?.watchers.size ?? 0) > 0) return failed(EBUSY);
    deleteObject(ctx);
    return DONE;
  }
  if (state === ctx.before) ctx.isChanged = true;
  else rollBackTo(ctx, state, snapid);
  return DONE;
};

/** Ceph: PrimaryLogPG::_do_rollback_to. */
function rollBackTo(ctx: OpContext, state: ObjectState, snapid: number): void {
  const { size } = ctx;
  const kept = intersect(overlapsFrom(ctx.snapset, snapid), [{ start: 0, length: size }]);
  for (const { start, length } of subtract([{ start: 0, length: size }], kept)) {
    ctx.noteModified(start, length);
  }
  const { data, xattrs, isOmap, omap } = state;
  ctx.omapChanges.push((head) => head.replaceBy(omap));
  ctx.change({ data, xattrs, isOmap });
}

/** What the clone of a snapshot and all that came after it, and the head, have in common. */
function overlapsFrom({ clones }: SnapSet, snapid: number): Clone['overlap'] {
  const since = clones.filter(({ id }) => id >= snapid);
  return since.reduce<Clone['overlap']>(
    (common, { overlap }) => intersect(common, overlap),
    since[0]?.overlap ?? [],
  );
}

export const SNAP_STEPS: Steps = [
  [CEPH_OSD_OP_LIST_SNAPS, listSnaps],
  [CEPH_OSD_OP_ROLLBACK, rollback],
];
