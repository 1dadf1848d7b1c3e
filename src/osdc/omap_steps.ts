/** Steps that read the omap of an object: its keys, their values, its header. */

import { decodeVector } from '../common/containers.ts';
import { Encoder } from '../common/Encoder.ts';
import { utf8Compare } from '../common/utf8.ts';
import type { OSDOp } from '../osd/OSDOp.ts';
import { NO_ARGS } from '../osd/osd_op_args.ts';
import {
  CEPH_OSD_OP_OMAPGETHEADER,
  CEPH_OSD_OP_OMAPGETKEYS,
  CEPH_OSD_OP_OMAPGETVALS,
  CEPH_OSD_OP_OMAPGETVALSBYKEYS,
} from '../osd/rados.ts';
import { decodeOut, decodeVals } from './decode_out.ts';
import type { Step } from './ObjectOperation.ts';

/** Keys of an omap, in the order of their bytes. */
export interface OmapKeys {
  readonly keys: readonly string[];
  /** There are keys behind the last one of these. */
  readonly more: boolean;
}

export interface OmapVals {
  /** In the order of the bytes of the keys. */
  readonly vals: ReadonlyMap<string, Uint8Array>;
  /** There are keys behind the last one of these. */
  readonly more: boolean;
}

/** `string startAfter, u64 maxReturn`. */
export function omapGetKeysStep(startAfter: string, maxReturn: number): Step<OmapKeys> {
  const enc = new Encoder();
  enc.string(startAfter);
  enc.u64(maxReturn);
  return { op: omapOp(CEPH_OSD_OP_OMAPGETKEYS, enc), decode: decodeKeysAndMore };
}

/** `string startAfter, u64 maxReturn, string filterPrefix`. */
export function omapGetValsStep(
  startAfter: string,
  filterPrefix: string,
  maxReturn: number,
): Step<OmapVals> {
  const enc = new Encoder();
  enc.string(startAfter);
  enc.u64(maxReturn);
  enc.string(filterPrefix);
  return { op: omapOp(CEPH_OSD_OP_OMAPGETVALS, enc), decode: decodeValsAndMore };
}

/** `set<string> keys`. Keys that are not there have no value in the result. */
export function omapGetValsByKeysStep(keys: Iterable<string>): Step<Map<string, Uint8Array>> {
  const sorted = [...new Set(keys)].sort(utf8Compare);
  const enc = new Encoder();
  enc.u32(sorted.length);
  for (const key of sorted) enc.string(key);
  return {
    op: omapOp(CEPH_OSD_OP_OMAPGETVALSBYKEYS, enc),
    decode: (out) => decodeOut(out, 'omap_get_vals_by_keys', decodeVals),
  };
}

export const OMAP_GET_HEADER_STEP: Step<Uint8Array> = {
  op: { op: CEPH_OSD_OP_OMAPGETHEADER, flags: 0, args: NO_ARGS, indata: new Uint8Array(0) },
  decode: (out) => out,
};

/** The arguments say once more how long the input is. Ceph: ObjectOperation::add_data. */
export function omapOp(op: number, enc: Encoder): OSDOp {
  const indata = enc.take();
  const { length } = indata;
  const args = { kind: 'extent', offset: 0, length, truncateSize: 0, truncateSeq: 0 } as const;
  return { op, flags: 0, args, indata };
}

/** set<string>, bool more. */
function decodeKeysAndMore(out: Uint8Array): OmapKeys {
  return decodeOut(out, 'omap_get_keys', (dec) => {
    const keys = decodeVector(dec, 'keys', 4, () => dec.string('key'));
    return { keys, more: dec.bool() };
  });
}

/** map<string, bufferlist>, bool more. */
function decodeValsAndMore(out: Uint8Array): OmapVals {
  return decodeOut(out, 'omap_get_vals', (dec) => {
    const vals = decodeVals(dec);
    return { vals, more: dec.bool() };
  });
}
