import type { OSDOp } from '../osd/OSDOp.ts';
import { CEPH_OSD_OP_READ, CEPH_OSD_OP_STAT } from '../osd/rados.ts';

const EMPTY = new Uint8Array(0);

/**
 * Steps that an OSD does as one, on one object, and what their outputs mean.
 * Ceph: ObjectOperation (src/osdc/Objecter.h).
 */
export interface ObjectOperation<R extends readonly unknown[]> {
  readonly ops: readonly OSDOp[];
  /**
   * The results, from one output per step and the version of the object; DecodeError for outputs
   * that make no sense. Views of `outdata` may be kept.
   */
  decode(outdata: readonly Uint8Array[], version: bigint): R;
}

/** `length` 0: to the end of the object. */
export function osdOpRead(offset: number, length: number): OSDOp {
  return {
    op: CEPH_OSD_OP_READ,
    flags: 0,
    args: { kind: 'extent', offset, length, truncateSize: 0, truncateSeq: 0 },
    indata: EMPTY,
  };
}

export const OSD_OP_STAT: OSDOp = {
  op: CEPH_OSD_OP_STAT,
  flags: 0,
  args: { kind: 'none' },
  indata: EMPTY,
};
