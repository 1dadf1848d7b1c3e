/** Steps that have no result: the op fails if what they say of the object is not so. */

import { Encoder } from '../common/Encoder.ts';
import { utf8Compare, utf8Encode } from '../common/utf8.ts';
import {
  CEPH_OSD_CMPXATTR_MODE_STRING,
  CEPH_OSD_CMPXATTR_MODE_U64,
  CEPH_OSD_CMPXATTR_OP_EQ,
  CEPH_OSD_CMPXATTR_OP_GT,
  CEPH_OSD_CMPXATTR_OP_GTE,
  CEPH_OSD_CMPXATTR_OP_LT,
  CEPH_OSD_CMPXATTR_OP_LTE,
  CEPH_OSD_CMPXATTR_OP_NE,
  CEPH_OSD_OP_ASSERT_VER,
  CEPH_OSD_OP_CMPEXT,
  CEPH_OSD_OP_CMPXATTR,
  CEPH_OSD_OP_OMAP_CMP,
} from '../osd/rados.ts';
import type { Step } from './ObjectOperation.ts';
import { omapOp } from './omap_steps.ts';

export type Comparison = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';

export const COMPARISONS: Readonly<Record<Comparison, number>> = {
  eq: CEPH_OSD_CMPXATTR_OP_EQ,
  ne: CEPH_OSD_CMPXATTR_OP_NE,
  gt: CEPH_OSD_CMPXATTR_OP_GT,
  gte: CEPH_OSD_CMPXATTR_OP_GTE,
  lt: CEPH_OSD_CMPXATTR_OP_LT,
  lte: CEPH_OSD_CMPXATTR_OP_LTE,
};

export interface OmapAssertion {
  readonly op: Comparison;
  readonly value: Uint8Array;
}

type Check = Step<undefined>;

const EMPTY = new Uint8Array(0);

/** Bytes behind the end of the object count as zeros. */
export function cmpextStep(offset: number, expected: Uint8Array): Check {
  const { length } = expected;
  const args = { kind: 'extent', offset, length, truncateSize: 0, truncateSeq: 0 } as const;
  return check({ op: CEPH_OSD_OP_CMPEXT, flags: 0, args, indata: expected });
}

/** Bytes are compared as bytes, a number with the number that the attribute says in decimal digits. */
export function cmpXattrStep(name: string, op: Comparison, value: Uint8Array | bigint): Check {
  const nameBytes = utf8Encode(name);
  const isNumber = typeof value === 'bigint';
  const enc = new Encoder();
  enc.raw(nameBytes);
  if (isNumber) enc.bigU64(value);
  else enc.raw(value);
  const args = {
    kind: 'xattr',
    nameLength: nameBytes.length,
    valueLength: enc.length - nameBytes.length,
    cmpOp: COMPARISONS[op],
    cmpMode: isNumber ? CEPH_OSD_CMPXATTR_MODE_U64 : CEPH_OSD_CMPXATTR_MODE_STRING,
  } as const;
  return check({ op: CEPH_OSD_OP_CMPXATTR, flags: 0, args, indata: enc.take() });
}

/** map<string, pair<bufferlist, s32 comparison>>. */
export function omapCmpStep(assertions: ReadonlyMap<string, OmapAssertion>): Check {
  const enc = new Encoder();
  enc.u32(assertions.size);
  for (const [key, { op, value }] of [...assertions].sort(([a], [b]) => utf8Compare(a, b))) {
    enc.string(key);
    enc.blob(value);
    enc.s32(COMPARISONS[op]);
  }
  return check(omapOp(CEPH_OSD_OP_OMAP_CMP, enc));
}

export function assertVersionStep(version: bigint): Check {
  const args = { kind: 'assert_ver', version } as const;
  return check({ op: CEPH_OSD_OP_ASSERT_VER, flags: 0, args, indata: EMPTY });
}

function check(op: Check['op']): Check {
  return { op, decode: () => undefined };
}
