import { expect, test } from 'vitest';
import { ENOENT, EOPNOTSUPP } from '../../../src/common/errno.ts';
import { MOSDMap } from '../../../src/messages/MOSDMap.ts';
import { ADDR_TYPE_MSGR2 } from '../../../src/msg/msg_types.ts';
import type { OSDMapIncremental } from '../../../src/osd/OSDMapIncremental.ts';
import { CEPH_OSDMAP_PAUSERD } from '../../../src/osd/rados.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';
import { addrsOf, FSID, incrementalOf, markDown, upMap } from '../../helpers/osdmaps.ts';

const nothing = (): void => {};

/** State 0 flips CEPH_OSD_UP. */
function sent(cluster: FakeCluster, osd: number): [tid: number, attempt: number][] {
  return cluster.ops(cluster.osd(osd)).map(({ tid, retryAttempt }) => [tid, retryAttempt]);
}

function addrOf(osd: number) {
  return (inc: OSDMapIncremental) =>
    void inc.newUpClient.set(
      osd,
      addrsOf(osd).map((addr) => addr.with({ nonce: 99 })),
    );
}

test('a change that has nothing to do with an op sends nothing', () => {
  const cluster = new FakeCluster();
  submitRead(cluster.objecter, 'obj1');
  const acting = cluster.acting('obj1');
  const outsider = [0, 1, 2, 3, 4, 5].find((osd) => !acting.includes(osd)) ?? -1;
  cluster.publish(nothing, markDown(outsider), nothing);
  expect(cluster.objecter.osdmap?.epoch).toBe(cluster.map.epoch);
  expect(sent(cluster, acting[0] ?? -1)).toEqual([[1, 0]]);
  expect(cluster.objecter.counters.get('op_resend')).toBe(0);
});

test('an op is sent again when its primary goes down', () => {
  const cluster = new FakeCluster();
  submitRead(cluster.objecter, 'obj1');
  const old = cluster.primary('obj1');
  const oldCon = cluster.osd(old);
  cluster.publish(markDown(old));
  const now = cluster.primary('obj1');
  expect(now).not.toBe(old);
  expect(sent(cluster, now)).toEqual([[1, 1]]);
  expect(cluster.ops(cluster.osd(now))[0]?.flags).toBe(0x40001c);
  expect(oldCon.down).toBe(true);
  expect(cluster.objecter.counters.get('op_resend')).toBe(1);
  expect(cluster.objecter.counters.get('osd_session_close')).toBe(1);
});

test('ops that move to one OSD are sent to it in the order of their tids', () => {
  const cluster = new FakeCluster({}, upMap(3, 3, [{ name: 'p', pgNum: 64 }]));
  const oids = Array.from({ length: 40 }, (_, i) => `obj${i}`);
  for (const oid of oids) submitRead(cluster.objecter, oid);
  cluster.publish(markDown(0), markDown(1));
  const tids = sent(cluster, 2).map(([tid]) => tid);
  const again = tids.slice(-oids.filter((oid) => cluster.primary(oid) === 2).length);
  expect(new Set(tids).size).toBe(40);
  const resent = sent(cluster, 2).filter(([, attempt]) => attempt > 0);
  expect(resent.map(([tid]) => tid)).toEqual(resent.map(([tid]) => tid).sort((a, b) => a - b));
  expect(again.length).toBe(40);
});

test('an op whose primary changed and changed back is sent again', () => {
  const cluster = new FakeCluster();
  submitRead(cluster.objecter, 'obj1');
  const osd = cluster.primary('obj1');
  const con = cluster.osd(osd);
  const addrs = cluster.map.getAddrs(osd);
  cluster.publish(markDown(osd), (inc) => void inc.newUpClient.set(osd, addrs));
  expect(cluster.primary('obj1')).toBe(osd);
  expect(con.down).toBe(true);
  expect(sent(cluster, osd)).toEqual([[1, 1]]);
});

test('an OSD that comes back at another address is connected to there', () => {
  const cluster = new FakeCluster();
  submitRead(cluster.objecter, 'obj1');
  const osd = cluster.primary('obj1');
  const old = cluster.osd(osd);
  cluster.publish(addrOf(osd));
  expect(old.down).toBe(true);
  expect(cluster.osd(osd)).not.toBe(old);
  expect(sent(cluster, osd)).toEqual([[1, 1]]);
});

test('an op that no OSD can serve waits for a map that gives it a home', () => {
  const cluster = new FakeCluster({}, upMap(1, 1, [{ name: 'p', pgNum: 8, size: 1 }]));
  cluster.publish(markDown(0));
  const { listener } = submitRead(cluster.objecter, 'obj1');
  expect(cluster.osdCons()).toHaveLength(0);
  expect(cluster.subscriptions()).toEqual([`osdmap=${cluster.map.epoch + 1}`]);
  cluster.publish((inc) => void inc.newUpClient.set(0, addrsOf(0)));
  expect(sent(cluster, 0)).toEqual([[1, 0]]);
  expect(listener.result).toBeUndefined();
  expect(cluster.objecter.counters.get('op_resend')).toBe(0);
});

test('as long as an op has no home, the next map is asked for', () => {
  const cluster = new FakeCluster({}, upMap(1, 1, [{ name: 'p', pgNum: 8, size: 1 }]));
  cluster.publish(markDown(0));
  submitRead(cluster.objecter, 'obj1');
  cluster.subscriptions();
  cluster.publish(nothing);
  expect(cluster.subscriptions()).toEqual([`osdmap=${cluster.map.epoch + 1}`]);
});

test('reads wait while the map pauses them, and are sent in order when it no longer does', () => {
  const cluster = new FakeCluster();
  const { flags } = cluster.map;
  cluster.publish((inc) => {
    inc.newFlags = flags | CEPH_OSDMAP_PAUSERD;
  });
  const osd = cluster.primary('obj1');
  for (const oid of cluster.oidsOf(osd, 3)) submitRead(cluster.objecter, oid);
  expect(sent(cluster, osd)).toEqual([]);
  cluster.publish((inc) => {
    inc.newFlags = flags;
  });
  expect(sent(cluster, osd)).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
});

test('the maps that follow a pause are asked for, whether there are ops or not', () => {
  const cluster = new FakeCluster();
  const { flags } = cluster.map;
  cluster.publish((inc) => {
    inc.newFlags = flags | CEPH_OSDMAP_PAUSERD;
  });
  expect(cluster.subscriptions()).toEqual([`osdmap=${cluster.map.epoch + 1}`]);
});

test('an OSD that speaks msgr v2 only fails its ops with EOPNOTSUPP, until it speaks v1', () => {
  const cluster = new FakeCluster();
  const osd = cluster.primary('obj1');
  const addrs = addrsOf(osd);
  cluster.publish((inc) => {
    inc.newUpClient.set(
      osd,
      addrs.map((addr) => addr.with({ type: ADDR_TYPE_MSGR2 })),
    );
  });
  const { listener } = submitRead(cluster.objecter, 'obj1');
  expect(listener.result).toBe(-EOPNOTSUPP);
  expect(String(listener.cause)).toContain(`osd.${osd}`);
  cluster.publish((inc) => void inc.newUpClient.set(osd, addrs));
  submitRead(cluster.objecter, 'obj1');
  expect(sent(cluster, osd)).toEqual([[2, 0]]);
});

test('a map of another cluster is not taken', () => {
  const cluster = new FakeCluster();
  const { epoch } = cluster.map;
  cluster.change(nothing);
  const maps = new Map([[epoch + 1, cluster.map.encode()]]);
  const fsid = '99999999-1111-2222-3333-444444444444';
  cluster.fromMon(new MOSDMap({ fsid, maps, oldestMap: 1, newestMap: epoch + 1 }));
  expect(cluster.objecter.osdmap?.epoch).toBe(epoch);
});

test('epochs never go back', () => {
  const cluster = new FakeCluster();
  const old = cluster.map;
  cluster.publish(nothing, nothing);
  const maps = new Map([[old.epoch, old.encode()]]);
  cluster.fromMon(new MOSDMap({ fsid: FSID, maps, oldestMap: 1, newestMap: old.epoch }));
  expect(cluster.objecter.osdmap?.epoch).toBe(old.epoch + 2);
});

test('a missing epoch is asked for, and nothing after it is taken', () => {
  const cluster = new FakeCluster();
  const { epoch } = cluster.map;
  cluster.change(nothing);
  const inc = incrementalOf(cluster.map, nothing);
  const incrementalMaps = new Map([[epoch + 2, inc.encode()]]);
  cluster.fromMon(new MOSDMap({ fsid: FSID, incrementalMaps, oldestMap: 1, newestMap: epoch + 2 }));
  expect(cluster.objecter.osdmap?.epoch).toBe(epoch);
  expect(cluster.subscriptions()).toEqual([`osdmap=${epoch + 1}`]);
});

test('epochs that nobody has any more are jumped over, and every op is sent again', () => {
  const cluster = new FakeCluster();
  submitRead(cluster.objecter, 'obj1');
  const { epoch } = cluster.map;
  for (let i = 0; i < 5; i++) cluster.change(nothing);
  const last = cluster.map.epoch;
  const maps = new Map([[last, cluster.map.encode()]]);
  cluster.fromMon(new MOSDMap({ fsid: FSID, maps, oldestMap: last, newestMap: last }));
  expect(last).toBe(epoch + 5);
  expect(cluster.objecter.osdmap?.epoch).toBe(last);
  expect(sent(cluster, cluster.primary('obj1'))).toEqual([
    [1, 0],
    [1, 1],
  ]);
});

test('a damaged map is not taken; a whole one is asked of another session', () => {
  const cluster = new FakeCluster();
  const { epoch } = cluster.map;
  const bytes = incrementalOf(cluster.map, nothing).encode().slice();
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  const mon = cluster.mon;
  const incrementalMaps = new Map([[epoch + 1, bytes]]);
  cluster.fromMon(new MOSDMap({ fsid: FSID, incrementalMaps, oldestMap: 1, newestMap: epoch + 1 }));
  expect(cluster.objecter.osdmap?.epoch).toBe(epoch);
  expect(mon.down).toBe(true);
});

test('a damaged map from an OSD resets its session and is asked of the monitor', () => {
  const cluster = new FakeCluster();
  submitRead(cluster.objecter, 'obj1');
  const osd = cluster.primary('obj1');
  const con = cluster.osd(osd);
  const { epoch } = cluster.map;
  const maps = new Map([[epoch + 1, new Uint8Array([1, 2, 3])]]);
  cluster.messenger.msDeliverDispatch(
    con,
    new MOSDMap({ fsid: FSID, maps, oldestMap: epoch + 1, newestMap: epoch + 1 }),
  );
  expect(con.down).toBe(true);
  expect(sent(cluster, osd)).toEqual([[1, 1]]);
  expect(cluster.subscriptions().at(-1)).toBe('osdmap=0');
});

test('a full map whose epoch is not the announced one is not taken', () => {
  const cluster = new FakeCluster();
  const { epoch } = cluster.map;
  const maps = new Map([[epoch + 7, cluster.map.encode()]]);
  cluster.fromMon(new MOSDMap({ fsid: FSID, maps, oldestMap: epoch + 7, newestMap: epoch + 7 }));
  expect(cluster.objecter.osdmap?.epoch).toBe(epoch);
});

test('a pool that is missing is ENOENT only when the newest map says so too', () => {
  const cluster = new FakeCluster();
  const { listener } = submitRead(cluster.objecter, 'obj1', { pool: 2 });
  expect(listener.result).toBeUndefined();
  expect(cluster.answerVersions()).toBe(1);
  expect(listener.result).toBe(-ENOENT);
  expect(cluster.objecter.budget).toEqual({ ops: 0, bytes: 0 });
});

test('a pool that is missing in an old map is waited for', () => {
  const cluster = new FakeCluster();
  const { listener } = submitRead(cluster.objecter, 'obj1', { pool: 2 });
  cluster.answerVersions(cluster.map.epoch + 1);
  expect(listener.result).toBeUndefined();
  expect(cluster.subscriptions()).toEqual([`osdmap=${cluster.map.epoch + 1}`]);
  const pool = cluster.map.pools.get(1);
  if (pool === undefined) throw new Error('no pool');
  cluster.publish((inc) => {
    inc.newPools.set(2, pool);
    inc.newPoolNames.set(2, 'new');
    inc.newPoolMax = 2;
  });
  expect(cluster.osdCons().flatMap((con) => cluster.ops(con))).toHaveLength(1);
});

test('an op whose pool goes away ends with ENOENT', () => {
  const cluster = new FakeCluster();
  const { listener } = submitRead(cluster.objecter, 'obj1');
  cluster.publish((inc) => void inc.oldPools.add(1));
  expect(listener.result).toBe(-ENOENT);
  expect(cluster.objecter.counters.get('op_active')).toBe(0);
});

test('an op that is cancelled while the newest epoch is asked for is forgotten', () => {
  const cluster = new FakeCluster();
  const { op, listener } = submitRead(cluster.objecter, 'obj1', { pool: 2 });
  cluster.objecter.opCancel(op, 125, undefined);
  cluster.answerVersions();
  expect(listener.result).toBe(-125);
  expect(cluster.clock.refs).toBe(0);
});

test('who waits for a map is called when it has come', () => {
  const cluster = new FakeCluster();
  const seen: number[] = [];
  const { epoch } = cluster.map;
  cluster.objecter.waitForMap(epoch, () => seen.push(epoch));
  cluster.objecter.waitForMap(epoch + 2, () => seen.push(epoch + 2));
  const cancel = cluster.objecter.waitForMap(epoch + 1, () => seen.push(epoch + 1));
  cancel();
  cluster.publish(nothing);
  expect(seen).toEqual([epoch]);
  cluster.publish(nothing);
  expect(seen).toEqual([epoch, epoch + 2]);
  expect(cluster.clock.refs).toBe(0);
});
