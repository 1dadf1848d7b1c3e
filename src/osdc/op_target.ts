import type { request_redirect_t } from '../messages/request_redirect_t.ts';
import type { hobject_t } from '../osd/hobject_t.ts';
import type { OSDMap } from '../osd/OSDMap.ts';
import { NO_SHARD, type object_locator_t, type pg_t } from '../osd/osd_types.ts';
import {
  cephStableMod,
  POOL_FLAG_FULL,
  POOL_TYPE_ERASURE,
  POOL_TYPE_REPLICATED,
  type pg_pool_t,
} from '../osd/pg_pool.ts';
import {
  CEPH_NOSNAP,
  CEPH_OSD_FLAG_BALANCE_READS,
  CEPH_OSD_FLAG_FULL_FORCE,
  CEPH_OSD_FLAG_FULL_TRY,
  CEPH_OSD_FLAG_IGNORE_CACHE,
  CEPH_OSD_FLAG_IGNORE_OVERLAY,
  CEPH_OSD_FLAG_LOCALIZE_READS,
  CEPH_OSD_FLAG_READ,
  CEPH_OSD_FLAG_REDIRECTED,
  CEPH_OSD_FLAG_RWORDERED,
  CEPH_OSD_FLAG_WRITE,
  CEPH_OSDMAP_FULL,
  CEPH_OSDMAP_PAUSERD,
  CEPH_OSDMAP_PAUSEWR,
} from '../osd/rados.ts';
import type { ReplicaPicker } from './ReplicaPicker.ts';

/** An op that was looked up nowhere, and one that is to be looked up as if it never had been. */
export const NO_PG: pg_t = { pool: -1, seed: 0 };
const NOBODY: readonly number[] = [];

/** Where an op goes, by the newest map that it was looked up in. Ceph: Objecter::op_target_t. */
export class OpTarget {
  readonly baseOid: string;
  readonly baseOloc: object_locator_t;
  /** CEPH_OSD_FLAG_*. */
  flags: number;
  /** As the base, unless another pool is laid over its pool, or the OSD has redirected the op. */
  targetOid: string;
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
  acting: readonly number[] = NOBODY;
  /** -1: nobody, or somebody who is down. */
  actingPrimary = -1;
  /** Who gets the op; -1: nobody can serve the PG now. */
  osd = -1;
  /** `osd` is not the primary. */
  usedReplica = false;
  /** The map says that ops like this one are not to be sent. */
  paused = false;
  /** The pool was there in some map. */
  poolEverExisted = false;

  readonly #replicas: ReplicaPicker | undefined;

  /** `replicas` none: reads take the primary, whatever their flags. */
  constructor(oid: string, oloc: object_locator_t, flags: number, replicas?: ReplicaPicker) {
    this.#replicas = replicas;
    this.baseOid = oid;
    this.targetOid = oid;
    this.baseOloc = oloc;
    this.targetOloc = oloc;
    this.flags = flags;
  }

  /** Chooses who gets the op. Erasure-coded pools have no second copy. */
  aim(map: OSDMap, pool: pg_pool_t): void {
    const { flags, acting, actingPrimary } = this;
    this.osd = actingPrimary;
    const any = CEPH_OSD_FLAG_BALANCE_READS | CEPH_OSD_FLAG_LOCALIZE_READS;
    if (
      (flags & any) !== 0 &&
      (flags & CEPH_OSD_FLAG_WRITE) === 0 &&
      pool.type === POOL_TYPE_REPLICATED &&
      actingPrimary >= 0 &&
      acting.length > 1
    ) {
      this.osd = this.#replicas?.pick(map, flags, acting) ?? actingPrimary;
    }
    this.usedReplica = this.osd !== actingPrimary;
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
  if (basePool !== undefined) applyOverlay(target, basePool);
  const pool = map.pools.get(target.targetOloc.pool);
  if (basePool === undefined || pool === undefined) {
    target.osd = -1;
    target.rawPgid = NO_PG;
    return 'pool_dne';
  }
  target.poolEverExisted = true;

  const rawPgid = map.objectLocatorToPg(target.targetOid, target.targetOloc);
  const pgid = map.rawPgToPg(rawPgid);
  const { up, acting, actingPrimary } = map.pgToUpActingOsds(pgid);
  const primary = map.isUp(actingPrimary) ? actingPrimary : -1;
  const wasPaused = target.paused;
  target.paused = shouldBePaused(map, basePool, target);
  const changed =
    !samePg(target.rawPgid, rawPgid) ||
    isPgChanged(target, primary, acting) ||
    (target.pgNum > 0 && isSplitOrMerge(target.pgid.seed, target.pgNum, pool.pgNum)) ||
    (isNewEpoch && basePool.lastForceOpResend === map.epoch);
  if (changed) {
    target.rawPgid = rawPgid;
    target.pgid = pgid;
    target.shard = pool.type === POOL_TYPE_ERASURE ? acting.indexOf(primary) : NO_SHARD;
    target.pgNum = pool.pgNum;
    target.up = up;
    target.acting = acting;
    target.actingPrimary = primary;
    target.aim(map, pool);
  }
  return changed || (wasPaused && !target.paused) ? 'need_resend' : 'no_action';
}

/** The OSD has told where the op is to go. Ceph: request_redirect_t::combine_with_locator. */
export function redirectTarget(target: OpTarget, { locator, object }: request_redirect_t): void {
  target.targetOloc = locator;
  if (object !== '') target.targetOid = object;
  target.flags |=
    CEPH_OSD_FLAG_REDIRECTED | CEPH_OSD_FLAG_IGNORE_CACHE | CEPH_OSD_FLAG_IGNORE_OVERLAY;
}

/** The OSD cannot serve the op. A replica cannot: the primary can. */
export function retargetToPrimary(target: OpTarget): void {
  target.flags &= ~(CEPH_OSD_FLAG_BALANCE_READS | CEPH_OSD_FLAG_LOCALIZE_READS);
  target.rawPgid = NO_PG;
}

/** The object that the op is about, as OSDs name it. Ceph: op_target_t::get_hobj. */
export function targetObject({ targetOid, targetOloc, rawPgid }: OpTarget): hobject_t {
  const { key, nspace, pool } = targetOloc;
  return { key, oid: targetOid, snap: CEPH_NOSNAP, hash: rawPgid.seed, isMax: false, nspace, pool };
}

/** A pool may have another one laid over it, which then gets its ops. A redirected op goes where it was sent. */
function applyOverlay(target: OpTarget, { readTier, writeTier }: pg_pool_t): void {
  const { baseOloc, flags } = target;
  if (flags & CEPH_OSD_FLAG_REDIRECTED) return;
  let { pool } = baseOloc;
  if ((flags & CEPH_OSD_FLAG_IGNORE_OVERLAY) === 0) {
    if (flags & CEPH_OSD_FLAG_READ && readTier >= 0) pool = readTier;
    if (flags & CEPH_OSD_FLAG_WRITE && writeTier >= 0) pool = writeTier;
  }
  if (target.targetOloc.pool !== pool)
    target.targetOloc = pool === baseOloc.pool ? baseOloc : { ...baseOloc, pool };
}

/** Ceph: Objecter::target_should_be_paused. */
function shouldBePaused(map: OSDMap, pool: pg_pool_t, target: OpTarget): boolean {
  const { flags } = target;
  if (flags & CEPH_OSD_FLAG_READ && map.flags & CEPH_OSDMAP_PAUSERD) return true;
  if ((flags & CEPH_OSD_FLAG_WRITE) === 0) return false;
  if (map.flags & CEPH_OSDMAP_PAUSEWR) return true;
  return respectsFull(target) && (isFull(map) || isPoolFull(pool));
}

/** What is full concerns it. Ceph: op_target_t::respects_full. */
export function respectsFull({ flags }: OpTarget): boolean {
  const ordered = CEPH_OSD_FLAG_WRITE | CEPH_OSD_FLAG_RWORDERED;
  const bold = CEPH_OSD_FLAG_FULL_TRY | CEPH_OSD_FLAG_FULL_FORCE;
  return (flags & ordered) !== 0 && (flags & bold) === 0;
}

export function isFull(map: OSDMap): boolean {
  return (map.flags & CEPH_OSDMAP_FULL) !== 0;
}

export function isPoolFull(pool: pg_pool_t): boolean {
  return (pool.flags & POOL_FLAG_FULL) !== 0;
}

function samePg(a: pg_t, b: pg_t): boolean {
  return a.seed === b.seed && a.pool === b.pool;
}

/**
 * The primary is another one, or stands elsewhere in the set; where a replica serves the op, the set is
 * another. Ceph: Objecter::is_pg_changed, OSDMap::primary_changed_broken.
 */
function isPgChanged(old: OpTarget, primary: number, acting: readonly number[]): boolean {
  const { acting: oldActing, actingPrimary } = old;
  if (oldActing === acting && actingPrimary === primary) return false;
  return (
    actingPrimary !== primary ||
    (oldActing.length === 0) !== (acting.length === 0) ||
    oldActing.indexOf(actingPrimary) !== acting.indexOf(primary) ||
    (old.usedReplica && !sameOsds(oldActing, acting))
  );
}

function sameOsds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((osd, i) => osd === b[i]);
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
