import type { OSDOp } from '../osd/OSDOp.ts';

export const NO_DATA: Uint8Array = new Uint8Array(0);

const NO_PIECES: readonly Uint8Array[] = [];

/** The data segment of a request: what its steps bring, in order. Ceph: OSDOp::merge_osd_op_vector_in_data. */
export function mergeInData(ops: readonly OSDOp[]): readonly Uint8Array[] {
  let pieces: Uint8Array[] | undefined;
  for (const { indata } of ops) {
    if (indata.length === 0) continue;
    pieces ??= [];
    pieces.push(indata);
  }
  return pieces ?? NO_PIECES;
}

/** The data segment of a reply. Ceph: OSDOp::merge_osd_op_vector_out_data. */
export function mergeOutData(outdata: readonly Uint8Array[]): readonly Uint8Array[] {
  return outdata.filter((piece) => piece.length > 0);
}

/** One step's part of a data segment, as a view. The lengths must add up to all of it: see the callers. */
export function sliceData(data: Uint8Array, at: number, length: number): Uint8Array {
  if (length === 0) return NO_DATA;
  return length === data.length ? data : data.subarray(at, at + length);
}
