import { expect, test } from 'vitest';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';

/** `count` reads from one OSD. */
function someReads(count: number) {
  const cluster = new FakeCluster();
  const osd = cluster.primary('obj1');
  const reads = cluster.oidsOf(osd, count).map((oid) => submitRead(cluster.objecter, oid));
  return { cluster, osd, reads };
}

function tidsAndAttempts(cluster: FakeCluster, osd: number): string[] {
  return cluster.ops(cluster.osd(osd)).map(({ tid, retryAttempt }) => `${tid}/${retryAttempt}`);
}

test('after a reset the ops are sent again over a new connection, in the order of their tids', () => {
  const { cluster, osd } = someReads(3);
  const old = cluster.osd(osd);
  const [, second] = cluster.ops(old);
  if (second === undefined) throw new Error('no op was sent');
  cluster.reply(old, second);
  cluster.reset(old);
  expect(cluster.osd(osd)).not.toBe(old);
  expect(tidsAndAttempts(cluster, osd)).toEqual(['1/1', '3/1']);
  expect(cluster.objecter.counters.get('op_resend')).toBe(2);
});

test('a reset of a session without ops only closes it', () => {
  const { cluster, osd } = someReads(1);
  const con = cluster.osd(osd);
  const [op] = cluster.ops(con);
  if (op === undefined) throw new Error('no op was sent');
  cluster.reply(con, op);
  cluster.reset(con);
  expect(cluster.osd(osd)).toBe(con);
  const { counters } = cluster.objecter;
  expect([counters.get('osd_sessions'), counters.get('osd_session_close')]).toEqual([0, 1]);
});

test('the reset of a connection that was replaced has no effect', () => {
  const { cluster, osd } = someReads(1);
  const old = cluster.osd(osd);
  cluster.reset(old);
  cluster.reset(old);
  expect(cluster.osdCons()).toHaveLength(2);
});

test('an OSD that resets every connection is left alone for longer each time', () => {
  const { cluster, osd } = someReads(1);
  const times: number[] = [];
  for (let i = 0; i < 12; i++) {
    const con = cluster.osd(osd);
    cluster.reset(con);
    while (cluster.osd(osd) === con) cluster.clock.advance(100);
    times.push(cluster.clock.now());
  }
  const gaps = times.map((time, i) => time - (times[i - 1] ?? 0)).slice(1);
  expect(gaps).toEqual([200, 400, 800, 1600, 3200, 6400, 12800, 15000, 15000, 15000, 15000]);
});

test('a good reply ends the back-off', () => {
  const { cluster, osd } = someReads(2);
  cluster.reset(cluster.osd(osd));
  const con = cluster.osd(osd);
  const [op] = cluster.ops(con);
  if (op === undefined) throw new Error('no op was sent');
  cluster.reply(con, op);
  cluster.reset(con);
  expect(cluster.osd(osd)).not.toBe(con);
});

test('what is submitted while a session waits to reconnect is sent with the rest, in order', () => {
  const { cluster, osd } = someReads(1);
  cluster.reset(cluster.osd(osd));
  cluster.reset(cluster.osd(osd));
  const [, other = ''] = cluster.oidsOf(osd, 2);
  submitRead(cluster.objecter, other);
  expect(cluster.osdCons()).toHaveLength(2);
  cluster.clock.advance(200);
  expect(tidsAndAttempts(cluster, osd)).toEqual(['1/2', '2/0']);
});

test('nobody reconnects for ops that have ended', () => {
  const { cluster, osd, reads } = someReads(1);
  cluster.reset(cluster.osd(osd));
  cluster.reset(cluster.osd(osd));
  for (const { op } of reads) cluster.objecter.opCancel(op, 125, undefined);
  cluster.clock.advance(1000);
  expect(cluster.osdCons()).toHaveLength(2);
  expect(cluster.objecter.counters.get('osd_sessions')).toBe(0);
});

test('a session that waits to reconnect is given up when its OSD goes down', () => {
  const { cluster, osd, reads } = someReads(1);
  cluster.reset(cluster.osd(osd));
  cluster.reset(cluster.osd(osd));
  cluster.publish((inc) => void inc.newState.set(osd, 0));
  const cons = cluster.osdCons().length;
  cluster.clock.advance(10_000);
  expect(cluster.osdCons()).toHaveLength(cons);
  expect(cluster.osd(cluster.primary(reads[0]?.op.target.baseOid ?? '')).sent).toHaveLength(1);
});

test('a refused OSD makes the Objecter ask for a newer map', () => {
  const { cluster, osd } = someReads(1);
  cluster.messenger.msDeliverHandleRefused(cluster.osd(osd), new Error('refused'));
  expect(cluster.subscriptions()).toEqual([`osdmap=${cluster.map.epoch + 1}`]);
});
