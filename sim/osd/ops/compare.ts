import {
  CEPH_OSD_CMPXATTR_OP_EQ,
  CEPH_OSD_CMPXATTR_OP_GT,
  CEPH_OSD_CMPXATTR_OP_GTE,
  CEPH_OSD_CMPXATTR_OP_LT,
  CEPH_OSD_CMPXATTR_OP_LTE,
  CEPH_OSD_CMPXATTR_OP_NE,
} from '../../../src/osd/rados.ts';

/** As std::string compares: negative, 0 or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Undefined: no such comparison. */
export function isCompared(cmpOp: number, compared: number): boolean | undefined {
  switch (cmpOp) {
    case CEPH_OSD_CMPXATTR_OP_EQ:
      return compared === 0;
    case CEPH_OSD_CMPXATTR_OP_NE:
      return compared !== 0;
    case CEPH_OSD_CMPXATTR_OP_GT:
      return compared > 0;
    case CEPH_OSD_CMPXATTR_OP_GTE:
      return compared >= 0;
    case CEPH_OSD_CMPXATTR_OP_LT:
      return compared < 0;
    case CEPH_OSD_CMPXATTR_OP_LTE:
      return compared <= 0;
    default:
      return undefined;
  }
}
