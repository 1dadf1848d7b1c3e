import type { OSDMap } from '../osd/OSDMap.ts';
import { NO_SHARD, type object_locator_t, type pg_t } from '../osd/osd_types.ts';
import { cephStableMod, POOL_TYPE_ERASURE, type pg_pool_t } from '../osd/pg_pool.ts';
import { CEPH_OSD_FLAG_READ, CEPH_OSDMAP_PAUSERD } from '../osd/rados.ts';

const NO_PG: pg_t = { pool: -1, seed: 0 };
const NOBODY: readonly number[] = [];

/** Where an op goes, by the newest map that it was looked up in. Ceph: Objecter::op_target_t. */
export class OpTarget {
  readonly oid: string;
  readonly baseOloc: object_locator_t;
  /** CEPH_OSD_FLAG_*. */
  readonly flags: number;
  /** As `baseOloc`, in the pool that serves reads of that pool. */
  targetOloc: object_locator_t;
  /** Of that map; 0: not looked up yet. */
  epoch = 0;
  /** Its seed is the whole hash of the name. Ceph: pgid. */
  rawPgid: pg_t = NO_PG;
  /** Folded to the pool's pg_num. Ceph: actual_pgid. */
  pgid: pg_t = NO_PG;
  /** Of an erasure-coded pool: the part of the PG that the primary holds. */
  shard: number = NO_SHARD;
  pgNum = 0;
  up: readonly number[] = NOBODY;
  upPrimary = -1;
  acting: readonly number[] = NOBODY;
  actingPrimary = -1;
  /** Who gets the op; -1: nobody can serve the PG now. */
  osd = -1;
  /** The map says that ops like this one are not to be sent. */
  paused = false;
  /** The pool was there in some map. */
  poolEverExisted = false;

  constructor(oid: string, oloc: object_locator_t, flags: number) {
    this.oid = oid;
    this.baseOloc = oloc;
    this.targetOloc = oloc;
    this.flags = flags;
  }
}

export type TargetDecision = 'no_action' | 'need_resend' | 'pool_dne';

/**
 * Looks `target` up in `map` and says what that means for an op that was sent by an earlier one.
 * Changes nothing but `target`. Ceph: Objecter::_calc_target.
 */
export function calcTarget(map: OSDMap, target: OpTarget): TargetDecision {
  const isNewEpoch = target.epoch !== map.epoch;
  target.epoch = map.epoch;
  const basePool = map.pools.get(target.baseOloc.pool);
  applyReadTier(target, basePool);
  const pool = map.pools.get(target.targetOloc.pool);
  if (basePool === undefined || pool === undefined) {
    target.osd = -1;
    return 'pool_dne';
  }
  target.poolEverExisted = true;

  const rawPgid = map.objectLocatorToPg(target.oid, target.targetOloc);
  const pgid = map.rawPgToPg(rawPgid);
  const { up, upPrimary, acting, actingPrimary } = map.pgToUpActingOsds(pgid);
  const paused = shouldBePaused(map, target);
  const resend =
    !samePg(target.rawPgid, rawPgid) ||
    primaryChanged(target.actingPrimary, target.acting, actingPrimary, acting) ||
    (target.pgNum > 0 && isSplitOrMerge(target.pgid.seed, target.pgNum, pool.pgNum)) ||
    (isNewEpoch && pool.lastForceOpResend === map.epoch) ||
    (target.paused && !paused);

  target.rawPgid = rawPgid;
  target.pgid = pgid;
  target.shard = pool.type === POOL_TYPE_ERASURE ? acting.indexOf(actingPrimary) : NO_SHARD;
  target.pgNum = pool.pgNum;
  target.up = up;
  target.upPrimary = upPrimary;
  target.acting = acting;
  target.actingPrimary = actingPrimary;
  target.osd = map.isUp(actingPrimary) ? actingPrimary : -1;
  target.paused = paused;
  return resend ? 'need_resend' : 'no_action';
}

/** A pool may have another one laid over it, which then gets its reads. */
function applyReadTier(target: OpTarget, basePool: pg_pool_t | undefined): void {
  const { baseOloc } = target;
  const tier = basePool?.readTier ?? -1;
  if (tier < 0) target.targetOloc = baseOloc;
  else if (target.targetOloc.pool !== tier) target.targetOloc = { ...baseOloc, pool: tier };
}

/** Ceph: Objecter::target_should_be_paused. */
function shouldBePaused(map: OSDMap, target: OpTarget): boolean {
  return (target.flags & CEPH_OSD_FLAG_READ) !== 0 && (map.flags & CEPH_OSDMAP_PAUSERD) !== 0;
}

function samePg(a: pg_t, b: pg_t): boolean {
  return a.seed === b.seed && a.pool === b.pool;
}

/** The primary is another one, or stands elsewhere in the set. Ceph: OSDMap::primary_changed_broken. */
function primaryChanged(
  oldPrimary: number,
  oldActing: readonly number[],
  newPrimary: number,
  newActing: readonly number[],
): boolean {
  if (oldActing === newActing && oldPrimary === newPrimary) return false;
  return (
    oldPrimary !== newPrimary ||
    (oldActing.length === 0) !== (newActing.length === 0) ||
    oldActing.indexOf(oldPrimary) !== newActing.indexOf(newPrimary)
  );
}

/**
 * Whether PG `seed` of `oldNum` gives objects to another PG, or takes them from one, when there are
 * `newNum`: its OSD then drops ops that were aimed by the old number.
 * Ceph: pg_t::is_split, is_merge_source, is_merge_target.
 */
function isSplitOrMerge(seed: number, oldNum: number, newNum: number): boolean {
  if (oldNum === newNum) return false;
  if (seed >= newNum) return true;
  const [fewer, more] = oldNum < newNum ? [oldNum, newNum] : [newNum, oldNum];
  // What folds onto `seed` agrees with it in all bits below the highest of fewer's mask.
  const step = fewer > 1 ? 2 ** (31 - Math.clz32(fewer - 1)) : 1;
  for (let other = seed + step; other < more; other += step) {
    if (other >= fewer && cephStableMod(other, fewer) === seed) return true;
  }
  return false;
}
