import type { Timer } from '../common/Clock.ts';
import type { Connection } from '../msg/Connection.ts';
import type { entity_addr_t } from '../msg/msg_types.ts';
import { Backoffs } from './Backoffs.ts';
import type { Op, OpHolder } from './Op.ts';
import { OpTable } from './OpTable.ts';
import { type OpTarget, targetObject } from './op_target.ts';

/** `osd` of the session that holds the ops which no OSD can serve now. */
export const HOMELESS = -1;

/** The ops in flight to one OSD. Ceph: Objecter::OSDSession. */
export class OSDSession implements OpHolder {
  readonly osd: number;
  /** By tid. */
  readonly ops: OpTable = new OpTable();
  /** Undefined while it waits to reconnect, and for homeless ops. */
  con: Connection | undefined;
  /** Where it was last connected to. */
  addr: entity_addr_t | undefined;
  /** Connections lost since the OSD last answered. */
  failures = 0;
  /** `con.reads` when it was last pinged. */
  readsAtPing = -1;
  /** For how many ticks nothing has come over `con`, though it was pinged. */
  silentTicks = 0;
  reopenTimer: Timer | undefined;
  /** What the OSD has asked not to be sent over `con`. */
  readonly backoffs: Backoffs = new Backoffs();

  constructor(osd: number) {
    this.osd = osd;
  }

  /** The OSD wants no ops for that object now. */
  holdsBack(target: OpTarget): boolean {
    return this.backoffs.size > 0 && this.backoffs.holds(target, targetObject(target));
  }

  /** In the order in which they are to be sent. */
  opsByTid(): Op[] {
    return inTidOrder(this.ops.values());
  }
}

export function inTidOrder(ops: Iterable<Op>): Op[] {
  return [...ops].sort((a, b) => a.tid - b.tid);
}
