import { expect, test } from 'vitest';
import { EACCES } from '../../../src/common/errno.ts';
import { MAuth } from '../../../src/messages/MAuth.ts';
import { MAuthReply } from '../../../src/messages/MAuthReply.ts';
import { MMonMap } from '../../../src/messages/MMonMap.ts';
import { MonMap } from '../../../src/mon/MonMap.ts';
import type { FakeConnection } from '../../helpers/FakeMessenger.ts';
import { ADDRS, GLOBAL_ID, Monitors, monmap } from '../../helpers/Monitors.ts';

const ONE_AT_A_TIME = { mon_client_hunt_parallel: 1 };

function addrsOf(cons: readonly FakeConnection[]): string[] {
  return cons.map(({ peerAddr }) => String(peerAddr)).sort();
}

function refusal(result = -EACCES): MAuthReply {
  return new MAuthReply({ protocol: 1, result, globalId: 0, resultMsg: 'go away' });
}

test('three monitors are tried at once, each with the first words of its own', () => {
  const mons = new Monitors(5);
  expect(mons.openCons).toHaveLength(3);
  expect(new Set(addrsOf(mons.openCons)).size).toBe(3);
  for (const con of mons.openCons) {
    expect(con.sent.map((message) => message.constructor)).toEqual([MAuth]);
  }
});

test('mon_client_hunt_parallel 0 tries all', () => {
  expect(new Monitors(5, { mon_client_hunt_parallel: 0 }).openCons).toHaveLength(5);
});

test('the first to let us in has the session, the others are left', () => {
  const mons = new Monitors(3);
  const [, second] = mons.openCons;
  if (second === undefined) throw new Error('one is tried');
  mons.open(second);
  expect(mons.openCons).toEqual([second]);
  expect(mons.done).toEqual([[0, '']]);
});

test('the map of a monitor that has not let us in is not believed', () => {
  const mons = new Monitors(1);
  mons.send(new MMonMap(monmap(['v1:10.9.9.9:6789/0'], { epoch: 9 }).encode()));
  expect(mons.monc.monmap.epoch).toBe(0);
});

test('a monitor that refuses while others are tried is out, and the others go on', () => {
  const mons = new Monitors(3);
  const [first, second] = mons.openCons;
  if (first === undefined || second === undefined) throw new Error('too few are tried');
  mons.send(refusal(), first);
  expect(mons.done).toEqual([]);
  expect(first.down).toBe(true);
  mons.open(second);
  expect(mons.done).toEqual([[0, '']]);
});

test('when all that are tried refuse, they are believed', () => {
  const mons = new Monitors(3);
  for (const con of mons.openCons) mons.send(refusal(), con);
  expect(mons.done).toEqual([[-EACCES, expect.stringContaining('go away')]]);
  expect(mons.openCons).toEqual([]);
});

test('one that refuses is believed when nobody else answers in time', () => {
  const mons = new Monitors(3);
  const [first] = mons.openCons;
  mons.send(refusal(), first);
  mons.world.clock.advance(3000);
  expect(mons.done).toEqual([
    [-EACCES, expect.stringMatching(/^v1:10\.0\.1\.\d:6789\/0: .*go away/)],
  ]);
});

test('those that refuse are not believed before all have been asked', () => {
  const mons = new Monitors(5);
  for (const con of mons.openCons) mons.send(refusal(), con);
  mons.world.clock.advance();
  expect(mons.done).toEqual([]);
  expect(mons.openCons).toHaveLength(2);
  mons.open();
  expect(mons.done).toEqual([[0, '']]);
});

test('monitors that were not tried yet are next', () => {
  const mons = new Monitors(5);
  const first = addrsOf(mons.openCons);
  mons.world.clock.advance(3000);
  const second = addrsOf(mons.openCons);
  expect([...first, ...second].sort()).toEqual([...ADDRS]);
});

test('each monitor is tried once before any is tried again', () => {
  const mons = new Monitors(3, ONE_AT_A_TIME);
  const order = [String(mons.con.peerAddr)];
  for (let i = 0; i < 5; i++) {
    const { con } = mons;
    mons.reset();
    while (mons.con === con) mons.world.clock.advance(100);
    order.push(String(mons.con.peerAddr));
  }
  expect([...order.slice(0, 3)].sort()).toEqual(ADDRS.slice(0, 3));
  expect([...order.slice(3)].sort()).toEqual(ADDRS.slice(0, 3));
});

test('when all that are tried refuse the connection, the next are tried at once', () => {
  const mons = new Monitors(4);
  const first = mons.openCons;
  for (const con of first) mons.refuse(con);
  mons.world.clock.advance();
  expect(mons.openCons).toHaveLength(1);
  expect(addrsOf([...first, ...mons.openCons])).toEqual(ADDRS.slice(0, 4));
  expect(mons.monc.describeTried()).toContain(`${first[0]?.peerAddr} (connection refused)`);
});

test('monitors that say nothing are left after mon_client_hunt_interval', () => {
  const mons = new Monitors(2, ONE_AT_A_TIME);
  const first = mons.con;
  mons.world.clock.advance(2999);
  expect(mons.con).toBe(first);
  mons.world.clock.advance(1);
  expect(first.down).toBe(true);
  expect(mons.con).not.toBe(first);
});

test('when all fail, tries become rarer', () => {
  const mons = new Monitors(1);
  const times = [0];
  for (let i = 0; i < 10; i++) {
    const { con } = mons;
    mons.refuse(con);
    while (mons.con === con) mons.world.clock.advance(100);
    times.push(mons.world.clock.now());
  }
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  expect(gaps.slice(1)).toEqual([200, 400, 800, 1600, 3200, 6400, 12800, 15000, 15000]);
});

test('who has had a session hunts ever longer, up to mon_client_hunt_interval_max_multiple', () => {
  const mons = new Monitors(1, {
    mon_client_hunt_interval_backoff: 2,
    mon_client_hunt_interval_max_multiple: 5,
  });
  mons.open();
  mons.reset();
  mons.world.clock.advance();
  const gaps: number[] = [];
  for (let i = 0; i < 4; i++) {
    const { con } = mons;
    const since = mons.world.clock.now();
    while (mons.con === con) mons.world.clock.advance(1000);
    gaps.push(mons.world.clock.now() - since);
  }
  expect(gaps).toEqual([6000, 12_000, 15_000, 15_000]);
});

test('monitors of the best priority come first, and the heavier the likelier', () => {
  const mons = new Monitors(1);
  const { fsid, mons: infos } = monmap(ADDRS);
  const preferred = infos.map((mon, i) => ({
    ...mon,
    priority: i === 0 ? 1 : 0,
    weight: i === 4 ? 1 : 0,
  }));
  mons.map = new MonMap({ fsid, epoch: 1, mons: preferred });
  mons.open();
  mons.reset();
  mons.world.clock.advance();
  expect(mons.openCons).toHaveLength(3);
  expect(addrsOf(mons.openCons)).toContain(ADDRS[4]);
  expect(addrsOf(mons.openCons)).not.toContain(ADDRS[0]);
});

test('a session that is lost is opened again with another number, if the monitors do not believe the old one', () => {
  const mons = new Monitors(1);
  mons.open();
  mons.reset();
  mons.world.clock.advance();
  mons.send(refusal());
  mons.world.clock.advance(1000);
  const [auth] = mons.con.sent;
  expect(auth).toBeInstanceOf(MAuth);
  mons.send(new MAuthReply({ protocol: 1, result: 0, globalId: GLOBAL_ID + 1 }));
  expect(mons.monc.globalId).toBe(GLOBAL_ID + 1);
});

test('a monitor that gives us a number and then refuses us is believed', () => {
  const mons = new Monitors(1);
  mons.send(new MAuthReply({ protocol: 1, result: -EACCES, globalId: GLOBAL_ID }));
  expect(mons.done).toEqual([[-EACCES, expect.stringContaining('Permission denied')]]);
});

test('a monitor that is no longer one is left for another', () => {
  const mons = new Monitors(2);
  mons.open();
  const left = String(mons.con.peerAddr);
  const rest = ADDRS.slice(0, 2).filter((addr) => addr !== left);
  mons.send(new MMonMap(monmap(rest, { epoch: 2 }).encode()));
  mons.world.clock.advance();
  expect(addrsOf(mons.openCons)).toEqual(rest);
});

test('a monitor that is new is hunted too', () => {
  const mons = new Monitors(1);
  mons.open();
  mons.send(new MMonMap(monmap(ADDRS.slice(0, 2), { epoch: 2 }).encode()));
  mons.reset();
  mons.world.clock.advance();
  expect(addrsOf(mons.openCons)).toEqual(ADDRS.slice(0, 2));
});

test('what a monitor that was left sends late has no effect', () => {
  const mons = new Monitors(1);
  const old = mons.con;
  mons.reset();
  mons.world.clock.advance();
  mons.send(new MAuthReply({ protocol: 1, result: 0, globalId: 99 }), old);
  expect(mons.monc.globalId).toBe(0);
});

test('shutdown while monitors are hunted leaves no connection and no timer', () => {
  const mons = new Monitors(3);
  mons.monc.shutdown();
  expect(mons.openCons).toEqual([]);
  expect(mons.world.clock.timers).toBe(0);
});
