import { describe, expect, test } from 'vitest';
import type { Options } from '../../../src/common/options.ts';
import {
  CEPH_OSD_FLAG_BALANCE_READS,
  CEPH_OSD_FLAG_LOCALIZE_READS,
  CEPH_OSD_FLAG_READ,
  CEPH_OSD_FLAG_WRITE,
} from '../../../src/osd/rados.ts';
import { calcTarget, OpTarget } from '../../../src/osdc/op_target.ts';
import { ReplicaPicker } from '../../../src/osdc/ReplicaPicker.ts';
import { fakeWorld } from '../../helpers/FakeCluster.ts';
import { changeMap, markDown, upMap } from '../../helpers/osdmaps.ts';

/** Six OSDs on three hosts. */
const MAP = upMap(6, 3, [{ name: 'p', pgNum: 8 }]);
const OLOC = { pool: 1, key: '', nspace: '', hash: -1 };

function picker(conf: Partial<Options>, draws: readonly number[] = [0]): ReplicaPicker {
  let at = 0;
  const random = { uint32: () => draws[at++ % draws.length] ?? 0, float: () => 0 };
  return new ReplicaPicker({ ...fakeWorld(conf).cct, random, hostname: 'host1' });
}

function aimed(replicas: ReplicaPicker, flags: number, map = MAP): OpTarget {
  const target = new OpTarget('obj1', OLOC, flags | CEPH_OSD_FLAG_READ, replicas);
  calcTarget(map, target);
  return target;
}

function hostOf(osd: number): string {
  const { buckets, nameMap } = MAP.crush.crush;
  const host = buckets.find((bucket) => bucket?.type === 1 && bucket.items.includes(osd));
  return nameMap.get(host?.id ?? 0) ?? '';
}

describe('a balanced read', () => {
  test('takes each copy as chance has it, and knows when it is no primary', () => {
    const replicas = picker({}, [0, 1, 2, 4]);
    const targets = [0, 1, 2, 3].map(() => aimed(replicas, CEPH_OSD_FLAG_BALANCE_READS));
    const { acting = [] } = targets[0] ?? {};
    expect(targets.map(({ osd }) => acting.indexOf(osd))).toEqual([0, 1, 2, 1]);
    expect(targets.map(({ usedReplica }) => usedReplica)).toEqual([false, true, true, true]);
  });

  test('stays with its choice while the map says the same', () => {
    const target = aimed(picker({}, [2, 1]), CEPH_OSD_FLAG_BALANCE_READS);
    const { osd } = target;
    const next = changeMap(MAP, () => {});
    expect(calcTarget(next, target)).toBe('no_action');
    expect(target.osd).toBe(osd);
  });

  test('chooses again when its OSD is down', () => {
    const target = aimed(picker({}, [1]), CEPH_OSD_FLAG_BALANCE_READS);
    const { osd } = target;
    expect(calcTarget(changeMap(MAP, markDown(osd)), target)).toBe('need_resend');
    expect(target.osd).not.toBe(osd);
  });

  test('is none where something is written', () => {
    const target = aimed(picker({}, [1]), CEPH_OSD_FLAG_BALANCE_READS | CEPH_OSD_FLAG_WRITE);
    expect(target.osd).toBe(target.actingPrimary);
  });
});

describe('a localized read', () => {
  const hosts = aimed(picker({}), CEPH_OSD_FLAG_READ).acting.map(hostOf);

  test.each(hosts)('takes the copy on %s when that is where we are', (host) => {
    const target = aimed(
      picker({ crush_location: `root=default host=${host}` }),
      CEPH_OSD_FLAG_LOCALIZE_READS,
    );
    expect(hostOf(target.osd)).toBe(host);
  });

  test('takes the copy on the host of our name when nothing else is said', () => {
    const target = aimed(picker({}), CEPH_OSD_FLAG_LOCALIZE_READS);
    expect(hostOf(target.osd)).toBe('host1');
  });

  test.each(['root=default', 'rack=none', 'host=elsewhere, root=default', 'no place', 'host='])(
    "takes the primary where none is nearer: '%s'",
    (location) => {
      const replicas = new ReplicaPicker({
        ...fakeWorld({ crush_location: location }).cct,
        hostname: 'elsewhere',
      });
      const target = aimed(replicas, CEPH_OSD_FLAG_LOCALIZE_READS);
      expect(target.osd).toBe(target.actingPrimary);
      expect(target.usedReplica).toBe(false);
    },
  );
});
