import {
  CEPH_OSD_FLAG_BALANCE_READS,
  CEPH_OSD_FLAG_FULL_TRY,
  CEPH_OSD_FLAG_IGNORE_CACHE,
  CEPH_OSD_FLAG_IGNORE_OVERLAY,
  CEPH_OSD_FLAG_IGNORE_REDIRECT,
  CEPH_OSD_FLAG_LOCALIZE_READS,
  CEPH_OSD_FLAG_RWORDERED,
  CEPH_OSD_FLAG_SKIPRWLOCKS,
  CEPH_OSD_OP_FLAG_FADVISE_DONTNEED,
  CEPH_OSD_OP_FLAG_FADVISE_NOCACHE,
  CEPH_OSD_OP_FLAG_FADVISE_RANDOM,
  CEPH_OSD_OP_FLAG_FADVISE_SEQUENTIAL,
  CEPH_OSD_OP_FLAG_FADVISE_WILLNEED,
} from '../osd/rados.ts';
import { invalid } from './check_arguments.ts';

/** How a whole op is to be done. Ceph: LIBRADOS_OPERATION_*. */
export type ReadFlag =
  /** From any OSD that has a copy. */
  | 'balance_reads'
  /** From the nearest OSD that has a copy. */
  | 'localize_reads'
  /** After the writes that were sent before. */
  | 'order_reads_writes'
  | 'ignore_cache'
  | 'skiprwlocks'
  | 'ignore_overlay'
  | 'full_try'
  | 'ignore_redirect';

export type ReadFlags = ReadFlag | readonly ReadFlag[];

/** How what is read will be used. Ceph: LIBRADOS_OP_FLAG_FADVISE_*. */
export type Fadvise = 'random' | 'sequential' | 'willneed' | 'dontneed' | 'nocache';

/** Ceph: translate_flags (src/librados/librados_util.cc). */
const READ_FLAGS: Readonly<Record<ReadFlag, number>> = {
  balance_reads: CEPH_OSD_FLAG_BALANCE_READS,
  localize_reads: CEPH_OSD_FLAG_LOCALIZE_READS,
  order_reads_writes: CEPH_OSD_FLAG_RWORDERED,
  ignore_cache: CEPH_OSD_FLAG_IGNORE_CACHE,
  skiprwlocks: CEPH_OSD_FLAG_SKIPRWLOCKS,
  ignore_overlay: CEPH_OSD_FLAG_IGNORE_OVERLAY,
  full_try: CEPH_OSD_FLAG_FULL_TRY,
  ignore_redirect: CEPH_OSD_FLAG_IGNORE_REDIRECT,
};

const FADVISE: Readonly<Record<Fadvise, number>> = {
  random: CEPH_OSD_OP_FLAG_FADVISE_RANDOM,
  sequential: CEPH_OSD_OP_FLAG_FADVISE_SEQUENTIAL,
  willneed: CEPH_OSD_OP_FLAG_FADVISE_WILLNEED,
  dontneed: CEPH_OSD_OP_FLAG_FADVISE_DONTNEED,
  nocache: CEPH_OSD_OP_FLAG_FADVISE_NOCACHE,
};

/** CEPH_OSD_FLAG_*. */
export function readFlagBits(syscall: string, flags: ReadFlags | undefined): number {
  return bitsOf(syscall, READ_FLAGS, flags);
}

/** CEPH_OSD_OP_FLAG_*. */
export function fadviseBits(advice: Fadvise | readonly Fadvise[] | undefined): number {
  return bitsOf('read', FADVISE, advice);
}

function bitsOf<Name extends string>(
  syscall: string,
  table: Readonly<Record<Name, number>>,
  names: Name | readonly Name[] | undefined,
): number {
  if (names === undefined) return 0;
  let bits = 0;
  for (const name of typeof names === 'string' ? [names] : names) {
    if (!Object.hasOwn(table, name)) throw invalid(syscall, `no such flag: ${name}`);
    bits |= table[name];
  }
  return bits;
}
