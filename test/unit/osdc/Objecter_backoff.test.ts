import { expect, test } from 'vitest';
import {
  CEPH_OSD_BACKOFF_OP_ACK_BLOCK,
  CEPH_OSD_BACKOFF_OP_BLOCK,
  CEPH_OSD_BACKOFF_OP_UNBLOCK,
  MOSDBackoff,
} from '../../../src/messages/MOSDBackoff.ts';
import type { MOSDOp } from '../../../src/messages/MOSDOp.ts';
import { HOBJECT_NONE, type hobject_t } from '../../../src/osd/hobject_t.ts';
import { CEPH_NOSNAP } from '../../../src/osd/rados.ts';
import { BACKOFFS_MAX } from '../../../src/osdc/Backoffs.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';
import type { FakeConnection } from '../../helpers/FakeMessenger.ts';
import { markDown } from '../../helpers/osdmaps.ts';

const MAX: hobject_t = { ...HOBJECT_NONE, isMax: true };

interface BackoffChange {
  readonly id?: number;
  readonly begin?: hobject_t;
  readonly end?: hobject_t;
}

/** One read that was sent, and an OSD that sends backoffs. */
function blockedWorld() {
  const cluster = new FakeCluster();
  const { listener } = submitRead(cluster.objecter, 'obj1');
  const con = cluster.osd(cluster.primary('obj1'));
  const [first] = cluster.ops(con);
  if (first === undefined) throw new Error('no op was sent');
  const send = (op: number, { id = 9, begin = HOBJECT_NONE, end = MAX }: BackoffChange = {}) => {
    const { pgid } = first;
    const backoff = new MOSDBackoff({ pgid, mapEpoch: 3, op, id, begin, end });
    cluster.messenger.msDeliverDispatch(con, backoff);
  };
  return {
    cluster,
    con,
    first,
    listener,
    block: (change?: BackoffChange) => send(CEPH_OSD_BACKOFF_OP_BLOCK, change),
    unblock: (change?: BackoffChange) => send(CEPH_OSD_BACKOFF_OP_UNBLOCK, change),
  };
}

function blockOver(cluster: FakeCluster, con: FakeConnection, { pgid }: MOSDOp): void {
  const op = CEPH_OSD_BACKOFF_OP_BLOCK;
  const block = new MOSDBackoff({ pgid, mapEpoch: 3, op, id: 1, begin: HOBJECT_NONE, end: MAX });
  cluster.messenger.msDeliverDispatch(con, block);
}

function objectOf({ oid, hash }: MOSDOp): hobject_t {
  return { key: '', oid, snap: CEPH_NOSNAP, hash, isMax: false, nspace: '', pool: 1 };
}

/** Objects of the PG of `obj1`. */
function oidsOfThatPg(cluster: FakeCluster, count: number): string[] {
  const names = Array.from({ length: 1000 }, (_, i) => `obj${i}`);
  return names
    .filter((oid) => cluster.pgOf(oid).seed === cluster.pgOf('obj1').seed)
    .slice(0, count);
}

function acks(con: FakeConnection): MOSDBackoff[] {
  return con.sent.filter((message) => message instanceof MOSDBackoff);
}

function sent(cluster: FakeCluster, con: FakeConnection): string[] {
  return cluster.ops(con).map(({ tid, retryAttempt }) => `${tid}/${retryAttempt}`);
}

test('a block is acknowledged once, with what it said, in the order of the ops', () => {
  const { con, first, block } = blockedWorld();
  block();
  expect(acks(con)).toMatchObject([
    {
      op: CEPH_OSD_BACKOFF_OP_ACK_BLOCK,
      pgid: first.pgid,
      mapEpoch: 3,
      id: 9,
      begin: HOBJECT_NONE,
      end: MAX,
      priority: first.priority,
    },
  ]);
});

test('ops of a blocked range are kept back, others are not', () => {
  const { cluster, con, block } = blockedWorld();
  block();
  const [other = ''] = cluster
    .oidsOf(cluster.primary('obj1'), 50)
    .filter((oid) => cluster.pgOf(oid).seed !== cluster.pgOf('obj1').seed);
  for (const oid of oidsOfThatPg(cluster, 3)) submitRead(cluster.objecter, oid);
  submitRead(cluster.objecter, other);
  expect(sent(cluster, con)).toEqual(['1/0', '5/0']);
});

test('an unblock sends what was kept back and what was sent before, in the order of the tids', () => {
  const { cluster, con, block, unblock } = blockedWorld();
  block();
  for (const oid of oidsOfThatPg(cluster, 3)) submitRead(cluster.objecter, oid);
  unblock();
  expect(sent(cluster, con)).toEqual(['1/0', '1/1', '2/0', '3/0', '4/0']);
});

test('an op that only one of two backoffs lets go stays', () => {
  const { cluster, con, first, block, unblock } = blockedWorld();
  block();
  block({ id: 10, begin: objectOf(first), end: objectOf(first) });
  unblock();
  expect(sent(cluster, con)).toEqual(['1/0']);
  unblock({ id: 10, begin: objectOf(first), end: objectOf(first) });
  expect(sent(cluster, con)).toEqual(['1/0', '1/1']);
});

test('an unblock that nobody knows has no effect', () => {
  const { cluster, con, block, unblock } = blockedWorld();
  block();
  unblock({ id: 77 });
  expect(sent(cluster, con)).toEqual(['1/0']);
});

test('a reset of the session ends its backoffs', () => {
  const { cluster, con, first, block } = blockedWorld();
  block();
  cluster.reset(con);
  const again = cluster.osd(cluster.primary('obj1'));
  expect(again).not.toBe(con);
  expect(sent(cluster, again)).toEqual([`${first.tid}/1`]);
});

test('who asks to back off has answered: a reset after that is no failure', () => {
  const { cluster, con } = blockedWorld();
  cluster.reset(con);
  const second = cluster.osd(cluster.primary('obj1'));
  const [op] = cluster.ops(second);
  if (op === undefined) throw new Error('no op was sent');
  blockOver(cluster, second, op);
  cluster.reset(second);
  expect(cluster.osd(cluster.primary('obj1'))).not.toBe(second);
});

test('an op that moves to another OSD is not kept back there', () => {
  const { cluster, block } = blockedWorld();
  block();
  cluster.publish(markDown(cluster.primary('obj1')));
  expect(sent(cluster, cluster.osd(cluster.primary('obj1')))).toEqual(['1/1']);
});

test('a backoff that comes late, over a connection that was replaced, is not heeded', () => {
  const { cluster, con, block } = blockedWorld();
  cluster.reset(con);
  block();
  expect(acks(con)).toEqual([]);
  submitRead(cluster.objecter, 'obj1');
  expect(sent(cluster, cluster.osd(cluster.primary('obj1')))).toEqual(['1/1', '2/0']);
});

test('an op that is kept back can be cancelled', () => {
  const { cluster, con, block, unblock } = blockedWorld();
  block();
  const { op, listener } = submitRead(cluster.objecter, 'obj1');
  cluster.objecter.opCancel(op, 125, undefined);
  unblock();
  expect(listener.result).toBe(-125);
  expect(sent(cluster, con)).toEqual(['1/0', '1/1']);
});

test('an OSD that blocks more than anybody asks for is connected to anew', () => {
  const { con, block } = blockedWorld();
  for (let id = 0; id < BACKOFFS_MAX; id++) block({ id });
  expect(con.down).toBe(false);
  block({ id: BACKOFFS_MAX });
  expect(con.down).toBe(true);
});
