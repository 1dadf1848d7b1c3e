import type { MonClient } from '../mon/MonClient.ts';
import type { Op } from './Op.ts';
import type { OSDMapTracker } from './OSDMapTracker.ts';

/**
 * Whether the pool of an op is gone, or its map only too old to know it: the monitors are asked for
 * the newest epoch, and only a map as new as that says so. Ceph: Objecter::_send_op_map_check etc.
 */
export class OpMapChecks {
  readonly #monc: MonClient;
  readonly #maps: OSDMapTracker;
  readonly #poolDne: (op: Op) => void;

  /** `poolDne` is called for an op whose pool is not there. */
  constructor(monc: MonClient, maps: OSDMapTracker, poolDne: (op: Op) => void) {
    this.#monc = monc;
    this.#maps = maps;
    this.#poolDne = poolDne;
  }

  send(op: Op): void {
    if (op.mapCheck !== undefined) return;
    op.mapCheck = this.#monc.requests.getVersion('osdmap', (newest) => {
      op.mapCheck = undefined;
      op.mapDneBound = newest;
      this.check(op);
    });
  }

  cancel(op: Op): void {
    if (op.mapCheck === undefined) return;
    this.#monc.requests.cancel(op.mapCheck);
    op.mapCheck = undefined;
  }

  /** `op` is of a pool that the newest map does not have. Ceph: Objecter::_check_op_pool_dne. */
  check(op: Op): void {
    const epoch = this.#maps.osdmap?.epoch ?? 0;
    if (op.target.poolEverExisted) op.mapDneBound = epoch;
    if (op.mapDneBound === 0) this.send(op);
    else if (epoch >= op.mapDneBound) this.#poolDne(op);
    else this.#maps.maybeRequestMap();
  }
}
