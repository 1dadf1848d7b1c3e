import { type snap_interval_set_t, subtract } from '../../../src/osd/snap_intervals.ts';

/** What was kept of an object for snapshots. */
export interface Clone {
  /** The newest of the snapshots that it was kept for. */
  readonly id: number;
  /** Those that it is still kept for, the newest first. */
  readonly snaps: readonly number[];
  readonly size: number;
  /** What is still the same in the next newer clone, or in the head. */
  readonly overlap: snap_interval_set_t;
}

/** Ceph: SnapSet (src/osd/osd_types.h). */
export interface SnapSet {
  /** The newest snapshot that writes of the object have known. */
  readonly seq: number;
  /** The oldest first. */
  readonly clones: readonly Clone[];
}

export const SNAPSET_NEW: SnapSet = { seq: 0, clones: [] };

/** What is in both. */
export function intersect(a: snap_interval_set_t, b: snap_interval_set_t): snap_interval_set_t {
  return subtract(a, subtract(a, b));
}

/** What the newest clone shares with the head after `modified` has been written. */
export function withoutOverlap({ seq, clones }: SnapSet, modified: snap_interval_set_t): SnapSet {
  const newest = clones.at(-1);
  if (newest === undefined) return { seq, clones };
  const overlap = subtract(newest.overlap, modified);
  return { seq, clones: [...clones.slice(0, -1), { ...newest, overlap }] };
}

/** Without the clone `id`: the one before it shares with the one behind it what both shared with it. */
export function withoutClone({ seq, clones }: SnapSet, id: number): SnapSet {
  const index = clones.findIndex((clone) => clone.id === id);
  const removed = clones[index];
  if (removed === undefined) return { seq, clones };
  const rest = clones.filter((clone) => clone !== removed);
  return {
    seq,
    clones: rest.map((clone, i) =>
      i === index - 1 ? { ...clone, overlap: intersect(clone.overlap, removed.overlap) } : clone,
    ),
  };
}
