import { PerfCounters } from '../common/PerfCounters.ts';
import {
  CEPH_OSD_FLAG_READ,
  CEPH_OSD_FLAG_WRITE,
  CEPH_OSD_OP_CALL,
  CEPH_OSD_OP_CMPXATTR,
  CEPH_OSD_OP_GETXATTR,
  CEPH_OSD_OP_MAPEXT,
  CEPH_OSD_OP_OMAPGETHEADER,
  CEPH_OSD_OP_OMAPGETKEYS,
  CEPH_OSD_OP_OMAPGETVALS,
  CEPH_OSD_OP_OMAPGETVALSBYKEYS,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_SPARSE_READ,
  CEPH_OSD_OP_STAT,
} from '../osd/rados.ts';
import type { Op } from './Op.ts';

/** Section `objecter` of `perf dump`, in Ceph's order. Ceph: src/osdc/Objecter.cc, l_osdc_*. */
const NAMES = [
  'op_active',
  'op_laggy',
  'op_send',
  'op_send_bytes',
  'op_resend',
  'op_reply',
  'oplen_avg',
  'op',
  'op_r',
  'op_w',
  'op_rmw',
  'op_pg',
  'osdop_stat',
  'osdop_create',
  'osdop_read',
  'osdop_write',
  'osdop_writefull',
  'osdop_writesame',
  'osdop_append',
  'osdop_zero',
  'osdop_truncate',
  'osdop_delete',
  'osdop_mapext',
  'osdop_sparse_read',
  'osdop_clonerange',
  'osdop_getxattr',
  'osdop_setxattr',
  'osdop_cmpxattr',
  'osdop_rmxattr',
  'osdop_resetxattrs',
  'osdop_call',
  'osdop_watch',
  'osdop_notify',
  'osdop_src_cmpxattr',
  'osdop_pgls',
  'osdop_pgls_filter',
  'osdop_other',
  'linger_active',
  'linger_send',
  'linger_resend',
  'linger_ping',
  'poolop_active',
  'poolop_send',
  'poolop_resend',
  'poolstat_active',
  'poolstat_send',
  'poolstat_resend',
  'statfs_active',
  'statfs_send',
  'statfs_resend',
  'command_active',
  'command_send',
  'command_resend',
  'map_epoch',
  'map_full',
  'map_inc',
  'osd_sessions',
  'osd_session_open',
  'osd_session_close',
  'osd_laggy',
  'omap_wr',
  'omap_rd',
  'omap_del',
] as const;

export type OsdcCounter = (typeof NAMES)[number];

export function makeOsdcCounters(): PerfCounters<OsdcCounter> {
  return new PerfCounters<OsdcCounter>(NAMES, ['oplen_avg']);
}

const OSD_OP_COUNTERS = new Map<number, OsdcCounter>([
  [CEPH_OSD_OP_READ, 'osdop_read'],
  [CEPH_OSD_OP_STAT, 'osdop_stat'],
  [CEPH_OSD_OP_MAPEXT, 'osdop_mapext'],
  [CEPH_OSD_OP_SPARSE_READ, 'osdop_sparse_read'],
  [CEPH_OSD_OP_GETXATTR, 'osdop_getxattr'],
  [CEPH_OSD_OP_CMPXATTR, 'osdop_cmpxattr'],
  [CEPH_OSD_OP_CALL, 'osdop_call'],
  [CEPH_OSD_OP_OMAPGETKEYS, 'omap_rd'],
  [CEPH_OSD_OP_OMAPGETVALS, 'omap_rd'],
  [CEPH_OSD_OP_OMAPGETHEADER, 'omap_rd'],
  [CEPH_OSD_OP_OMAPGETVALSBYKEYS, 'omap_rd'],
]);

/** Counts an op that is submitted. Ceph: Objecter::_send_op_account. */
export function countOp(counters: PerfCounters<OsdcCounter>, { target, ops }: Op): void {
  counters.inc('op_active');
  counters.inc('op');
  counters.inc('oplen_avg', ops.length);
  if (target.flags & CEPH_OSD_FLAG_READ) {
    counters.inc(target.flags & CEPH_OSD_FLAG_WRITE ? 'op_rmw' : 'op_r');
  } else {
    counters.inc('op_w');
  }
  for (const step of ops) counters.inc(osdOpCounter(step.op));
}

/** Which counter counts an op code. */
function osdOpCounter(op: number): OsdcCounter {
  return OSD_OP_COUNTERS.get(op) ?? 'osdop_other';
}
