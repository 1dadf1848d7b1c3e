import { expect, test } from 'vitest';
import { MOSDMap } from '../../../src/messages/MOSDMap.ts';
import { OSDMapIncremental } from '../../../src/osd/OSDMapIncremental.ts';
import { CEPH_OSD_IN, CEPH_OSD_OUT } from '../../../src/osd/rados.ts';
import { EPOCHS_PER_MESSAGE_MAX } from '../../../src/osdc/next_maps.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';
import { FSID, tirelessCrush } from '../../helpers/osdmaps.ts';

test('a map that CRUSH would work on for ever parks an op until a better one comes', () => {
  const cluster = new FakeCluster();
  const sane = cluster.map.data.crush;
  submitRead(cluster.objecter, 'obj1');
  const [first = -1] = cluster.acting('obj1');
  cluster.publish((inc) => {
    inc.crush = tirelessCrush(cluster.map);
    for (let osd = 1; osd < 6; osd++) inc.newWeight.set(osd, CEPH_OSD_OUT);
  });
  expect(cluster.objecter.osdmap?.epoch).toBe(cluster.map.epoch);
  expect(cluster.acting('obj1')).toEqual([]);
  cluster.publish((inc) => {
    inc.crush = sane;
    for (let osd = 1; osd < 6; osd++) inc.newWeight.set(osd, CEPH_OSD_IN);
  });
  const attempts = cluster.ops(cluster.osd(first)).map(({ retryAttempt }) => retryAttempt);
  expect(attempts.at(-1)).toBe(1);
});

test('of a message with too many epochs the first are taken and the rest is asked for again', () => {
  const cluster = new FakeCluster();
  const { epoch } = cluster.map;
  const incrementalMaps = new Map<number, Uint8Array>();
  for (let next = epoch + 1; next <= epoch + 1000; next++) {
    incrementalMaps.set(next, new OSDMapIncremental(FSID, next).encode());
  }
  const newestMap = epoch + 1000;
  cluster.fromMon(new MOSDMap({ fsid: FSID, incrementalMaps, oldestMap: 1, newestMap }));
  expect(cluster.objecter.osdmap?.epoch).toBe(epoch + EPOCHS_PER_MESSAGE_MAX);
  expect(cluster.subscriptions()).toEqual([`osdmap=${epoch + EPOCHS_PER_MESSAGE_MAX + 1}`]);
});

test('a message whose oldest epoch is above its newest changes nothing', () => {
  const cluster = new FakeCluster();
  const { epoch } = cluster.map;
  const incrementalMaps = new Map([[epoch + 2, new OSDMapIncremental(FSID, epoch + 2).encode()]]);
  const message = { fsid: FSID, incrementalMaps, oldestMap: 0xffffffff, newestMap: epoch + 2 };
  cluster.fromMon(new MOSDMap(message));
  expect(cluster.objecter.osdmap?.epoch).toBe(epoch);
});

test('after a map that is no map the newest whole one is taken, and every op is sent again', () => {
  const cluster = new FakeCluster();
  submitRead(cluster.objecter, 'obj1');
  const { epoch } = cluster.map;
  const bad = new Map([[epoch + 1, new Uint8Array(8)]]);
  cluster.fromMon(
    new MOSDMap({ fsid: FSID, incrementalMaps: bad, oldestMap: 1, newestMap: epoch + 1 }),
  );
  const [primary = -1] = cluster.acting('obj1');
  let map = cluster.map;
  for (let i = 0; i < 3; i++)
    map = map.applyIncremental(new OSDMapIncremental(FSID, map.epoch + 1));
  const maps = new Map([[map.epoch, map.encode()]]);
  cluster.fromMon(new MOSDMap({ fsid: FSID, maps, oldestMap: 1, newestMap: map.epoch }));
  expect(cluster.objecter.osdmap?.epoch).toBe(map.epoch);
  expect(cluster.ops(cluster.osd(primary)).map(({ retryAttempt }) => retryAttempt)).toEqual([0, 1]);
});
