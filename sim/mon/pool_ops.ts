import type { Clock } from '../../src/common/Clock.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { EEXIST, EINVAL, ENOENT } from '../../src/common/errno.ts';
import { utimeFromMs } from '../../src/common/utime_t.ts';
import {
  type MPoolOpInit,
  POOL_OP_CREATE,
  POOL_OP_CREATE_SNAP,
  POOL_OP_CREATE_UNMANAGED_SNAP,
  POOL_OP_DELETE,
  POOL_OP_DELETE_SNAP,
  POOL_OP_DELETE_UNMANAGED_SNAP,
} from '../../src/messages/MPoolOp.ts';
import {
  newPgPool,
  POOL_FLAG_POOL_SNAPS,
  POOL_FLAG_SELFMANAGED_SNAPS,
  type pg_pool_t,
} from '../../src/osd/pg_pool.ts';
import { snapNamed, withoutSnap, withSnap } from './commands/pools.ts';
import type { OSDMonitor } from './OSDMonitor.ts';

const PG_NUM_DEFAULT = 32;
const EMPTY = new Uint8Array();

/** 0, or a negative errno; the epoch that has the change; the id of a snapshot, encoded. */
export type PoolOpDone = (replyCode: number, epoch: number, responseData: Uint8Array) => void;

/** Changes of pools that librados asks for without a command. Ceph: OSDMonitor::prepare_pool_op. */
export function handlePoolOp(
  osdMonitor: OSDMonitor,
  clock: Clock,
  op: MPoolOpInit,
  done: PoolOpDone,
): void {
  const { map } = osdMonitor;
  const pool = map.pools.get(op.pool);
  const refuse = (errno: number): void => done(-errno, map.epoch, EMPTY);
  if (op.op === POOL_OP_CREATE) createPool(osdMonitor, clock, op, done);
  else if (pool === undefined) refuse(ENOENT);
  else if (op.op === POOL_OP_DELETE) {
    osdMonitor.change(
      (inc) => inc.oldPools.add(op.pool),
      (epoch) => done(0, epoch, EMPTY),
    );
  } else changeSnaps({ osdMonitor, clock, op, pool, done, refuse });
}

function createPool(
  osdMonitor: OSDMonitor,
  clock: Clock,
  { name }: MPoolOpInit,
  done: PoolOpDone,
): void {
  const { map } = osdMonitor;
  if (map.lookupPgPoolName(name) !== undefined) {
    done(-EEXIST, map.epoch, EMPTY);
    return;
  }
  const size = [...map.pools.values()][0]?.size ?? Math.min(map.maxOsd, 3);
  const createTime = utimeFromMs(clock.realNow());
  const pool = { pgNum: PG_NUM_DEFAULT, size, minSize: size - Math.floor(size / 2), createTime };
  osdMonitor.createPool(name, pool, (epoch) => done(0, epoch, EMPTY));
}

interface SnapOp {
  readonly osdMonitor: OSDMonitor;
  readonly clock: Clock;
  readonly op: MPoolOpInit;
  readonly pool: pg_pool_t;
  readonly done: PoolOpDone;
  readonly refuse: (errno: number) => void;
}

/** A pool's snapshots are all its own, or all its clients'. */
function changeSnaps(snapOp: SnapOp): void {
  const { op, pool, refuse } = snapOp;
  const isOwn = op.op === POOL_OP_CREATE_SNAP || op.op === POOL_OP_DELETE_SNAP;
  const other = isOwn ? POOL_FLAG_SELFMANAGED_SNAPS : POOL_FLAG_POOL_SNAPS;
  if (Math.floor(pool.flags / other) % 2 === 1) refuse(EINVAL);
  else if (op.op === POOL_OP_CREATE_SNAP) createSnap(snapOp);
  else if (op.op === POOL_OP_DELETE_SNAP) deleteSnap(snapOp);
  else if (op.op === POOL_OP_CREATE_UNMANAGED_SNAP) createUnmanagedSnap(snapOp);
  else if (op.op === POOL_OP_DELETE_UNMANAGED_SNAP) deleteUnmanagedSnap(snapOp);
  else refuse(EINVAL);
}

function createSnap({ osdMonitor, clock, op, pool, done, refuse }: SnapOp): void {
  if (snapNamed(pool, op.name) !== undefined) {
    refuse(EEXIST);
    return;
  }
  const stamp = utimeFromMs(clock.realNow());
  const changed = withSnap(pool, op.name, osdMonitor.nextEpoch, stamp);
  osdMonitor.changePool(op.pool, changed, (epoch) => done(0, epoch, EMPTY));
}

function deleteSnap({ osdMonitor, op, pool, done, refuse }: SnapOp): void {
  const snapid = snapNamed(pool, op.name);
  if (snapid === undefined) {
    refuse(ENOENT);
    return;
  }
  const changed = withoutSnap(pool, snapid, osdMonitor.nextEpoch);
  osdMonitor.removePoolSnap(op.pool, changed, snapid, (epoch) => done(0, epoch, EMPTY));
}

/** Ceph: pg_pool_t::add_unmanaged_snap. */
function createUnmanagedSnap({ osdMonitor, op, pool, done }: SnapOp): void {
  const snapSeq = Math.max(pool.snapSeq, 1) + 1;
  const flags = pool.flags | POOL_FLAG_SELFMANAGED_SNAPS;
  const changed = newPgPool({ ...pool, snapSeq, snapEpoch: osdMonitor.nextEpoch, flags });
  const enc = new Encoder(8);
  enc.u64(snapSeq);
  const responseData = enc.take();
  osdMonitor.changePool(op.pool, changed, (epoch) => done(0, epoch, responseData));
}

/** Ceph: pg_pool_t::remove_unmanaged_snap. */
function deleteUnmanagedSnap({ osdMonitor, op, pool, done, refuse }: SnapOp): void {
  if (op.snapid > pool.snapSeq) {
    refuse(ENOENT);
    return;
  }
  const changed = newPgPool({
    ...pool,
    snapSeq: pool.snapSeq + 1,
    snapEpoch: osdMonitor.nextEpoch,
  });
  osdMonitor.removePoolSnap(op.pool, changed, op.snapid, (epoch) => done(0, epoch, EMPTY));
}
