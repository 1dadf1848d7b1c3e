/** A mistake that somebody could make, as a change of one place in the sources. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** Stands there once. */
  readonly find: string;
  readonly put: string;
}

const OBJECTER = 'src/osdc/Objecter.ts';
const SESSIONS = 'src/osdc/OSDSessions.ts';
const TARGET = 'src/osdc/op_target.ts';
const RESCAN = 'src/osdc/OpRescan.ts';
const APPLY = 'src/osd/osdmap_apply.ts';
const APPLY_OSDS = 'src/osd/osdmap_apply_osds.ts';
const MAPPING = 'src/osd/osdmap_mapping.ts';

/** Modelled on what other clients have got wrong, and on what Ceph's tracker knows. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a reply of an older attempt is believed',
    file: OBJECTER,
    find: 'return reply.retryAttempt >= 0 && reply.retryAttempt !== op.attempts - 1;',
    put: 'return reply.retryAttempt === Number.NEGATIVE_INFINITY;',
  },
  {
    name: 'after a reset nothing is sent again',
    file: SESSIONS,
    find: 'this.#owner.kickRequests(session);',
    put: '',
  },
  {
    name: 'another primary is no reason to send again',
    file: TARGET,
    find: 'actingPrimary !== primary ||',
    put: '',
  },
  {
    name: 'a split is no reason to send again',
    file: TARGET,
    find: '(target.pgNum > 0 && isSplitOrMerge(target.pgid.seed, target.pgNum, pool.pgNum)) ||',
    put: '',
  },
  {
    name: 'the PG of the first map is kept',
    file: TARGET,
    find: '    target.pgid = pgid;',
    put: '    if (target.pgNum === 0) target.pgid = pgid;',
  },
  {
    name: 'ops are sent again in the wrong order',
    file: 'src/osdc/OSDSession.ts',
    find: 'a.tid - b.tid',
    put: 'b.tid - a.tid',
  },
  {
    name: 'ops are sent again though reads are paused',
    file: OBJECTER,
    find: 'if (session !== this.#sessions.homeless && !op.target.paused) this.#sendOp(session, op);',
    put: 'if (session !== this.#sessions.homeless) this.#sendOp(session, op);',
  },
  {
    name: 'nobody knows of pauserd',
    file: TARGET,
    find: 'if (flags & CEPH_OSD_FLAG_READ && map.flags & CEPH_OSDMAP_PAUSERD) return true;',
    put: '',
  },
  {
    name: 'the end of a pause is no reason to send',
    file: TARGET,
    find: "return changed || (wasPaused && !target.paused) ? 'need_resend'",
    put: "return changed ? 'need_resend'",
  },
  {
    name: 'attempts are not counted',
    file: OBJECTER,
    find: 'op.attempts += 1;',
    put: 'op.attempts = 1;',
  },
  {
    name: 'RETRY is not said',
    file: 'src/osdc/osd_op_message.ts',
    find: '(attempts > 0 ? CEPH_OSD_FLAG_RETRY : 0)',
    put: '(attempts > 99 ? CEPH_OSD_FLAG_RETRY : 0)',
  },
  {
    name: 'EAGAIN of a replica is told to the caller',
    file: OBJECTER,
    find: 'reply.redirect !== undefined || reply.result === -EAGAIN',
    put: 'reply.redirect !== undefined',
  },
  {
    name: 'a replica is asked for any read',
    file: TARGET,
    find: '(flags & any) !== 0 &&',
    put: '(flags & any) >= 0 &&',
  },
  {
    name: 'backoffs are not heeded',
    file: OBJECTER,
    find: ' || session.holdsBack(op.target)) return;',
    put: ') return;',
  },
  {
    name: 'budget is not given back by who fails',
    file: OBJECTER,
    find: '    this.#budget.release(op);',
    put: '    if (result >= 0) this.#budget.release(op);',
  },
  {
    name: 'there is no limit of ops in flight',
    file: 'src/common/Throttle.ts',
    find: 'return this.max === 0 || ',
    put: 'return this.max >= 0 || ',
  },
  {
    name: 'an OSD that is elsewhere now is not noticed',
    file: SESSIONS,
    find: 'return String(addr) !== String(session.addr);',
    put: 'return addr === undefined;',
  },
  {
    name: 'maps that were skipped have changed nothing',
    file: RESCAN,
    find: "decision === 'need_resend' || skipped ||",
    put: "decision === 'need_resend' ||",
  },
  {
    name: 'ops without an OSD are forgotten by new maps',
    file: OBJECTER,
    find: 'this.#rescan.scan(this.#sessions.homeless, map, skipped);',
    put: '',
  },
  {
    name: 'a whole map is of no use when maps between were not seen',
    file: 'src/osdc/next_maps.ts',
    find: 'wantsFull && message.maps.has(last)',
    put: 'wantsFull && message.maps.has(-1)',
  },
  {
    name: 'new pg_temp in an incremental is left out',
    file: APPLY,
    find: 'pgTemp: changedPgs(map.pgTemp, inc.newPgTemp, noTemp),',
    put: 'pgTemp: map.pgTemp,',
  },
  {
    name: 'primary affinity in an incremental is left out',
    file: APPLY_OSDS,
    find: 'for (const [osd, affinity] of inc.newPrimaryAffinity) osds.setPrimaryAffinity(osd, affinity);',
    put: '',
  },
  {
    name: 'upmaps are left out',
    file: MAPPING,
    find: 'applyUpmap(map, pg, raw))',
    put: 'raw)',
  },
  {
    name: 'primary_temp is left out',
    file: MAPPING,
    find: 'const primary = primaryTemp(map, pg) ?? tempPrimary;',
    put: 'const primary = tempPrimary;',
  },
  {
    name: 'hashes are folded by % where pg_num is no power of two',
    file: 'src/osd/pg_pool.ts',
    find: 'cephStableMod(raw.seed, pool.pgNum)',
    put: 'raw.seed % pool.pgNum',
  },
  {
    name: 'CRUSH takes OSDs whose weight is less than 1 always',
    file: 'src/crush/mapper.ts',
    find: '(itemType === 0 && isOut(run.weights, item, x)));',
    put: '(itemType === 99 && isOut(run.weights, item, x)));',
  },
  {
    name: 'messages have the same number',
    file: 'src/msg/OutQueue.ts',
    find: 'message.seq = ++this.#outSeq;\n    return message;',
    put: 'message.seq = this.#outSeq + 1;\n    return message;',
  },
  {
    name: 'nobody is told of a reset',
    file: 'src/msg/SimplePolicyMessenger.ts',
    find: 'if (dispatcher.msHandleReset(con, why)) return;',
    put: 'if (why === undefined && dispatcher.msHandleReset(con, why)) return;',
  },
  {
    name: 'connections of closed sessions stay',
    file: SESSIONS,
    find: '    con.markDown();',
    put: '',
  },
  {
    name: 'a connection that fell silent is not noticed',
    file: OBJECTER,
    find: 'for (const session of laggy.silent) {',
    put: 'for (const session of laggy.silent.slice(99)) {',
  },
  {
    name: 'the listener to a signal stays',
    file: 'src/librados/AbortListeners.ts',
    find: "signal.removeEventListener('abort', listener.onAbort);",
    put: '',
  },
  {
    name: 'the tick goes on after the end',
    file: 'src/osdc/ObjecterTick.ts',
    find: 'this.#timer?.cancel();',
    put: '',
  },
  {
    name: 'a reply with too few steps is taken',
    file: 'src/osdc/check_reply.ts',
    find: 'if (reply.ops.length !== count) {',
    put: 'if (reply.ops.length > count) {',
  },
  {
    name: 'an op that has ended stays in its session',
    file: OBJECTER,
    find: '    op.session?.ops.delete(op.tid);\n    op.session = undefined;\n    op.retryTimer',
    put: '    op.session = undefined;\n    op.retryTimer',
  },
  {
    name: 'a tid is given twice',
    file: OBJECTER,
    find: 'op.tid = ++this.#lastTid;\n    this.#active.add(op);\n    this.#deadlines',
    put: 'op.tid = this.#lastTid;\n    this.#active.add(op);\n    this.#deadlines',
  },
];
