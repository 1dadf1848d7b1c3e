import { EDQUOT, ENOSPC } from '../../../src/common/errno.ts';
import type { eversion_t } from '../../../src/osd/osd_types.ts';
import { POOL_FLAG_FULL, POOL_FLAG_FULL_QUOTA } from '../../../src/osd/pg_pool.ts';
import { CEPH_OSD_FLAG_FULL_FORCE, CEPH_OSD_FLAG_FULL_TRY } from '../../../src/osd/rados.ts';
import type { Change } from '../store/Change.ts';
import type { ObjectState } from '../store/ObjectState.ts';
import type { PgLog } from '../store/PgLog.ts';
import { type Clone, SNAPSET_NEW, type SnapSet, withoutOverlap } from '../store/SnapSet.ts';
import type { OpContext } from './OpContext.ts';

/** 0: there is room; an errno; undefined: the op is dropped, and comes again when the pool is not full any more. */
export function whyFull(ctx: OpContext): number | undefined {
  const { pool, op } = ctx;
  const grows =
    ctx.size > (ctx.before?.data.size ?? 0) || (ctx.before === undefined && ctx.next !== undefined);
  if (!grows || (pool.flags & POOL_FLAG_FULL) === 0) return 0;
  if (op.flags & CEPH_OSD_FLAG_FULL_FORCE) return 0;
  if (!(op.flags & CEPH_OSD_FLAG_FULL_TRY)) return undefined;
  return pool.flags & POOL_FLAG_FULL_QUOTA ? EDQUOT : ENOSPC;
}

export interface WriteOutcome {
  readonly change: Change;
  readonly version: eversion_t;
  readonly userVersion: number;
}

/** What has become of the object, with its versions, and the clone that is kept of it. Ceph: PrimaryLogPG::finish_ctx. */
export function outcomeOf(ctx: OpContext, log: PgLog, at: eversion_t): WriteOutcome {
  const { before, object } = ctx;
  const clone = cloneToMake(ctx);
  const version = clone === undefined ? at : { ...at, version: at.version + 1 };
  const userVersion = userVersionOf(ctx, log, version);
  const change = {
    id: ctx.id,
    before,
    snapsetBefore: object?.snapset ?? SNAPSET_NEW,
    after: stateAfter(ctx, version, userVersion),
    snapset: ctx.next === undefined ? SNAPSET_NEW : snapsetAfter(ctx, clone),
    clone: clone === undefined || before === undefined ? undefined : cloneOf(clone, before, at),
    omapChanges: ctx.omapChanges,
  };
  return { change, version, userVersion };
}

function userVersionOf(ctx: OpContext, log: PgLog, version: eversion_t): number {
  const own = ctx.userVersion ?? ctx.before?.userVersion ?? 0;
  if (!ctx.isUserModify) return own;
  return Math.max(log.lastUserVersion + 1, own + 1, version.version);
}

function stateAfter(
  { next, mtime }: OpContext,
  version: eversion_t,
  userVersion: number,
): ObjectState | undefined {
  if (next === undefined) return undefined;
  const isTimed = mtime.sec !== 0 || mtime.nsec !== 0;
  return { ...next, version, userVersion, mtime: isTimed ? mtime : next.mtime };
}

/** The head is from before a snapshot of the write's context. Ceph: PrimaryLogPG::make_writeable. */
function cloneToMake({ existed, before, snapc, snapset }: OpContext): Clone | undefined {
  if (!existed || before === undefined || (snapc.snaps[0] ?? 0) <= snapset.seq) return undefined;
  const snaps = snapc.snaps.filter((snap) => snap > snapset.seq);
  const { size } = before.data;
  const overlap = size === 0 ? [] : [{ start: 0, length: size }];
  return { id: snapc.seq, snaps, size, overlap };
}

function snapsetAfter({ snapset, snapc, modified }: OpContext, clone: Clone | undefined): SnapSet {
  const clones = clone === undefined ? snapset.clones : [...snapset.clones, clone];
  const seq = Math.max(snapset.seq, snapc.seq);
  return withoutOverlap({ seq, clones }, modified);
}

function cloneOf({ id }: Clone, before: ObjectState, version: eversion_t): Change['clone'] {
  return { id, state: { ...before, omap: before.omap, version, watchers: new Map() } };
}
