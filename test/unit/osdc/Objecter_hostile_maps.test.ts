import { expect, test } from 'vitest';
import { CEPH_OSD_IN, CEPH_OSD_OUT } from '../../../src/osd/rados.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';
import { tirelessCrush } from '../../helpers/osdmaps.ts';

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
