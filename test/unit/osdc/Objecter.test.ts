import { expect, test } from 'vitest';
import { ECANCELED, EIO, ENOENT, ESHUTDOWN, ETIMEDOUT } from '../../../src/common/errno.ts';
import { DecodeError, ProtocolError } from '../../../src/common/errors.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';

const DATA = new Uint8Array([1, 2, 3]);

/** One read that is under way, and the connection that it went by. */
function oneRead(options: Parameters<typeof submitRead>[2] = {}) {
  const cluster = new FakeCluster();
  const { op, listener } = submitRead(cluster.objecter, 'obj1', options);
  const con = cluster.osd(cluster.primary('obj1'));
  const [message] = cluster.ops(con);
  if (message === undefined) throw new Error('no op was sent');
  return { cluster, op, listener, con, message };
}

function expectAtRest(cluster: FakeCluster): void {
  const { objecter, clock } = cluster;
  expect(objecter.budget).toEqual({ ops: 0, bytes: 0 });
  expect(objecter.counters.get('op_active')).toBe(0);
  expect(clock.refs).toBe(0);
}

test('a read goes to the primary of its PG as stock librados sends it', () => {
  const { message, cluster } = oneRead();
  expect(message.tid).toBe(1);
  expect(message.priority).toBe(63);
  expect(message.flags).toBe(0x400014);
  expect(message.retryAttempt).toBe(0);
  expect(message.pgid).toEqual({ pgid: { pool: 1, seed: 7 }, shard: -1 });
  expect(message.hash).toBe(0x6cf8deff);
  expect(message.osdmapEpoch).toBe(cluster.map.epoch);
});

test('a reply ends the op with its data', () => {
  const { cluster, con, message, listener } = oneRead();
  cluster.reply(con, message, { outdata: [DATA] });
  expect(listener.result).toBe(0);
  expect(listener.outdata?.[0]).toBe(DATA);
  expectAtRest(cluster);
});

test('a positive result is no error', () => {
  const { cluster, con, message, listener } = oneRead();
  cluster.reply(con, message, { result: 3, outdata: [DATA] });
  expect(listener.result).toBe(0);
});

test('an error of the OSD ends the op with its number', () => {
  const { cluster, con, message, listener } = oneRead();
  cluster.reply(con, message, { result: -ENOENT });
  expect(listener.result).toBe(-ENOENT);
  expect(listener.outdata).toBeUndefined();
  expectAtRest(cluster);
});

test('ops to one OSD share a session, and leave in the order of their tids', () => {
  const cluster = new FakeCluster();
  const osd = cluster.primary('obj1');
  for (const oid of cluster.oidsOf(osd, 5)) submitRead(cluster.objecter, oid);
  expect(cluster.osdCons()).toHaveLength(1);
  expect(cluster.ops(cluster.osd(osd)).map(({ tid }) => tid)).toEqual([1, 2, 3, 4, 5]);
  expect(cluster.objecter.counters.get('osd_sessions')).toBe(1);
});

test('the counters add up', () => {
  const { cluster, con, message } = oneRead();
  const { counters } = cluster.objecter;
  expect(counters.get('op_active')).toBe(1);
  cluster.reply(con, message);
  for (const name of [
    'op',
    'op_r',
    'op_send',
    'op_reply',
    'osdop_read',
    'osd_session_open',
  ] as const) {
    expect(counters.get(name), name).toBe(1);
  }
  expect(counters.get('op_resend')).toBe(0);
  expect(counters.dump()).toMatchObject({ oplen_avg: { avgcount: 1, sum: 1 } });
  expect(Object.keys(counters.dump())).toHaveLength(63);
});

test('a reply with an unknown tid has no effect', () => {
  const { cluster, con, message, listener } = oneRead();
  cluster.reply(con, message, { outdata: [DATA] });
  cluster.reply(con, message, { outdata: [DATA] });
  expect(listener.result).toBe(0);
  expect(cluster.objecter.counters.get('op_reply')).toBe(1);
});

test('a reply to an older attempt has no effect', () => {
  const { cluster, con, message, listener } = oneRead();
  cluster.reset(con);
  const again = cluster.osd(cluster.primary('obj1'));
  cluster.reply(again, message, { retryAttempt: 0 });
  expect(listener.result).toBeUndefined();
  cluster.reply(again, message, { retryAttempt: 1 });
  expect(listener.result).toBe(0);
});

test('a reply by a connection that was replaced has no effect', () => {
  const { cluster, con, message, listener } = oneRead();
  cluster.reset(con);
  cluster.reply(con, message, { retryAttempt: 1 });
  expect(listener.result).toBeUndefined();
});

test.each([
  ['fewer steps than were asked', { ops: [] }, 'MOSDOpReply.ops'],
  ['more bytes than were asked', { outdata: [new Uint8Array(11)] }, 'MOSDOpReply.outdata'],
])('a reply with %s fails its op and resets the connection', (_what, change, field) => {
  const { cluster, con, message, listener } = oneRead({ length: 10 });
  cluster.reply(con, message, change);
  expect(listener.result).toBe(-EIO);
  expect(listener.cause).toBeInstanceOf(ProtocolError);
  expect(listener.cause).toMatchObject({ field });
  expect(String(listener.cause)).toMatch(/osd\.\d .*tid 1/);
  expect(con.down).toBe(true);
  expectAtRest(cluster);
});

test('output that its step cannot read fails the op and resets the connection', () => {
  const { cluster, con, message, listener } = oneRead();
  listener.replyError = new DecodeError('stat', 3, 'too short');
  cluster.reply(con, message);
  expect(listener.result).toBe(-EIO);
  expect(con.down).toBe(true);
});

test('the other ops of a connection that was reset for a bad reply are sent again', () => {
  const cluster = new FakeCluster();
  const osd = cluster.primary('obj1');
  const [a = '', b = ''] = cluster.oidsOf(osd, 2);
  submitRead(cluster.objecter, a);
  const second = submitRead(cluster.objecter, b);
  const con = cluster.osd(osd);
  const [first] = cluster.ops(con);
  if (first === undefined) throw new Error('no op was sent');
  cluster.reply(con, first, { ops: [] });
  expect(second.listener.result).toBeUndefined();
  expect(cluster.ops(cluster.osd(osd)).map(({ tid, retryAttempt }) => [tid, retryAttempt])).toEqual(
    [[2, 1]],
  );
});

test('an op in flight can be cancelled; its reply is a stray', () => {
  const { cluster, con, message, op, listener } = oneRead();
  const cause = new Error('no longer wanted');
  cluster.objecter.opCancel(op, ECANCELED, cause);
  expect(listener.result).toBe(-ECANCELED);
  expect(listener.cause).toBe(cause);
  cluster.reply(con, message, { outdata: [DATA] });
  expectAtRest(cluster);
  expect(con.down).toBe(false);
});

test('cancelling an op that has ended has no effect', () => {
  const { cluster, con, message, op, listener } = oneRead();
  cluster.reply(con, message, { outdata: [DATA] });
  cluster.objecter.opCancel(op, ECANCELED, undefined);
  expect(listener.result).toBe(0);
});

test('an op ends with ETIMEDOUT when its time is over, not before', () => {
  const { cluster, listener } = oneRead({ timeoutMs: 50 });
  cluster.clock.advance(49);
  expect(listener.result).toBeUndefined();
  cluster.clock.advance(1);
  expect(listener.result).toBe(-ETIMEDOUT);
  expectAtRest(cluster);
});

test('one timer serves all deadlines, whatever their order', () => {
  const cluster = new FakeCluster();
  const timers = cluster.clock.timers;
  const late = submitRead(cluster.objecter, 'a', { timeoutMs: 300 });
  const early = submitRead(cluster.objecter, 'b', { timeoutMs: 100 });
  const middle = submitRead(cluster.objecter, 'c', { timeoutMs: 200 });
  expect(cluster.clock.timers).toBe(timers + 1);
  cluster.clock.advance(100);
  expect([early, middle, late].map(({ listener }) => listener.result)).toEqual([
    -ETIMEDOUT,
    undefined,
    undefined,
  ]);
  cluster.clock.advance(200);
  expect([middle, late].map(({ listener }) => listener.result)).toEqual([-ETIMEDOUT, -ETIMEDOUT]);
  expect(cluster.clock.timers).toBe(timers);
});

test('a reply at the very moment of the deadline wins if it comes first', () => {
  const { cluster, con, message, listener } = oneRead({ timeoutMs: 50 });
  cluster.clock.addEventAfter(49.9, () => cluster.reply(con, message, { outdata: [DATA] }));
  cluster.clock.advance(50);
  expect(listener.result).toBe(0);
});

test('a deadline leaves no timer behind when its op ends', () => {
  const { cluster, con, message } = oneRead({ timeoutMs: 50 });
  const { timers } = cluster.clock;
  cluster.reply(con, message);
  expect(cluster.clock.timers).toBe(timers - 1);
});

test('shutdown ends every op and closes every session', () => {
  const cluster = new FakeCluster({ objecter_inflight_ops: 2 });
  const reads = ['a', 'b', 'c', 'd'].map((oid) => submitRead(cluster.objecter, oid));
  const sent = cluster.osdCons().flatMap((con) => cluster.ops(con)).length;
  cluster.objecter.shutdown();
  expect(reads.map(({ listener }) => listener.result)).toEqual([
    -ESHUTDOWN,
    -ESHUTDOWN,
    -ESHUTDOWN,
    -ESHUTDOWN,
  ]);
  expect(cluster.osdCons().every((con) => con.down)).toBe(true);
  expect(cluster.osdCons().flatMap((con) => cluster.ops(con))).toHaveLength(sent);
  expectAtRest(cluster);
});

test('the clock is kept going while ops are in flight, and only then', () => {
  const { cluster, con, message } = oneRead();
  expect(cluster.clock.refs).toBe(1);
  cluster.clock.advance(15_000);
  expect(cluster.clock.refs).toBe(1);
  cluster.reply(con, message);
  expect(cluster.clock.refs).toBe(0);
});

test('ops without an answer are counted as laggy, and their OSD pinged', () => {
  const { cluster, con, message } = oneRead();
  const { counters } = cluster.objecter;
  cluster.clock.advance(9_000);
  expect(counters.get('op_laggy')).toBe(0);
  cluster.clock.advance(10_000);
  expect([counters.get('op_laggy'), counters.get('osd_laggy')]).toEqual([1, 1]);
  expect(con.keepalives).toBeGreaterThan(0);
  cluster.reply(con, message);
  cluster.clock.advance(5_000);
  expect([counters.get('op_laggy'), counters.get('osd_laggy')]).toEqual([0, 0]);
});
