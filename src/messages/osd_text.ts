/** How Ceph's logs show the parts of an op. */

import type { hobject_t } from '../osd/hobject_t.ts';
import { hobjectToString } from '../osd/hobject_text.ts';
import { pgToString, type spg_t } from '../osd/osd_types.ts';

/** Names of the CEPH_OSD_FLAG_* bits, from bit 0. Ceph: ceph_osd_flag_name (src/osd/osd_types.cc). */
const FLAG_NAMES = [
  'ack',
  'onnvram',
  'ondisk',
  'retry',
  'read',
  'write',
  'ordersnap',
  'peerstat_old',
  'balance_reads',
  'parallelexec',
  'pgop',
  'exec',
  'exec_public',
  'localize_reads',
  'rwordered',
  'ignore_cache',
  'skiprwlocks',
  'ignore_overlay',
  'flush',
  'map_snap_clone',
  'enforce_snapc',
  'redirected',
  'known_if_redirected',
  'full_try',
  'full_force',
  'ignore_redirect',
  'returnvec',
];

/** `ondisk+read+known_if_redirected`. Ceph: ceph_osd_flag_string. */
export function osdFlagString(flags: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if (flags & (1 << bit)) names.push(FLAG_NAMES[bit] ?? '???');
  }
  return names.length === 0 ? '-' : names.join('+');
}

/** `1.7`, `3.0s2`. Ceph: operator<< of spg_t. */
export function spgToString({ pgid, shard }: spg_t): string {
  return shard < 0 ? pgToString(pgid) : `${pgToString(pgid)}s${shard}`;
}

/** `[MIN,1:7b1f3640:::obj1:head)`. */
export function hobjectRangeToString(begin: hobject_t, end: hobject_t): string {
  return `[${hobjectToString(begin)},${hobjectToString(end)})`;
}
