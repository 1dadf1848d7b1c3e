import { describe, expect, it } from 'vitest';
import { Encoder } from '../../../../src/common/Encoder.ts';
import { ENOENT, ENOTCONN, ETIMEDOUT } from '../../../../src/common/errno.ts';
import { utf8Encode } from '../../../../src/common/utf8.ts';
import { MWatchNotify } from '../../../../src/messages/MWatchNotify.ts';
import type { OSDOp } from '../../../../src/osd/OSDOp.ts';
import {
  CEPH_OSD_OP_DELETE,
  CEPH_OSD_OP_LIST_WATCHERS,
  CEPH_OSD_OP_NOTIFY,
  CEPH_OSD_OP_NOTIFY_ACK,
  CEPH_OSD_OP_WATCH,
  CEPH_OSD_WATCH_OP_PING,
  CEPH_OSD_WATCH_OP_RECONNECT,
  CEPH_OSD_WATCH_OP_UNWATCH,
  CEPH_OSD_WATCH_OP_WATCH,
} from '../../../../src/osd/rados.ts';
import { clientConnection, OpEngine } from '../../../helpers/OpEngine.ts';
import { opOf, rawStep, step, writeFull } from '../../../helpers/osd_steps.ts';

const WATCH_TIMEOUT_MS = 30_000;

const watch = (cookie: number, what: number, timeout = 0): OSDOp =>
  rawStep(CEPH_OSD_OP_WATCH, (enc) => {
    enc.u64(cookie);
    enc.u64(0);
    enc.u8(what);
    enc.u32(0);
    enc.u32(timeout);
  });

function notify(cookie: number, payload: string, timeout: number): OSDOp {
  const enc = new Encoder();
  enc.u32(1);
  enc.u32(timeout);
  enc.blob(utf8Encode(payload));
  return rawStep(CEPH_OSD_OP_NOTIFY, (args) => args.u64(cookie), enc.take());
}

function ack({ notifyId, cookie }: MWatchNotify, reply: string): OSDOp {
  const enc = new Encoder();
  enc.bigU64(notifyId);
  enc.bigU64(cookie);
  enc.blob(utf8Encode(reply));
  return rawStep(CEPH_OSD_OP_NOTIFY_ACK, (args) => args.bigU64(notifyId), enc.take());
}

/** An object, a client that watches it as 1 and one that has something to say. */
function scene() {
  const engine = new OpEngine();
  const [watcher, notifier] = [clientConnection(), clientConnection()];
  engine.ask(opOf([writeFull('x')]));
  const ask = (op: OSDOp, con = watcher): number =>
    engine.ask(opOf([op]), con)[0]?.result ?? Number.NaN;
  expect(ask(watch(1, CEPH_OSD_WATCH_OP_WATCH))).toBe(0);
  const watchers = (): number =>
    engine.ask(opOf([step(CEPH_OSD_OP_LIST_WATCHERS)]))[0]?.outdata[0]?.[6] ?? -1;
  const told = (con = watcher): MWatchNotify[] =>
    con.sent.filter((message) => message instanceof MWatchNotify);
  return { engine, watcher, notifier, ask, watchers, told };
}

describe('a watch', () => {
  it('is of an object that is there', () => {
    const engine = new OpEngine();
    const op = opOf([watch(1, CEPH_OSD_WATCH_OP_WATCH)]);
    expect(engine.ask(op)[0]?.result).toBe(-ENOENT);
  });

  it('does not change the version that users see', () => {
    const { engine } = scene();
    const [reply] = engine.ask(opOf([watch(2, CEPH_OSD_WATCH_OP_WATCH)]));
    expect([reply?.userVersion, reply?.replayVersion.version]).toEqual([1, 3]);
  });

  it('lasts as long as its client pings', () => {
    const { engine, ask, watchers } = scene();
    for (let i = 0; i < 5; i++) {
      engine.clock.advance(WATCH_TIMEOUT_MS - 1);
      expect(ask(watch(1, CEPH_OSD_WATCH_OP_PING))).toBe(0);
    }
    expect(watchers()).toBe(1);
    engine.clock.advance(WATCH_TIMEOUT_MS);
    expect(watchers()).toBe(0);
    expect(ask(watch(1, CEPH_OSD_WATCH_OP_PING))).toBe(-ENOTCONN);
  });

  it('has the time that its client asks for', () => {
    const { engine, ask, watchers } = scene();
    ask(watch(2, CEPH_OSD_WATCH_OP_WATCH, 100));
    engine.clock.advance(WATCH_TIMEOUT_MS);
    expect(watchers()).toBe(1);
    engine.clock.advance(100_000);
    expect(watchers()).toBe(0);
  });

  it('waits for its client when the connection is gone', () => {
    const { engine, watcher, ask, watchers } = scene();
    engine.ops.onReset(watcher);
    const con = clientConnection();
    expect(ask(watch(1, CEPH_OSD_WATCH_OP_PING), con)).toBe(-ETIMEDOUT);
    expect(ask(watch(1, CEPH_OSD_WATCH_OP_RECONNECT), con)).toBe(0);
    expect(ask(watch(1, CEPH_OSD_WATCH_OP_PING), con)).toBe(0);
    expect(ask(watch(9, CEPH_OSD_WATCH_OP_RECONNECT), con)).toBe(-ENOTCONN);
    expect(watchers()).toBe(1);
  });

  it('of another primary waits for its client here', () => {
    const { engine, ask, watchers } = scene();
    engine.ops.clear();
    expect(watchers()).toBe(1);
    expect(ask(watch(1, CEPH_OSD_WATCH_OP_PING))).toBe(-ETIMEDOUT);
    engine.clock.advance(WATCH_TIMEOUT_MS);
    expect(watchers()).toBe(0);
  });

  it('ends when its client says so', () => {
    const { ask, watchers, told } = scene();
    expect(ask(watch(1, CEPH_OSD_WATCH_OP_UNWATCH))).toBe(0);
    expect(watchers()).toBe(0);
    expect(told()).toEqual([]);
  });

  it('ends with its object, and its client hears of it', () => {
    const { ask, told } = scene();
    ask(step(CEPH_OSD_OP_DELETE));
    expect(told().map(({ opcode, cookie }) => [opcode, cookie])).toEqual([[3, 1n]]);
  });
});

describe('a notify', () => {
  it('is complete when every watcher has answered', () => {
    const { notifier, ask, told } = scene();
    ask(watch(2, CEPH_OSD_WATCH_OP_WATCH));
    ask(notify(7, 'hello', 5), notifier);
    const [first, second] = told();
    if (first === undefined || second === undefined) throw new Error('not told');
    expect([first.cookie, second.cookie, String(first.payload)]).toEqual([
      1n,
      2n,
      String(utf8Encode('hello')),
    ]);
    ask(ack(first, 'one'));
    expect(told(notifier)).toEqual([]);
    ask(ack(second, 'two'));
    expect(
      told(notifier).map(({ opcode, cookie, returnCode }) => [opcode, cookie, returnCode]),
    ).toEqual([[2, 7n, 0]]);
  });

  it('is complete at once where nobody watches', () => {
    const { notifier, ask, told } = scene();
    ask(watch(1, CEPH_OSD_WATCH_OP_UNWATCH));
    ask(notify(7, 'hello', 5), notifier);
    expect(told(notifier).length).toBe(1);
  });

  it('whose watcher does not answer ends in time, and names it', () => {
    const { engine, notifier, ask, told } = scene();
    ask(notify(7, 'hello', 5), notifier);
    engine.clock.advance(4999);
    expect(told(notifier)).toEqual([]);
    engine.clock.advance(1);
    const [end] = told(notifier);
    expect(end?.returnCode).toBe(-ETIMEDOUT);
    expect([...(end?.data[0] ?? [])].slice(0, 8)).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
  });

  it('whose watcher goes away is complete without it', () => {
    const { notifier, ask, told } = scene();
    ask(notify(7, 'hello', 5), notifier);
    ask(watch(1, CEPH_OSD_WATCH_OP_UNWATCH));
    expect(told(notifier).map(({ returnCode }) => returnCode)).toEqual([0]);
  });

  it('is told again to a watcher that comes back', () => {
    const { engine, watcher, notifier, ask, told } = scene();
    engine.ops.onReset(watcher);
    ask(notify(7, 'hello', 5), notifier);
    const con = clientConnection();
    ask(watch(1, CEPH_OSD_WATCH_OP_RECONNECT), con);
    const [again] = told(con);
    if (again === undefined) throw new Error('not told');
    ask(ack(again, ''), con);
    expect(told(notifier).length).toBe(1);
  });
});
