import fc from 'fast-check';
import type { OSDOp } from '../../src/osd/OSDOp.ts';
import {
  CEPH_OSD_OP_ASSERT_VER,
  CEPH_OSD_OP_CALL,
  CEPH_OSD_OP_CHECKSUM,
  CEPH_OSD_OP_CMPXATTR,
  CEPH_OSD_OP_GETXATTR,
  CEPH_OSD_OP_GETXATTRS,
  CEPH_OSD_OP_OMAPGETVALS,
  CEPH_OSD_OP_PGNLS,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_STAT,
} from '../../src/osd/rados.ts';

const u8 = fc.nat(0xff);
const u32 = fc.nat(0xffffffff);
const u64 = fc.maxSafeNat();
const UNKNOWN_OP = 0x1fff;

const extent = fc.record({
  kind: fc.constant('extent' as const),
  offset: u64,
  length: u64,
  truncateSize: u64,
  truncateSeq: u32,
});
const xattr = fc.record({
  kind: fc.constant('xattr' as const),
  nameLength: u32,
  valueLength: u32,
  cmpOp: u8,
  cmpMode: u8,
});
const checksum = fc.record({
  kind: fc.constant('checksum' as const),
  offset: u64,
  length: u64,
  chunkSize: u32,
  type: u8,
});
const cls = fc.record({
  kind: fc.constant('cls' as const),
  classLength: u8,
  methodLength: u8,
  inputLength: u32,
});
const assertVer = fc.record({
  kind: fc.constant('assert_ver' as const),
  version: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});
const pgls = fc.record({ kind: fc.constant('pgls' as const), count: u64, startEpoch: u32 });
const raw = fc.record({
  kind: fc.constant('raw' as const),
  bytes: fc.uint8Array({ minLength: 28, maxLength: 28 }),
});

const codeAndArgs: fc.Arbitrary<Pick<OSDOp, 'op' | 'args'>> = fc.oneof(
  fc.record({ op: fc.constantFrom(CEPH_OSD_OP_READ, CEPH_OSD_OP_OMAPGETVALS), args: extent }),
  fc.record({
    op: fc.constantFrom(CEPH_OSD_OP_STAT, CEPH_OSD_OP_GETXATTRS),
    args: fc.constant({ kind: 'none' as const }),
  }),
  fc.record({ op: fc.constantFrom(CEPH_OSD_OP_GETXATTR, CEPH_OSD_OP_CMPXATTR), args: xattr }),
  fc.record({ op: fc.constant(CEPH_OSD_OP_CHECKSUM), args: checksum }),
  fc.record({ op: fc.constant(CEPH_OSD_OP_CALL), args: cls }),
  fc.record({ op: fc.constant(CEPH_OSD_OP_ASSERT_VER), args: assertVer }),
  fc.record({ op: fc.constant(CEPH_OSD_OP_PGNLS), args: pgls }),
  fc.record({ op: fc.constant(UNKNOWN_OP), args: raw }),
);

/** A step of an op with any arguments that its code allows. */
export const anyOSDOp: fc.Arbitrary<OSDOp> = fc
  .tuple(codeAndArgs, u32, fc.uint8Array({ maxLength: 40 }))
  .map(([step, flags, indata]) => ({ ...step, flags, indata }));
