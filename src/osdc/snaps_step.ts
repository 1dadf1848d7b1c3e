import { decodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import { NO_ARGS } from '../osd/osd_op_args.ts';
import { CEPH_NOSNAP, CEPH_OSD_OP_LIST_SNAPS } from '../osd/rados.ts';
import { decodeOut } from './decode_out.ts';
import type { Step } from './ObjectOperation.ts';

/** What an object was like at one time. */
export interface ObjectClone {
  /** The newest snapshot that it was kept for; `head`: it is as it is now. */
  readonly id: number | 'head';
  /** The snapshots that see it so; of the head none are told. */
  readonly snaps: readonly number[];
  /** Bytes. */
  readonly size: number;
  /** Where it is still the same as the next one. */
  readonly overlap: readonly (readonly [offset: number, length: number])[];
}

export interface SnapSet {
  /** The newest snapshot when the object was last written. */
  readonly seq: number;
  /** From old to new; the head, if there is one, is the last. */
  readonly clones: readonly ObjectClone[];
}

/** Section header, u64 id, two counts, u64 size. */
const CLONE_LENGTH_MIN = 6 + 8 + 4 + 4 + 8;

/** Is answered only where CEPH_SNAPDIR is read. */
export const LIST_SNAPS_STEP: Step<SnapSet> = {
  op: { op: CEPH_OSD_OP_LIST_SNAPS, flags: 0, args: NO_ARGS, indata: new Uint8Array(0) },
  decode: (out) => decodeOut(out, 'list_snaps', decodeSnapSet),
};

/**
 * Section v2 { vector<clone_info>, u64 seq (v2) }. Ceph: obj_list_snap_response_t
 * (src/include/rados/rados_types.hpp).
 */
function decodeSnapSet(dec: Decoder): SnapSet {
  const version = dec.decodeStart('obj_list_snap_response_t', 2);
  const clones = decodeVector(dec, 'clones', CLONE_LENGTH_MIN, () => decodeClone(dec));
  const seq = version >= 2 ? dec.u64() : 0;
  dec.decodeFinish();
  return { seq, clones };
}

/** Section v1 { u64 id, vector<u64> snaps, vector<pair<u64, u64>> overlap, u64 size }. */
function decodeClone(dec: Decoder): ObjectClone {
  dec.decodeStart('clone_info', 1);
  const id = dec.s64();
  const snaps = decodeVector(dec, 'snaps', 8, () => dec.u64());
  const overlap = decodeVector(dec, 'overlap', 16, () => [dec.u64(), dec.u64()] as const);
  const size = dec.u64();
  dec.decodeFinish();
  return { id: id === CEPH_NOSNAP ? 'head' : id, snaps, size, overlap };
}
