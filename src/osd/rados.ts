/** Constants of the OSD protocol. Ceph: src/include/rados.h. */

export const CEPH_OSD_OP_READ = 0x1201;
export const CEPH_OSD_OP_STAT = 0x1202;

const OP_NAMES = new Map([
  [CEPH_OSD_OP_READ, 'read'],
  [CEPH_OSD_OP_STAT, 'stat'],
]);

export function cephOsdOpName(op: number): string {
  return OP_NAMES.get(op) ?? `0x${op.toString(16)}`;
}

/** Flags of a whole op. */
export const CEPH_OSD_FLAG_ACK = 0x0001;
export const CEPH_OSD_FLAG_ONNVRAM = 0x0002;
export const CEPH_OSD_FLAG_ONDISK = 0x0004;
export const CEPH_OSD_FLAG_RETRY = 0x0008;
export const CEPH_OSD_FLAG_READ = 0x0010;
export const CEPH_OSD_FLAG_WRITE = 0x0020;
export const CEPH_OSD_FLAG_KNOWN_REDIR = 0x400000;

/** Flags of one step of an op. */
export const CEPH_OSD_OP_FLAG_FAILOK = 0x2;

/** snapid_t, read as s64: the topmost values name no snapshot. */
export const CEPH_SNAPDIR = -1;
export const CEPH_NOSNAP = -2;

/** Flags of an OSDMap. */
export const CEPH_OSDMAP_PAUSERD: number = 1 << 2;
export const CEPH_OSDMAP_PAUSEWR: number = 1 << 3;

/** States of an OSD in an OSDMap. */
export const CEPH_OSD_EXISTS: number = 1 << 0;
export const CEPH_OSD_UP: number = 1 << 1;
export const CEPH_OSD_AUTOOUT: number = 1 << 2;
export const CEPH_OSD_NEW: number = 1 << 3;
export const CEPH_OSD_DESTROYED: number = 1 << 7;
export const CEPH_OSD_NOUP: number = 1 << 8;
export const CEPH_OSD_STOP: number = 1 << 12;

/** Weight 1.0, as OSD weights and primary affinities count. */
export const CEPH_OSD_IN = 0x10000;
export const CEPH_OSD_OUT = 0;
export const CEPH_OSD_DEFAULT_PRIMARY_AFFINITY = 0x10000;
export const CEPH_OSD_MAX_PRIMARY_AFFINITY = 0x10000;
