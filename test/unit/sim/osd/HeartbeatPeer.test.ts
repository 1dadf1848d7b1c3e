import { beforeEach, expect, it } from 'vitest';
import { HeartbeatPeer } from '../../../../sim/osd/HeartbeatPeer.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../../../src/common/entity_name.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../../../src/msg/msg_types.ts';
import { buildSimple } from '../../../../src/osd/build_simple.ts';
import { FakeConnection } from '../../../helpers/FakeMessenger.ts';

const map = buildSimple({ fsid: '00000000-1111-4222-8333-444444444444', osds: 3 });

const connect = (port: number): FakeConnection =>
  new FakeConnection(
    CEPH_ENTITY_TYPE_OSD,
    new entity_addr_t(ADDR_TYPE_LEGACY, '10.1.0.1', port, 7),
  );

let back: FakeConnection;
let front: FakeConnection;
let peer: HeartbeatPeer;

beforeEach(() => {
  back = connect(7000);
  front = connect(7100);
  peer = new HeartbeatPeer(1, map, back, front);
});

it('is neither missed nor healthy before it was pinged', () => {
  expect([peer.isMissed(1e9), peer.isHealthy(1e9)]).toEqual([false, false]);
});

it('is missed when its oldest ping is not answered by its deadline', () => {
  peer.sent(1, 100, 20_100);
  peer.sent(2, 5000, 25_000);
  expect([peer.isMissed(20_100), peer.isMissed(20_101)]).toEqual([false, true]);
  expect(peer.lastHeard).toBe(100);
});

it('must answer on both networks', () => {
  peer.sent(1, 100, 20_100);
  peer.answered(back, 1, 200);
  expect([peer.isHealthy(300), peer.isMissed(20_101)]).toEqual([false, true]);
  peer.answered(front, 1, 400);
  expect([peer.isHealthy(500), peer.isMissed(20_101)]).toEqual([true, false]);
  expect(peer.lastHeard).toBe(200);
});

it('has answered the pings before the one that it answers', () => {
  for (const stamp of [1, 2, 3]) peer.sent(stamp, stamp * 100, stamp * 100 + 20_000);
  peer.answered(back, 2, 500);
  peer.answered(front, 2, 500);
  expect([peer.isMissed(20_300), peer.isMissed(20_301)]).toEqual([false, true]);
});

it('gains nothing by answers to pings that it was never sent', () => {
  peer.sent(1, 100, 20_100);
  peer.answered(back, 7, 200);
  peer.answered(front, 7, 200);
  expect(peer.isHealthy(300)).toBe(false);
});

it('is left by both of its connections', () => {
  peer.close();
  expect([back.down, front.down]).toEqual([true, true]);
});
