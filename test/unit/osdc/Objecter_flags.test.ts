import { expect, test } from 'vitest';
import type { OSDMapIncremental } from '../../../src/osd/OSDMapIncremental.ts';
import { newPgPool, POOL_FLAG_FULL, type pg_pool_t } from '../../../src/osd/pg_pool.ts';
import {
  CEPH_NOSNAP,
  CEPH_OSD_FLAG_FULL_TRY,
  CEPH_OSD_FLAG_IGNORE_CACHE,
  CEPH_OSD_FLAG_ORDERSNAP,
  CEPH_OSD_FLAG_RWORDERED,
  CEPH_OSD_FLAG_SKIPRWLOCKS,
  CEPH_OSDMAP_FULL,
} from '../../../src/osd/rados.ts';
import { readStep } from '../../../src/osdc/data_steps.ts';
import type { ObjectOperation } from '../../../src/osdc/ObjectOperation.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { FakeListener, submitRead } from '../../helpers/FakeListener.ts';

const OPERATION: ObjectOperation<[]> = { ops: [readStep(0, 0).op], decode: () => [] };
const OLOC = { pool: 1, key: '', nspace: '', hash: -1 };

function allOps(cluster: FakeCluster) {
  return cluster.osdCons().flatMap((con) => cluster.ops(con));
}

function setPool(change: Partial<pg_pool_t>) {
  return (inc: OSDMapIncremental) =>
    void inc.newPools.set(1, newPgPool({ size: 3, pgNum: 8, pgpNum: 8, ...change }));
}

test.each([
  ['ordered after writes', CEPH_OSD_FLAG_RWORDERED],
  ['past a cache', CEPH_OSD_FLAG_IGNORE_CACHE],
  ['past locks', CEPH_OSD_FLAG_SKIPRWLOCKS],
  ['in the order of snapshots', CEPH_OSD_FLAG_ORDERSNAP],
  ['though it is full', CEPH_OSD_FLAG_FULL_TRY],
])('the flag of a read %s goes to the OSD with those of every read', (_what, flags) => {
  const cluster = new FakeCluster();
  submitRead(cluster.objecter, 'obj1', { flags });
  expect(allOps(cluster)[0]?.flags).toBe(0x400014 | flags);
});

test.each([
  [undefined, CEPH_NOSNAP],
  [5, 5],
])('a read of snapshot %s asks for %i', (snapid, sent) => {
  const cluster = new FakeCluster();
  const options = snapid === undefined ? {} : { snapid };
  const op = cluster.objecter.prepareReadOp('obj1', OLOC, OPERATION, new FakeListener(), options);
  cluster.objecter.opSubmit(op, 0);
  expect(allOps(cluster)[0]?.snapid).toBe(sent);
});

test('an op on a PG goes to its primary, of no object, past overlays, as librados sends it', () => {
  const cluster = new FakeCluster();
  const oloc = { ...OLOC, nspace: 'n' };
  const op = cluster.objecter.preparePgReadOp(3, oloc, OPERATION, new FakeListener());
  cluster.objecter.opSubmit(op, 0);
  const { actingPrimary } = cluster.map.pgToUpActingOsds({ pool: 1, seed: 3 });
  expect(cluster.ops(cluster.osd(actingPrimary))).toMatchObject([
    {
      oid: '',
      oloc: { pool: 1, key: '', nspace: 'n', hash: 3 },
      hash: 3,
      pgid: { pgid: { pool: 1, seed: 3 }, shard: -1 },
      flags: 0x420014,
      snapid: CEPH_NOSNAP,
    },
  ]);
});

test('an op on a PG whose pool is laid over stays with that pool', () => {
  const cluster = new FakeCluster();
  cluster.publish(setPool({ readTier: 2 }));
  const op = cluster.objecter.preparePgReadOp(3, OLOC, OPERATION, new FakeListener());
  cluster.objecter.opSubmit(op, 0);
  expect(allOps(cluster)[0]?.pgid.pgid.pool).toBe(1);
});

test('an op on a PG that splits is sent to the PG that has taken its place', () => {
  const cluster = new FakeCluster();
  const op = cluster.objecter.preparePgReadOp(7, OLOC, OPERATION, new FakeListener());
  cluster.objecter.opSubmit(op, 0);
  cluster.publish(setPool({ pgNum: 16 }));
  expect(allOps(cluster).map(({ pgid, retryAttempt }) => [pgid.pgid.seed, retryAttempt])).toEqual([
    [7, 0],
    [7, 1],
  ]);
});

test.each<[string, (inc: OSDMapIncremental) => void]>([
  ['the pool', setPool({ flags: POOL_FLAG_FULL | 1 })],
  [
    'the cluster',
    (inc) => {
      inc.newFlags = CEPH_OSDMAP_FULL;
    },
  ],
])(
  'while %s is full, reads in the order of writes are sent again with each map, others are not',
  (_what, fill) => {
    const cluster = new FakeCluster();
    submitRead(cluster.objecter, 'obj1', { flags: CEPH_OSD_FLAG_RWORDERED });
    submitRead(cluster.objecter, 'obj1');
    submitRead(cluster.objecter, 'obj1', {
      flags: CEPH_OSD_FLAG_RWORDERED | CEPH_OSD_FLAG_FULL_TRY,
    });
    cluster.publish(fill);
    cluster.publish(setPool({}), (inc) => {
      inc.newFlags = 0;
    });
    cluster.publish(() => {});
    const sent = allOps(cluster).map(({ tid, retryAttempt }) => `${tid}/${retryAttempt}`);
    expect(sent).toEqual(['1/0', '2/0', '3/0', '1/1', '1/2']);
  },
);

test('as long as anything is full, every map that follows is asked for', () => {
  const cluster = new FakeCluster();
  cluster.publish(setPool({ flags: POOL_FLAG_FULL | 1 }));
  expect(cluster.subscriptions()).toEqual([`osdmap=${cluster.map.epoch + 1}`]);
  cluster.publish(setPool({}));
  expect(cluster.subscriptions()).toEqual([`osdmap=${cluster.map.epoch + 1}`]);
  cluster.publish(() => {});
  expect(cluster.subscriptions()).toEqual([]);
});
