import { MGetPoolStats } from '../messages/MGetPoolStats.ts';
import { MStatfs } from '../messages/MStatfs.ts';
import type { MonQuestion } from '../mon/MonRequests.ts';
import { snapToString } from '../osd/hobject_text.ts';
import { osdOpToString } from '../osd/OSDOp.ts';
import { type object_locator_t, pgToString } from '../osd/osd_types.ts';
import type { Op } from './Op.ts';

/** An op under way. Names and texts as in `ceph daemon … objecter_requests`. */
export type OpDump = {
  readonly tid: number;
  /** With the whole hash: `1.26c8c2ea`. */
  readonly pg: string;
  /** -1: none can serve it now. */
  readonly osd: number;
  readonly object_id: string;
  readonly object_locator: string;
  readonly target_object_id: string;
  readonly target_object_locator: string;
  readonly paused: number;
  readonly used_replica: number;
  readonly precalc_pgid: number;
  /** Seconds of the clock, as text: `12.345000s`. */
  readonly last_sent: string;
  /** Seconds since then. */
  readonly age: number;
  readonly attempts: number;
  readonly snapid: string;
  readonly snap_context: string;
  readonly mtime: string;
  readonly osd_ops: readonly string[];
};

type MonOpDump = {
  readonly tid: number;
  readonly last_sent: string;
};

/** All that waits for an answer. */
export interface ObjecterRequests {
  readonly ops: readonly OpDump[];
  readonly linger_ops: readonly never[];
  readonly pool_ops: readonly never[];
  readonly pool_stat_ops: readonly (MonOpDump & { readonly pools: readonly string[] })[];
  readonly statfs_ops: readonly MonOpDump[];
  readonly command_ops: readonly never[];
}

/** `now`: by the clock, in milliseconds. Ceph: Objecter::dump_requests. */
export function dumpRequests(
  ops: readonly Op[],
  questions: readonly MonQuestion[],
  now: number,
): ObjecterRequests {
  return {
    ops: ops.map((op) => dumpOp(op, now)),
    linger_ops: [],
    pool_ops: [],
    pool_stat_ops: questions.flatMap(({ message, since }) => {
      if (!(message instanceof MGetPoolStats)) return [];
      return [{ tid: message.tid, last_sent: secondsToString(since), pools: message.pools }];
    }),
    statfs_ops: questions.flatMap(({ message, since }) => {
      return message instanceof MStatfs
        ? [{ tid: message.tid, last_sent: secondsToString(since) }]
        : [];
    }),
    command_ops: [],
  };
}

function dumpOp({ tid, target, ops, snapid, attempts, stamp }: Op, now: number): OpDump {
  return {
    tid,
    pg: pgToString(target.rawPgid),
    osd: target.osd,
    object_id: target.baseOid,
    object_locator: locatorToString(target.baseOloc),
    target_object_id: target.targetOid,
    target_object_locator: locatorToString(target.targetOloc),
    paused: Number(target.paused),
    used_replica: Number(target.usedReplica),
    precalc_pgid: Number(target.baseOid === ''),
    last_sent: secondsToString(stamp),
    age: (now - stamp) / 1000,
    attempts,
    snapid: snapToString(snapid),
    snap_context: '0=[]',
    mtime: '1970-01-01T00:00:00.000000+0000',
    osd_ops: ops.map(osdOpToString),
  };
}

/** `@1;namespace:key`. Ceph: operator<< of object_locator_t. */
function locatorToString({ pool, nspace, key }: object_locator_t): string {
  return `@${pool}${nspace === '' ? '' : `;${nspace}`}${key === '' ? '' : `:${key}`}`;
}

function secondsToString(ms: number): string {
  return `${(ms / 1000).toFixed(6)}s`;
}
