import { expect, test } from 'vitest';
import { Encoder } from '../../../src/common/Encoder.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../src/common/entity_name.ts';
import { EOPNOTSUPP } from '../../../src/common/errno.ts';
import { MAuth } from '../../../src/messages/MAuth.ts';
import { MAuthReply } from '../../../src/messages/MAuthReply.ts';
import { MConfig } from '../../../src/messages/MConfig.ts';
import { MMgrMap, MSG_MGR_MAP } from '../../../src/messages/MMgrMap.ts';
import { MMonGetVersion } from '../../../src/messages/MMonGetVersion.ts';
import { MMonGetVersionReply } from '../../../src/messages/MMonGetVersionReply.ts';
import { MMonMap } from '../../../src/messages/MMonMap.ts';
import { CEPH_SUBSCRIBE_ONETIME } from '../../../src/messages/MMonSubscribe.ts';
import { MonClient } from '../../../src/mon/MonClient.ts';
import { MonMap } from '../../../src/mon/MonMap.ts';
import { decodeAs } from '../../helpers/codec.ts';
import { fakeWorld } from '../../helpers/FakeCluster.ts';
import { goldenMessage } from '../../helpers/golden.ts';
import { ADDRS, GLOBAL_ID, Monitors, monmap } from '../../helpers/Monitors.ts';
import { FSID } from '../../helpers/osdmaps.ts';

test('the first words are a keepalive and the MAuth of stock librados', () => {
  const { con } = new Monitors(1);
  expect(con.peerType).toBe(CEPH_ENTITY_TYPE_MON);
  expect(con.keepalives).toBe(1);
  const [auth] = con.sent;
  expect(auth).toBeInstanceOf(MAuth);
  const enc = new Encoder();
  auth?.encodePayload(enc);
  // Recorded: `rados` 16.2.15 with auth none.
  const recorded = `0000000000000000 ffff 0000000000000000 00000000 1e000000
    01 01000000 01000000 08000000 0500000061646d696e 0000000000000000 00000000`;
  expect(Buffer.from(enc.take()).toString('hex')).toBe(recorded.replaceAll(/\s/g, ''));
});

test('a session is open when the monitor has taken our name and sent its map', () => {
  const mons = new Monitors(1);
  mons.send(new MAuthReply({ protocol: 1, result: 0, globalId: GLOBAL_ID }));
  expect(mons.done).toEqual([]);
  expect(mons.subscribed()).toEqual(['config=0+ monmap=0+']);
  mons.send(new MMonMap(mons.map.encode()));
  expect(mons.done).toEqual([[0, '']]);
  expect(mons.monc.globalId).toBe(GLOBAL_ID);
  expect(mons.monc.fsid).toBe(FSID);
});

test('an OSD is shown our name and number', () => {
  const mons = new Monitors(1);
  mons.open();
  expect(mons.monc.buildAuthorizer(CEPH_ENTITY_TYPE_MON)).toBeUndefined();
  const authorizer = mons.monc.buildAuthorizer(CEPH_ENTITY_TYPE_OSD);
  expect(authorizer?.protocol).toBe(1);
  const hex = Buffer.from(authorizer?.bytes ?? []).toString('hex');
  expect(hex).toBe('01080000000500000061646d696e1b10000000000000');
});

test('a subscription is sent once', () => {
  const mons = new Monitors(1);
  mons.open();
  expect(mons.monc.subWant('osdmap', 0, CEPH_SUBSCRIBE_ONETIME)).toBe(true);
  mons.monc.renewSubs();
  expect(mons.monc.subWant('osdmap', 0, CEPH_SUBSCRIBE_ONETIME)).toBe(false);
  mons.monc.renewSubs();
  expect(mons.subscribed()).toEqual(['config=0+ monmap=0+', 'osdmap=0']);
});

test('a new session is told what is still wanted, from where it stands', () => {
  const mons = new Monitors(1);
  mons.open();
  mons.monc.subWant('osdmap', 5, 0);
  mons.monc.subWant('once', 3, CEPH_SUBSCRIBE_ONETIME);
  mons.monc.renewSubs();
  mons.monc.subGot('osdmap', 9);
  mons.monc.subGot('once', 3);
  mons.reset();
  mons.world.clock.advance();
  mons.open();
  expect(mons.subscribed()).toEqual(['config=0+ monmap=2+ osdmap=10+']);
});

test('a map of the managers that has come is not sent again by the next monitor', () => {
  const mons = new Monitors(1);
  mons.open();
  mons.monc.subWant('mgrmap', 0, 0);
  mons.monc.renewSubs();
  const recorded = goldenMessage('v1-none-get', MSG_MGR_MAP);
  mons.send(decodeAs(MMgrMap, recorded, recorded.front));
  mons.reset();
  mons.world.clock.advance();
  mons.open();
  const epoch = new DataView(recorded.front.buffer, recorded.front.byteOffset).getUint32(6, true);
  expect(mons.subscribed()).toEqual([`config=0+ mgrmap=${epoch + 1}+ monmap=2+`]);
});

test('a version request is answered by its handle', () => {
  const mons = new Monitors(1);
  mons.open();
  const seen: number[] = [];
  mons.monc.requests.getVersion('osdmap', (newest) => seen.push(newest));
  const second = mons.monc.requests.getVersion('osdmap', (newest) => seen.push(newest));
  mons.monc.requests.cancel(second);
  const asked = mons.con.sent.filter((message) => message instanceof MMonGetVersion);
  for (const { handle } of asked) mons.send(new MMonGetVersionReply(handle, 40 + handle, 1));
  expect(seen).toEqual([41]);
});

test('version requests are asked again of the next session', () => {
  const mons = new Monitors(1);
  const seen: number[] = [];
  mons.monc.requests.getVersion('osdmap', (newest) => seen.push(newest));
  mons.open();
  mons.reset();
  mons.world.clock.advance();
  mons.open();
  const asked = mons.con.sent.filter((message) => message instanceof MMonGetVersion);
  for (const { handle } of asked) mons.send(new MMonGetVersionReply(handle, 7, 1));
  expect(seen).toEqual([7]);
});

test('a monitor that wants more than auth none is not talked to', () => {
  const mons = new Monitors(1);
  mons.send(new MAuthReply({ protocol: 2, result: 0, globalId: 1 }));
  expect(mons.done).toEqual([[-EOPNOTSUPP, expect.stringContaining('auth protocol cephx (2)')]]);
});

test('monitors with msgr v2 only cannot be talked to', () => {
  const world = fakeWorld();
  const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
  const initial = MonMap.buildInitial('v2:10.0.1.1:3300');
  const monc = new MonClient(world.cct, world.messenger, { name }, initial);
  const done: number[] = [];
  monc.authenticate((result) => done.push(result));
  expect(done).toEqual([-EOPNOTSUPP]);
});

test('a monitor of another cluster is left', () => {
  const mons = new Monitors(1);
  mons.open();
  const other = monmap(ADDRS.slice(0, 1), {
    epoch: 9,
    fsid: '99999999-1111-2222-3333-444444444444',
  });
  const { con } = mons;
  mons.send(new MMonMap(other.encode()));
  expect(con.down).toBe(true);
  expect(mons.monc.fsid).toBe(FSID);
});

test('a damaged monitor map resets the session', () => {
  const mons = new Monitors(1);
  mons.open();
  const { con } = mons;
  mons.send(new MMonMap(new Uint8Array([9, 9, 9])));
  expect(con.down).toBe(true);
  expect(mons.monc.monmap.epoch).toBe(1);
});

test.each([
  ['nobody', []],
  ['monitors of msgr v2 only', ['v2:10.0.1.1:3300/0']],
])('a monmap of %s is refused, and the next monitor asked', (_what, addrs) => {
  const mons = new Monitors(1);
  mons.open();
  const before = mons.con;
  mons.send(new MMonMap(monmap(addrs, { epoch: 2 }).encode()));
  mons.world.clock.advance(1000);
  expect(mons.monc.monmap.epoch).toBe(1);
  expect(before.down).toBe(true);
  expect(mons.con).not.toBe(before);
});

test('options from the monitor are taken', () => {
  const mons = new Monitors(1);
  mons.open();
  expect(mons.monc.msDispatch(mons.con, new MConfig(new Map([['a', 'b']])))).toBe(true);
});

test('an open session is pinged, and left when the answers stay away', () => {
  const mons = new Monitors(1, { mon_client_ping_interval: 10, mon_client_ping_timeout: 30 });
  mons.open();
  const { con } = mons;
  mons.world.clock.advance(20_000);
  expect(con.keepalives).toBe(3);
  con.lastKeepaliveAck = mons.world.clock.now();
  mons.world.clock.advance(30_000);
  expect(con.down).toBe(false);
  mons.world.clock.advance(10_000);
  expect(con.down).toBe(true);
});

test('only who waits for an answer keeps the clock going', () => {
  const mons = new Monitors(1);
  expect(mons.world.clock.refs).toBe(1);
  mons.open();
  expect(mons.world.clock.refs).toBe(0);
  const handle = mons.monc.requests.getVersion('osdmap', () => {});
  expect(mons.world.clock.refs).toBe(1);
  mons.monc.requests.cancel(handle);
  expect(mons.world.clock.refs).toBe(0);
});

test('shutdown closes the connection and leaves no timer', () => {
  const mons = new Monitors(1);
  mons.open();
  mons.monc.shutdown();
  expect(mons.con.down).toBe(true);
  expect(mons.world.clock.timers).toBe(0);
});
