import { expect, test } from 'vitest';
import { EAGAIN, ENOENT, ETIMEDOUT } from '../../../src/common/errno.ts';
import type { MOSDOp } from '../../../src/messages/MOSDOp.ts';
import type { object_locator_t } from '../../../src/osd/osd_types.ts';
import {
  CEPH_OSD_FLAG_BALANCE_READS,
  CEPH_OSD_FLAG_IGNORE_CACHE,
  CEPH_OSD_FLAG_IGNORE_OVERLAY,
  CEPH_OSD_FLAG_LOCALIZE_READS,
  CEPH_OSD_FLAG_REDIRECTED,
  CEPH_OSD_FLAG_RETRY,
} from '../../../src/osd/rados.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';
import { upMap } from '../../helpers/osdmaps.ts';

const TWO_POOLS = upMap(6, 3, [
  { name: 'p', pgNum: 8 },
  { name: 'other', pgNum: 8 },
]);

function oneRead(options: Parameters<typeof submitRead>[2] = {}) {
  const cluster = new FakeCluster({}, TWO_POOLS);
  const { op, listener } = submitRead(cluster.objecter, 'obj1', options);
  return { cluster, op, listener };
}

/** All ops that were sent, in order, each with its connection. */
function sentOps(cluster: FakeCluster) {
  const ops = cluster.osdCons().flatMap((con) => cluster.ops(con).map((op) => ({ con, op })));
  return ops.sort((a, b) => a.op.tid - b.op.tid || a.op.retryAttempt - b.op.retryAttempt);
}

function answerLast(cluster: FakeCluster, change: Parameters<FakeCluster['reply']>[2]): MOSDOp {
  const last = sentOps(cluster).at(-1);
  if (last === undefined) throw new Error('no op was sent');
  cluster.reply(last.con, last.op, change);
  return last.op;
}

function expectAtRest({ objecter, clock }: FakeCluster): void {
  expect(objecter.budget).toEqual({ ops: 0, bytes: 0 });
  expect(objecter.counters.get('op_active')).toBe(0);
  expect(clock.refs).toBe(0);
}

test('EAGAIN sends the op again, under a new tid, as a further attempt', () => {
  const { cluster, listener } = oneRead();
  answerLast(cluster, { result: -EAGAIN });
  expect(sentOps(cluster).map(({ op }) => [op.tid, op.retryAttempt])).toEqual([
    [1, 0],
    [2, 1],
  ]);
  expect(listener.result).toBeUndefined();
  answerLast(cluster, {});
  expect(listener.result).toBe(0);
  expectAtRest(cluster);
});

test.each([
  ['balanced', CEPH_OSD_FLAG_BALANCE_READS],
  ['localized', CEPH_OSD_FLAG_LOCALIZE_READS],
])(
  'a %s read that a replica does not serve goes to the primary, without that flag',
  (_what, flag) => {
    const { cluster } = oneRead({ flags: flag });
    expect(answerLast(cluster, { result: -EAGAIN }).flags & flag).toBe(flag);
    const [, again] = sentOps(cluster);
    expect(again?.op.flags).toBe(0x400014 | CEPH_OSD_FLAG_RETRY);
    expect(again?.con).toBe(cluster.osd(cluster.primary('obj1')));
  },
);

test('what an op counts, it counts once, however often it is sent elsewhere', () => {
  const { cluster } = oneRead();
  answerLast(cluster, { result: -EAGAIN });
  answerLast(cluster, {});
  const { counters } = cluster.objecter;
  const names = ['op', 'op_r', 'op_send', 'op_resend', 'op_reply'] as const;
  expect(names.map((name) => counters.get(name))).toEqual([1, 1, 2, 1, 1]);
});

test('the answer to the attempt before EAGAIN is a stray', () => {
  const { cluster, listener } = oneRead();
  const first = answerLast(cluster, { result: -EAGAIN });
  cluster.reply(cluster.osd(cluster.primary('obj1')), first, { result: -ENOENT });
  expect(listener.result).toBeUndefined();
});

test('an op that is sent elsewhere over and over goes out ever more slowly', () => {
  const { cluster } = oneRead();
  const gaps: number[] = [];
  for (let i = 0; i < 6; i++) {
    const from = cluster.clock.now();
    const count = sentOps(cluster).length;
    answerLast(cluster, { result: -EAGAIN });
    while (sentOps(cluster).length === count) cluster.clock.advance(100);
    gaps.push(cluster.clock.now() - from);
  }
  expect(gaps).toEqual([0, 200, 400, 800, 1600, 3200]);
});

test('an op between two OSDs still has its deadline, and can be cancelled', () => {
  const { cluster, listener } = oneRead({ timeoutMs: 1000 });
  answerLast(cluster, { result: -EAGAIN });
  answerLast(cluster, { result: -EAGAIN });
  cluster.clock.advance(150);
  answerLast(cluster, { result: -ENOENT });
  expect(listener.result).toBeUndefined();
  cluster.clock.advance(100);
  answerLast(cluster, { result: -EAGAIN });
  cluster.clock.advance(750);
  expect(listener.result).toBe(-ETIMEDOUT);
  expectAtRest(cluster);
});

test('an op between two OSDs ends with the Objecter', () => {
  const { cluster, listener } = oneRead();
  answerLast(cluster, { result: -EAGAIN });
  answerLast(cluster, { result: -EAGAIN });
  cluster.objecter.shutdown();
  expect(listener.result).toBeLessThan(0);
  expect(cluster.clock.refs).toBe(0);
});

function locator(change: Partial<object_locator_t>): object_locator_t {
  return { pool: 1, key: '', nspace: '', hash: -1, ...change };
}

test.each<[string, { locator: object_locator_t; object: string }, Partial<MOSDOp>]>([
  [
    'another pool',
    { locator: locator({ pool: 2 }), object: '' },
    { oid: 'obj1', pgid: { pgid: { pool: 2, seed: 7 }, shard: -1 } },
  ],
  ['another object', { locator: locator({}), object: 'obj2' }, { oid: 'obj2' }],
  [
    'another place',
    { locator: locator({ key: 'k', nspace: 'n' }), object: '' },
    { oid: 'obj1', oloc: locator({ key: 'k', nspace: 'n' }) },
  ],
])(
  'a redirect to %s is followed, under a new tid, past caches and overlays',
  (_what, redirect, expected) => {
    const { cluster, listener } = oneRead();
    answerLast(cluster, { redirect });
    const [, again] = sentOps(cluster);
    expect(again?.op).toMatchObject({ tid: 2, retryAttempt: 1, ...expected });
    const elsewhere =
      CEPH_OSD_FLAG_REDIRECTED | CEPH_OSD_FLAG_IGNORE_CACHE | CEPH_OSD_FLAG_IGNORE_OVERLAY;
    expect(again?.op.flags).toBe(0x400014 | CEPH_OSD_FLAG_RETRY | elsewhere);
    answerLast(cluster, {});
    expect(listener.result).toBe(0);
  },
);

test('a redirected op stays where it was sent when the map changes', () => {
  const { cluster } = oneRead();
  answerLast(cluster, { redirect: { locator: locator({ pool: 2 }), object: '' } });
  const osd = cluster.map.pgToUpActingOsds({ pool: 2, seed: 7 }).actingPrimary;
  cluster.publish((inc) => void inc.newState.set(osd, 0));
  expect(sentOps(cluster).at(-1)?.op).toMatchObject({ pgid: { pgid: { pool: 2 } } });
});

test('a redirect to a pool that is not there is ENOENT', () => {
  const { cluster, listener } = oneRead();
  answerLast(cluster, { redirect: { locator: locator({ pool: 7 }), object: '' } });
  cluster.answerVersions();
  expect(listener.result).toBe(-ENOENT);
  expectAtRest(cluster);
});

test('redirects that go round in a circle do not go round without end in one moment', () => {
  const { cluster } = oneRead({ timeoutMs: 60_000 });
  for (let i = 0; i < 3; i++)
    answerLast(cluster, { redirect: { locator: locator({}), object: '' } });
  expect(sentOps(cluster)).toHaveLength(2);
});
