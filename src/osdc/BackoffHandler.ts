import type { CephContext } from '../common/CephContext.ts';
import {
  CEPH_OSD_BACKOFF_OP_ACK_BLOCK,
  CEPH_OSD_BACKOFF_OP_BLOCK,
  CEPH_OSD_BACKOFF_OP_UNBLOCK,
  MOSDBackoff,
} from '../messages/MOSDBackoff.ts';
import { OSD_CLIENT_OP_PRIORITY } from '../messages/MOSDOp.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Messenger } from '../msg/Messenger.ts';
import { BACKOFFS_MAX, isInRange } from './Backoffs.ts';
import type { Op } from './Op.ts';
import type { OSDSession } from './OSDSession.ts';
import { targetObject } from './op_target.ts';

export interface BackoffOwner {
  sendOp(session: OSDSession, op: Op): void;
  reopenSession(session: OSDSession, why: string): void;
}

/** What OSDs say of ops that they want later. Ceph: Objecter::handle_osd_backoff. */
export class BackoffHandler {
  readonly #cct: CephContext;
  readonly #messenger: Messenger;
  readonly #owner: BackoffOwner;

  constructor(cct: CephContext, messenger: Messenger, owner: BackoffOwner) {
    this.#cct = cct;
    this.#messenger = messenger;
    this.#owner = owner;
  }

  handle(session: OSDSession, con: Connection, backoff: MOSDBackoff): void {
    this.#cct.log?.({
      who: this.#messenger.who,
      fn: 'Objecter.handleOsdBackoff',
      facts: { osd: session.osd, message: String(backoff) },
    });
    session.failures = 0;
    if (backoff.op === CEPH_OSD_BACKOFF_OP_BLOCK) this.#block(session, con, backoff);
    else if (backoff.op === CEPH_OSD_BACKOFF_OP_UNBLOCK) this.#unblock(session, backoff);
  }

  #block(session: OSDSession, con: Connection, backoff: MOSDBackoff): void {
    const { pgid, mapEpoch, id, begin, end } = backoff;
    if (session.backoffs.size >= BACKOFFS_MAX) {
      this.#owner.reopenSession(session, `more than ${BACKOFFS_MAX} backoffs`);
      return;
    }
    session.backoffs.block(pgid, id, begin, end);
    const op = CEPH_OSD_BACKOFF_OP_ACK_BLOCK;
    // With the epoch that came: an OSD whose PG has split since knows by it that this is too old.
    const ack = new MOSDBackoff({ pgid, mapEpoch, op, id, begin, end });
    // What we sent before goes before, what we send later goes behind.
    ack.priority = OSD_CLIENT_OP_PRIORITY;
    con.sendMessage(ack);
  }

  #unblock(session: OSDSession, { id, begin, end }: MOSDBackoff): void {
    if (!session.backoffs.unblock(id, begin, end)) return;
    for (const op of session.opsByTid()) {
      const { target } = op;
      if (!target.paused && isInRange(targetObject(target), begin, end))
        this.#owner.sendOp(session, op);
    }
  }
}
