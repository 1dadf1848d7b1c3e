import type { OSDMap } from '../osd/OSDMap.ts';
import type { object_locator_t, pg_t } from '../osd/osd_types.ts';
import { cephStableMod } from '../osd/pg_pool.ts';
import { CEPH_OSD_FLAG_READ, CEPH_OSDMAP_PAUSERD } from '../osd/rados.ts';

const NO_PG: pg_t = { pool: -1, seed: 0 };
const NONE: readonly number[] = [];

/** Where an op goes, by the newest map that it was looked up in. Ceph: Objecter::op_target_t. */
export class OpTarget {
  readonly oid: string;
  readonly oloc: object_locator_t;
  /** CEPH_OSD_FLAG_*. */
  readonly flags: number;
  /** Of that map. */
  epoch = 0;
  /** Its seed is the whole hash of the name. Ceph: pgid. */
  rawPgid: pg_t = NO_PG;
  /** Folded to the pool's pg_num. Ceph: actual_pgid. */
  pgid: pg_t = NO_PG;
  pgNum = 0;
  up: readonly number[] = NONE;
  upPrimary = -1;
  acting: readonly number[] = NONE;
  actingPrimary = -1;
  /** Who gets the op; -1: nobody can serve the PG now. */
  osd = -1;
  /** The map says that ops like this one are not to be sent. */
  paused = false;
  /** A pool that is gone now was there in an earlier map. */
  poolEverExisted = false;

  constructor(oid: string, oloc: object_locator_t, flags: number) {
    this.oid = oid;
    this.oloc = oloc;
    this.flags = flags;
  }
}

export type TargetDecision = 'no_action' | 'need_resend' | 'pool_dne';

/**
 * Looks `target` up in `map` and says what that means for an op that was sent by an earlier one.
 * Changes nothing but `target`. Ceph: Objecter::_calc_target.
 */
export function calcTarget(map: OSDMap, target: OpTarget): TargetDecision {
  target.epoch = map.epoch;
  const pool = map.pools.get(target.oloc.pool);
  if (pool === undefined) {
    target.osd = -1;
    return 'pool_dne';
  }
  target.poolEverExisted = true;

  const rawPgid = map.objectLocatorToPg(target.oid, target.oloc);
  const pgid = map.rawPgToPg(rawPgid);
  const { up, upPrimary, acting, actingPrimary } = map.pgToUpActingOsds(pgid);

  const paused = shouldBePaused(map, target);
  const unpaused = target.paused && !paused;
  target.paused = paused;

  const moved =
    !samePg(target.rawPgid, rawPgid) ||
    primaryChanged(target.actingPrimary, target.acting, actingPrimary, acting);
  const splitOrMerged =
    target.pgNum !== 0 && isSplitOrMerge(target.pgid.seed, target.pgNum, pool.pgNum);
  target.rawPgid = rawPgid;
  target.pgid = pgid;
  target.pgNum = pool.pgNum;
  target.up = up;
  target.upPrimary = upPrimary;
  target.acting = acting;
  target.actingPrimary = actingPrimary;
  target.osd = actingPrimary >= 0 && map.isUp(actingPrimary) ? actingPrimary : -1;

  return moved || unpaused || splitOrMerged ? 'need_resend' : 'no_action';
}

/** Ceph: Objecter::target_should_be_paused. */
function shouldBePaused(map: OSDMap, target: OpTarget): boolean {
  return (target.flags & CEPH_OSD_FLAG_READ) !== 0 && (map.flags & CEPH_OSDMAP_PAUSERD) !== 0;
}

function samePg(a: pg_t, b: pg_t): boolean {
  return a.seed === b.seed && a.pool === b.pool;
}

/** The primary is another one, or stands elsewhere in the set. Ceph: OSDMap::primary_changed. */
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
 * `newNum`. Its OSD then drops ops that came under the old number.
 * Ceph: pg_t::is_split, is_merge_source, is_merge_target.
 */
function isSplitOrMerge(seed: number, oldNum: number, newNum: number): boolean {
  if (oldNum === newNum) return false;
  if (seed >= newNum) return true;
  const [fewer, more] = oldNum < newNum ? [oldNum, newNum] : [newNum, oldNum];
  // Whatever folds onto `seed` agrees with it in all bits but the highest of `fewer`'s mask.
  const step = 2 ** Math.max(0, Math.ceil(Math.log2(fewer)) - 1);
  for (let child = seed + step; child < more; child += step) {
    if (child >= fewer && cephStableMod(child, fewer) === seed) return true;
  }
  return false;
}
