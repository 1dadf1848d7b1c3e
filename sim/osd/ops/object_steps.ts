import { Decoder } from '../../../src/common/Decoder.ts';
import { EEXIST, ENOENT } from '../../../src/common/errno.ts';
import {
  CEPH_OSD_OP_CREATE,
  CEPH_OSD_OP_DELETE,
  CEPH_OSD_OP_FLAG_EXCL,
  CEPH_OSD_OP_SETALLOCHINT,
} from '../../../src/osd/rados.ts';
import { compareWatchers, newObjectState } from '../store/ObjectState.ts';
import type { OpContext } from './OpContext.ts';
import { DONE, failed, type Step, type StepResult, type Steps } from './step.ts';

/** A category may be given, and means nothing. */
const create: Step = (ctx, { flags, indata }) => {
  if (ctx.exists && flags & CEPH_OSD_OP_FLAG_EXCL) return failed(EEXIST);
  if (indata.length > 0) new Decoder(indata, 'create').string('category');
  ctx.change({});
  return DONE;
};

/** Hints are taken note of by nobody, but they make the object. */
const setAllocHint: Step = (ctx) => {
  ctx.change({});
  return DONE;
};

/** While there are clones, or is one to be made, a whiteout takes the object's place. Ceph: PrimaryLogPG::_delete_oid. */
export function deleteObject(ctx: OpContext): StepResult {
  const { next, snapset, snapc } = ctx;
  const isWhiteout = snapset.clones.length > 0 || (snapc.snaps[0] ?? 0) > snapset.seq;
  if (next === undefined || (next.isWhiteout && isWhiteout)) return failed(ENOENT);
  ctx.noteModified(0, next.data.size);
  const watchers = [...next.watchers.values()].sort(compareWatchers);
  for (const watch of watchers) ctx.effects.disconnects.push({ watch, send: true });
  ctx.isChanged = true;
  ctx.omapChanges.push((omap) => omap.clear());
  const { version, userVersion } = next;
  ctx.next = isWhiteout ? { ...newObjectState(), version, userVersion, isWhiteout } : undefined;
  return DONE;
}

export const OBJECT_STEPS: Steps = [
  [CEPH_OSD_OP_CREATE, create],
  [CEPH_OSD_OP_SETALLOCHINT, setAllocHint],
  [CEPH_OSD_OP_DELETE, deleteObject],
];
