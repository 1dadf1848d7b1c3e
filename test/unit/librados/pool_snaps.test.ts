import { expect, test } from 'vitest';
import { AbortListeners } from '../../../src/librados/AbortListeners.ts';
import { IoCtx, type IoCtxOptions } from '../../../src/librados/IoCtx.ts';
import { InvalidArgumentError, ObjectNotFound } from '../../../src/librados/RadosError.ts';
import { hashKey, newPgPool } from '../../../src/osd/pg_pool.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';

const SNAPS = new Map([
  [7, { snapid: 7, name: 'late', stamp: { sec: 1_700_000_001, nsec: 500_000_000 } }],
  [3, { snapid: 3, name: 'early', stamp: { sec: 1_700_000_000, nsec: 0 } }],
]);

/** A pool of 12 PGs with two snapshots. */
function cluster(): FakeCluster {
  const fake = new FakeCluster();
  fake.publish((inc) => void inc.newPools.set(1, newPgPool({ size: 3, pgNum: 12, snaps: SNAPS })));
  return fake;
}

function open(fake: FakeCluster, options: IoCtxOptions = {}, pool = 1): IoCtx {
  const { cct, objecter } = fake;
  const session = {
    cct,
    objecter,
    aborts: new AbortListeners(),
    who: () => 'client.4123',
    osdMap: () => fake.map,
    checkConnected: () => {},
  };
  return new IoCtx(session, pool, 'p', options);
}

test('snapshots of a pool are listed from old to new', () => {
  expect(open(cluster()).listPoolSnaps()).toEqual([
    { id: 3, name: 'early', timestamp: new Date(1_700_000_000_000) },
    { id: 7, name: 'late', timestamp: new Date(1_700_000_001_500) },
  ]);
});

test('a snapshot is known by name and by id', () => {
  const ioctx = open(cluster());
  expect(ioctx.snapLookup('late')).toBe(7);
  expect(ioctx.snapGetName(3)).toBe('early');
  expect(ioctx.snapGetStamp(7n)).toEqual(new Date(1_700_000_001_500));
});

test('what is read at a snapshot is asked for with its id', () => {
  const fake = cluster();
  void open(fake, { snap: 'late' }).read('a');
  void open(fake).with({ snap: 3n }).read('a');
  void open(fake, { snap: 'late' }).with({ snap: undefined }).read('a');
  const ops = fake.osdCons().flatMap((con) => fake.ops(con));
  expect(ops.map(({ snapid }) => snapid)).toEqual([7, 3, -2]);
});

test.each<[string, (ioctx: IoCtx) => unknown]>([
  ['a name', (ioctx) => ioctx.snapLookup('none')],
  ['an id', (ioctx) => ioctx.snapGetName(4)],
  ['what is to be read', (ioctx) => ioctx.with({ snap: 'none' })],
])('%s that is of no snapshot is ENOENT', (_what, call) => {
  expect(() => call(open(cluster()))).toThrow(ObjectNotFound);
});

test('a pool that is gone has no snapshots, no lists and no positions', () => {
  const gone = open(cluster(), {}, 99);
  expect(() => gone.listPoolSnaps()).toThrow(ObjectNotFound);
  expect(() => gone.getObjectHashPosition('a')).toThrow(ObjectNotFound);
  expect(() => gone.listObjects({ pg: 0 })).toThrow(ObjectNotFound);
});

test('positions are the hash of the name in its namespace, and the PG that it folds to', () => {
  const ioctx = open(cluster(), { namespace: 'ns1', locatorKey: 'key' });
  expect(ioctx.getObjectHashPosition('obj1')).toBe(0xf490d39d);
  expect(hashKey(newPgPool({ pgNum: 12 }), 'obj1', 'ns1')).toBe(0xf490d39d);
  expect(ioctx.getObjectPgHashPosition('obj1')).toBe(5);
  expect(() => ioctx.getObjectHashPosition('')).toThrow(InvalidArgumentError);
});

test('part n of m of a pool is between two cursors', () => {
  const ioctx = open(cluster());
  expect([0, 1].map((n) => ioctx.objectListSlice(n, 2))).toEqual([
    { start: 'MIN', end: '1:80000000::::head' },
    { start: '1:80000000::::head', end: 'MAX' },
  ]);
  const half = ioctx.objectListSlice(1, 2);
  expect(ioctx.objectListSlice(0, 2, half)).toEqual({ ...half, end: '1:c0000000::::head' });
  expect(() => ioctx.objectListSlice(2, 2)).toThrow(InvalidArgumentError);
  expect(() => ioctx.objectListSlice(0, 0)).toThrow(InvalidArgumentError);
});
