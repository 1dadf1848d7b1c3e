import {
  CEPH_OSD_BACKOFF_OP_BLOCK,
  CEPH_OSD_BACKOFF_OP_UNBLOCK,
  MOSDBackoff,
} from '../../src/messages/MOSDBackoff.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { hobjectsOfPg } from '../../src/osd/hobject_range.ts';
import type { hobject_t } from '../../src/osd/hobject_t.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { spg_t } from '../../src/osd/osd_types.ts';
import { CEPH_NOSNAP } from '../../src/osd/rados.ts';

interface Backoff {
  readonly id: number;
  readonly con: Connection;
  readonly pgid: spg_t;
  readonly begin: hobject_t;
  readonly end: hobject_t;
}

/**
 * What an OSD has asked clients not to send. Each belongs to a cause: when that is over, who was asked may
 * send again. Ceph: PG::add_backoff, release_backoffs (src/osd/PG.cc).
 */
export class PgBackoffs {
  readonly #backoffs = new Map<object, Backoff[]>();
  #lastId = 0;

  /** In place of an answer to `op`. What covers it already is not said again. */
  block(cause: object, con: Connection, op: MOSDOp, isWholePg: boolean, map: OSDMap): void {
    const { pgid, oid, oloc, hash } = op;
    const backoffs = this.#backoffs.get(cause) ?? [];
    const pgNum = map.pools.get(pgid.pgid.pool)?.pgNum ?? 1;
    const object = {
      key: oloc.key,
      oid,
      snap: CEPH_NOSNAP,
      hash,
      isMax: false,
      nspace: oloc.nspace,
      pool: pgid.pgid.pool,
    };
    const { start: begin, end } = isWholePg
      ? hobjectsOfPg(pgid.pgid, pgNum)
      : { start: object, end: object };
    // A PG that was split or merged since has other objects.
    const isSaid = backoffs.some(
      (said) => said.con === con && isSame(said.begin, begin) && isSame(said.end, end),
    );
    if (isSaid) return;
    this.#lastId += 1;
    const backoff = { id: this.#lastId, con, pgid, begin, end };
    this.#backoffs.set(cause, [...backoffs, backoff]);
    send(backoff, CEPH_OSD_BACKOFF_OP_BLOCK, map.epoch);
  }

  release(cause: object, epoch: number): void {
    const backoffs = this.#backoffs.get(cause) ?? [];
    this.#backoffs.delete(cause);
    for (const backoff of backoffs) send(backoff, CEPH_OSD_BACKOFF_OP_UNBLOCK, epoch);
  }

  /** With their connection they are over. */
  forget(con: Connection): void {
    for (const [cause, backoffs] of this.#backoffs) {
      this.#backoffs.set(
        cause,
        backoffs.filter((backoff) => backoff.con !== con),
      );
    }
  }

  clear(): void {
    this.#backoffs.clear();
  }
}

function isSame(a: hobject_t, b: hobject_t): boolean {
  return a.oid === b.oid && a.hash === b.hash && a.isMax === b.isMax && a.pool === b.pool;
}

function send({ id, con, pgid, begin, end }: Backoff, op: number, mapEpoch: number): void {
  con.sendMessage(new MOSDBackoff({ pgid, mapEpoch, op, id, begin, end }));
}
