/** How Ceph's logs show the parts of an op. */

import { utf8Encode } from '../common/utf8.ts';
import type { hobject_t } from '../osd/hobject_t.ts';
import { pgToString, type spg_t } from '../osd/osd_types.ts';
import { CEPH_NOSNAP, CEPH_SNAPDIR } from '../osd/rados.ts';

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

/** `head`, `snapdir` or the number in hexadecimal. Ceph: operator<< of snapid_t. */
export function snapToString(snap: number): string {
  if (snap === CEPH_NOSNAP) return 'head';
  return snap === CEPH_SNAPDIR ? 'snapdir' : snap.toString(16);
}

/** `1:7b1f3640:::obj1:head`. Ceph: operator<< of hobject_t (src/common/hobject.cc). */
export function hobjectToString(hobj: {
  readonly pool: number;
  readonly hash: number;
  readonly nspace: string;
  readonly key: string;
  readonly oid: string;
  readonly snap: number;
}): string {
  const names = [hobj.nspace, hobj.key, hobj.oid].map(escaped).join(':');
  return `${hobj.pool}:${reversedHex(hobj.hash)}:${names}:${snapToString(hobj.snap)}`;
}

/** `1.7`, `3.0s2`. Ceph: operator<< of spg_t. */
export function spgToString({ pgid, shard }: spg_t): string {
  return shard < 0 ? pgToString(pgid) : `${pgToString(pgid)}s${shard}`;
}

/** `[MIN,1:7b1f3640:::obj1:head)`. */
export function hobjectRangeToString(begin: hobject_t, end: hobject_t): string {
  return `[${boundToString(begin)},${boundToString(end)})`;
}

function boundToString({ pool, isMax, ...object }: hobject_t): string {
  if (isMax) return 'MAX';
  return pool === undefined ? 'MIN' : hobjectToString({ pool, ...object });
}

/** Objects sort by their hash with the bits from last to first. */
function reversedHex(hash: number): string {
  const bits = hash.toString(2).padStart(32, '0');
  const reversed = Number.parseInt([...bits].reverse().join(''), 2);
  return reversed.toString(16).padStart(8, '0');
}

function escaped(name: string): string {
  let text = '';
  for (const byte of utf8Encode(name)) {
    const char = String.fromCharCode(byte);
    const plain = byte >= 0x20 && byte < 0x7f && !'%:/'.includes(char);
    text += plain ? char : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
