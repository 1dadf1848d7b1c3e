import { expect, test } from 'vitest';
import { MPing } from '../../../src/messages/MPing.ts';
import { CEPH_OSDMAP_PAUSERD } from '../../../src/osd/rados.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';
import type { FakeConnection } from '../../helpers/FakeMessenger.ts';
import { addrsOf, markDown, upMap } from '../../helpers/osdmaps.ts';

/** The monitor is not suspected to be dead. */
const MON_LIVES = { mon_client_ping_timeout: 0 };

function oneRead() {
  const cluster = new FakeCluster();
  const { listener } = submitRead(cluster.objecter, 'obj1');
  return { cluster, listener, con: cluster.osd(cluster.primary('obj1')) };
}

/** One read that nobody can serve. */
function homelessRead() {
  const cluster = new FakeCluster(MON_LIVES, upMap(1, 1, [{ name: 'p', pgNum: 8, size: 1 }]));
  cluster.publish(markDown(0));
  submitRead(cluster.objecter, 'obj1');
  return cluster;
}

function pings(con: FakeConnection): number {
  return con.sent.filter((message) => message instanceof MPing).length;
}

test('an OSD whose answer is late is pinged with each tick, and a newer map asked for', () => {
  const { cluster, con } = oneRead();
  cluster.clock.advance(10_000);
  expect(pings(con)).toBe(0);
  cluster.clock.advance(5_000);
  expect([pings(con), con.keepalives]).toEqual([1, 1]);
  expect(cluster.subscriptions()).toEqual([`osdmap=${cluster.map.epoch + 1}`]);
  con.reads += 1;
  cluster.clock.advance(5_000);
  expect(pings(con)).toBe(2);
});

test('a session over which nothing comes back is opened anew, and its ops are sent again', () => {
  const { cluster, con } = oneRead();
  cluster.clock.advance(24_999);
  expect(con.down).toBe(false);
  cluster.clock.advance(1);
  expect(con.down).toBe(true);
  const again = cluster.osd(cluster.primary('obj1'));
  expect(cluster.ops(again).map(({ tid, retryAttempt }) => [tid, retryAttempt])).toEqual([[1, 1]]);
});

test('a session over which anything comes is kept, however late the answer', () => {
  const { cluster, con } = oneRead();
  for (let i = 0; i < 100; i++) {
    con.reads += 1;
    cluster.clock.advance(5_000);
  }
  expect(con.down).toBe(false);
});

test('a session without late ops is not pinged, and never found silent', () => {
  const { cluster, con } = oneRead();
  const [op] = cluster.ops(con);
  if (op === undefined) throw new Error('no op was sent');
  cluster.reply(con, op);
  cluster.clock.advance(3_600_000);
  expect([pings(con), con.down]).toEqual([0, false]);
});

test('an op that no OSD can serve keeps virtual time going for a minute, and then waits for the world', () => {
  const cluster = homelessRead();
  cluster.clock.advance(60_000);
  expect(cluster.clock.refs).toBe(1);
  cluster.clock.advance(10_000);
  expect(cluster.clock.refs).toBe(0);
});

test('whatever happens, virtual time goes on again for an op that no OSD could serve', () => {
  const cluster = homelessRead();
  cluster.clock.advance(120_000);
  cluster.publish((inc) => void inc.newUpClient.set(0, addrsOf(0)));
  expect(cluster.clock.refs).toBe(1);
  expect(cluster.ops(cluster.osd(0))).toHaveLength(1);
});

test('paused reads too wait for the world', () => {
  const cluster = new FakeCluster(MON_LIVES);
  cluster.publish((inc) => {
    inc.newFlags = cluster.map.flags | CEPH_OSDMAP_PAUSERD;
  });
  submitRead(cluster.objecter, 'obj1');
  const con = cluster.osd(cluster.primary('obj1'));
  for (let i = 0; i < 24; i++) {
    con.reads += 1;
    cluster.clock.advance(5_000);
  }
  expect(cluster.clock.refs).toBe(0);
});

test('an op that was sent keeps virtual time going until it is answered', () => {
  const { cluster, con } = oneRead();
  for (let i = 0; i < 60; i++) {
    con.reads += 1;
    cluster.clock.advance(5_000);
  }
  expect(cluster.clock.refs).toBe(1);
});

test('as long as no monitor is there, virtual time goes on: one is looked for', () => {
  const cluster = homelessRead();
  cluster.clock.advance(120_000);
  cluster.reset(cluster.mon);
  cluster.clock.advance(120_000);
  expect(cluster.clock.refs).toBeGreaterThan(0);
});
