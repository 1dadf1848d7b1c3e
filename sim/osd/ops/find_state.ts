import { CEPH_NOSNAP, CEPH_SNAPDIR } from '../../../src/osd/rados.ts';
import type { ObjectState } from '../store/ObjectState.ts';
import type { StoredObject } from '../store/StoredObject.ts';

/**
 * An object as it was when a snapshot was made; undefined: there was none. A whiteout is found, and is
 * no object. Ceph: PrimaryLogPG::find_object_context.
 */
export function findState(object: StoredObject, snapid: number): ObjectState | undefined {
  const { head, snapset, clones } = object;
  if (snapid === CEPH_NOSNAP || snapid === CEPH_SNAPDIR || snapid > snapset.seq) return head;
  const clone = snapset.clones.find(({ id }) => id >= snapid);
  return clone?.snaps.includes(snapid) === true ? clones.get(clone.id) : undefined;
}
