import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { snap_interval_set_t } from '../../src/osd/snap_intervals.ts';
import type { ObjectStore } from './store/ObjectStore.ts';
import { withoutClone } from './store/SnapSet.ts';
import type { StoredObject } from './store/StoredObject.ts';

/** Takes from a pool what was kept for snapshots that are no more. Ceph: PrimaryLogPG::trim_object. */
export function trimSnaps(
  store: ObjectStore,
  map: OSDMap,
  pool: number,
  removed: snap_interval_set_t,
): void {
  const objects = store.pool(pool);
  for (const object of [...objects.all()]) {
    if (!trimObject(object, removed)) continue;
    const log = store.log(map.rawPgToPg({ pool, seed: object.id.hash }));
    log.noteVersion(log.next(map.epoch), 0);
    const isGone = object.head?.isWhiteout !== false && object.snapset.clones.length === 0;
    if (isGone) objects.remove(object.id);
  }
}

/** Whether anything was kept for them. */
function trimObject(object: StoredObject, removed: snap_interval_set_t): boolean {
  const isRemoved = (snap: number): boolean =>
    removed.some(({ start, length }) => snap >= start && snap < start + length);
  const { seq, clones } = object.snapset;
  if (!clones.some(({ snaps }) => snaps.some(isRemoved))) return false;
  const left = clones.map((clone) => ({
    ...clone,
    snaps: clone.snaps.filter((snap) => !isRemoved(snap)),
  }));
  object.snapset = { seq, clones: left };
  for (const { id, snaps } of left) {
    if (snaps.length > 0) continue;
    object.snapset = withoutClone(object.snapset, id);
    object.clones.delete(id);
  }
  return true;
}
