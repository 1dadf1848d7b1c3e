import { ObjectOps } from '../../sim/osd/ObjectOps.ts';
import type { Write } from '../../sim/osd/RepOps.ts';
import { ObjectStore } from '../../sim/osd/store/ObjectStore.ts';
import { SimRandom } from '../../sim/SimRandom.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../src/common/entity_name.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { MOSDOpReply } from '../../src/messages/MOSDOpReply.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { parseAddr } from '../../src/msg/msg_types.ts';
import { buildSimple } from '../../src/osd/build_simple.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import type { pg_pool_t } from '../../src/osd/pg_pool.ts';
import { FakeClock } from './FakeClock.ts';
import { FakeConnection } from './FakeMessenger.ts';

/** Of a client. */
export function clientConnection(): FakeConnection {
  return new FakeConnection(CEPH_ENTITY_TYPE_CLIENT, parseAddr('v1:127.0.0.1:0/77'));
}

/** The ops of an OSD without the OSD: what is asked is answered at once, unless replicas are slow. */
export class OpEngine {
  readonly store: ObjectStore = new ObjectStore();
  readonly clock: FakeClock = new FakeClock();
  readonly ops: ObjectOps;
  map: OSDMap;
  /** Writes that wait for replicas; undefined: they are done at once. */
  waiting: Write[] | undefined;
  unstable = false;

  constructor(pool: Partial<pg_pool_t> = {}, epoch = 9) {
    this.map = mapOf(pool, epoch);
    this.ops = new ObjectOps({
      cct: { clock: this.clock, random: new SimRandom(1, 'engine') },
      whoami: 0,
      store: this.store,
      map: () => this.map,
      repOps: {
        submit: (write) =>
          this.waiting === undefined ? write.done(true) : void this.waiting.push(write),
        isUnstable: () => this.unstable,
      },
    });
  }

  /** The reply, if there is one yet. */
  ask(op: MOSDOp, con: Connection = clientConnection(), isPrimary = true): MOSDOpReply[] {
    const replies: MOSDOpReply[] = [];
    this.#ask(op, con, isPrimary, replies);
    return replies;
  }

  #ask(op: MOSDOp, con: Connection, isPrimary: boolean, replies: MOSDOpReply[]): void {
    const { map } = this;
    const pool = map.pools.get(op.pgid.pgid.pool);
    if (pool === undefined) throw new RangeError(`no pool ${op.pgid.pgid.pool}`);
    this.ops.doOp({
      con,
      op,
      map,
      pool,
      isPrimary,
      answer: (reply) => {
        replies.push(reply);
        con.sendMessage(reply);
      },
      again: () => this.#ask(op, con, isPrimary, replies),
    });
  }
}

/** Three pools alike. */
export function mapOf(pool: Partial<pg_pool_t>, epoch: number): OSDMap {
  const pools = ['a', 'b', 'c'].map((name) => ({ name, pgNum: 8, ...pool }));
  return OSDMap.decode(buildSimple({ fsid: FSID, epoch, osds: 1, pools }).encode());
}

const FSID = '11111111-2222-4333-8444-555555555555';
