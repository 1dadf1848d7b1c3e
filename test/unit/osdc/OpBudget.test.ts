import { expect, test } from 'vitest';
import { ECANCELED } from '../../../src/common/errno.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';

function sentTids(cluster: FakeCluster): number[] {
  const ops = cluster.osdCons().flatMap((con) => cluster.ops(con));
  return ops.map(({ tid }) => tid).sort((a, b) => a - b);
}

/** Answers the op of that tid. */
function answer(cluster: FakeCluster, tid: number): void {
  for (const con of cluster.osdCons()) {
    const op = cluster.ops(con).find((each) => each.tid === tid);
    if (op !== undefined) cluster.reply(con, op);
  }
}

test('no more ops are out than objecter_inflight_ops; the rest follows in order', () => {
  const cluster = new FakeCluster({ objecter_inflight_ops: 2 });
  for (const oid of ['a', 'b', 'c', 'd']) submitRead(cluster.objecter, oid);
  expect(sentTids(cluster)).toEqual([1, 2]);
  answer(cluster, 2);
  expect(sentTids(cluster)).toEqual([1, 2, 3]);
  answer(cluster, 1);
  answer(cluster, 3);
  answer(cluster, 4);
  expect(cluster.objecter.budget).toEqual({ ops: 0, bytes: 0 });
});

test('no more bytes are asked for at once than objecter_inflight_op_bytes', () => {
  const cluster = new FakeCluster({ objecter_inflight_op_bytes: 100 });
  submitRead(cluster.objecter, 'a', { length: 60 });
  submitRead(cluster.objecter, 'b', { length: 60 });
  submitRead(cluster.objecter, 'c', { length: 10 });
  expect(sentTids(cluster)).toEqual([1]);
  answer(cluster, 1);
  expect(sentTids(cluster)).toEqual([1, 2, 3]);
});

test('an op larger than the whole budget runs alone', () => {
  const cluster = new FakeCluster({ objecter_inflight_op_bytes: 100 });
  submitRead(cluster.objecter, 'a', { length: 10 });
  submitRead(cluster.objecter, 'b', { length: 1000 });
  submitRead(cluster.objecter, 'c', { length: 10 });
  expect(sentTids(cluster)).toEqual([1]);
  answer(cluster, 1);
  expect(sentTids(cluster)).toEqual([1, 2]);
  answer(cluster, 2);
  expect(sentTids(cluster)).toEqual([1, 2, 3]);
});

test('a budget of one op serves all, one after the other', () => {
  const cluster = new FakeCluster({ objecter_inflight_ops: 1, objecter_inflight_op_bytes: 1 });
  const reads = ['a', 'b', 'c'].map((oid) => submitRead(cluster.objecter, oid, { length: 5 }));
  for (const tid of [1, 2, 3]) answer(cluster, tid);
  expect(reads.map(({ listener }) => listener.result)).toEqual([0, 0, 0]);
});

test.each(['op', 'bytes'])('an op that waits for its %s can be cancelled', (what) => {
  const cluster = new FakeCluster(
    what === 'op' ? { objecter_inflight_ops: 1 } : { objecter_inflight_op_bytes: 100 },
  );
  submitRead(cluster.objecter, 'a', { length: 100 });
  const { op, listener } = submitRead(cluster.objecter, 'b', { length: 100 });
  const third = submitRead(cluster.objecter, 'c', { length: 100 });
  cluster.objecter.opCancel(op, ECANCELED, undefined);
  expect(listener.result).toBe(-ECANCELED);
  answer(cluster, 1);
  expect(sentTids(cluster)).toEqual([1, 3]);
  answer(cluster, 3);
  expect(third.listener.result).toBe(0);
  expect(cluster.objecter.budget).toEqual({ ops: 0, bytes: 0 });
});

test('the time of an op runs while it waits for its budget', () => {
  const cluster = new FakeCluster({ objecter_inflight_ops: 1 });
  submitRead(cluster.objecter, 'a');
  const { listener } = submitRead(cluster.objecter, 'b', { timeoutMs: 100 });
  cluster.clock.advance(100);
  expect(listener.result).toBeLessThan(0);
  expect(sentTids(cluster)).toEqual([1]);
});

test('of ops that time out together none is sent on the way', () => {
  const cluster = new FakeCluster({ objecter_inflight_ops: 2 });
  for (const oid of ['a', 'b', 'c', 'd']) submitRead(cluster.objecter, oid, { timeoutMs: 100 });
  cluster.clock.advance(100);
  expect(sentTids(cluster)).toEqual([1, 2]);
  expect(cluster.objecter.budget).toEqual({ ops: 0, bytes: 0 });
});
