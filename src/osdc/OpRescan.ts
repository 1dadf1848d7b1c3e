import type { OSDMap } from '../osd/OSDMap.ts';
import type { Op } from './Op.ts';
import { inTidOrder, type OSDSession } from './OSDSession.ts';
import { calcTarget, isFull, isPoolFull, type OpTarget, respectsFull } from './op_target.ts';

/**
 * What new maps mean for the ops under way. Every epoch counts: a primary that changed and changed
 * back has forgotten the op. Ceph: Objecter::_scan_requests and its need_resend.
 */
export class OpRescan {
  /** Taken from their sessions. */
  readonly #resend = new Set<Op>();
  readonly #poolDne = new Set<Op>();
  /** The cluster was full at some epoch since the last `take`. */
  #wasFull = false;
  /** Pools that were. */
  readonly #fullPools = new Set<number>();

  /** Call for each epoch, and for the one before, ahead of `scan`. */
  noteFull(map: OSDMap): void {
    this.#wasFull ||= isFull(map);
    for (const [id, pool] of map.pools) if (isPoolFull(pool)) this.#fullPools.add(id);
  }

  /** `skipped`: maps before this one have not been seen. */
  scan(session: OSDSession, map: OSDMap, skipped: boolean): void {
    for (const op of session.ops.values()) {
      const decision = calcTarget(map, op.target);
      if (decision === 'pool_dne') {
        this.#poolDne.add(op);
      } else if (decision === 'need_resend' || skipped || this.#mayBeRefused(op.target)) {
        session.ops.delete(op.tid);
        op.session = undefined;
        this.#resend.add(op);
      }
    }
  }

  /** These have lost their session. */
  add(ops: Iterable<Op>): void {
    for (const op of ops) this.#resend.add(op);
  }

  /** What is to be done when `map` is the newest: ops to send again, in order, and ops without a pool. */
  take(map: OSDMap): { resend: Op[]; poolDne: Op[] } {
    const resend = inTidOrder(this.#resend);
    for (const op of resend) {
      const { target } = op;
      if (target.epoch < map.epoch && calcTarget(map, target) === 'pool_dne') this.#poolDne.add(op);
    }
    const poolDne = inTidOrder(this.#poolDne);
    this.#resend.clear();
    this.#poolDne.clear();
    this.#wasFull = false;
    this.#fullPools.clear();
    return { resend, poolDne };
  }

  /** An OSD drops without a word what comes while it is full. */
  #mayBeRefused(target: OpTarget): boolean {
    if (!this.#wasFull && this.#fullPools.size === 0) return false;
    return respectsFull(target) && (this.#wasFull || this.#fullPools.has(target.baseOloc.pool));
  }
}
