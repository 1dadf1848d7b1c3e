/** Steps that read the attributes of an object. */

import { utf8Encode } from '../common/utf8.ts';
import { NO_ARGS } from '../osd/osd_op_args.ts';
import { CEPH_OSD_OP_GETXATTR, CEPH_OSD_OP_GETXATTRS } from '../osd/rados.ts';
import { decodeOut, decodeVals } from './decode_out.ts';
import type { Step } from './ObjectOperation.ts';

export function getXattrStep(name: string): Step<Uint8Array> {
  const indata = utf8Encode(name);
  const args = {
    kind: 'xattr',
    nameLength: indata.length,
    valueLength: 0,
    cmpOp: 0,
    cmpMode: 0,
  } as const;
  return { op: { op: CEPH_OSD_OP_GETXATTR, flags: 0, args, indata }, decode: (out) => out };
}

export const GET_XATTRS_STEP: Step<Map<string, Uint8Array>> = {
  op: { op: CEPH_OSD_OP_GETXATTRS, flags: 0, args: NO_ARGS, indata: new Uint8Array(0) },
  decode: (out) => decodeOut(out, 'getxattrs', decodeVals),
};
