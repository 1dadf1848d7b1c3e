import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Encoder } from '../../../src/common/Encoder.ts';
import { ENOENT } from '../../../src/common/errno.ts';
import { AbortListeners } from '../../../src/librados/AbortListeners.ts';
import { IoCtx, type IoCtxOptions } from '../../../src/librados/IoCtx.ts';
import {
  InvalidArgumentError,
  IOError,
  ObjectNotFound,
  RadosError,
  TimedOut,
} from '../../../src/librados/RadosError.ts';
import { ReadOp } from '../../../src/librados/ReadOp.ts';
import type { MOSDOp } from '../../../src/messages/MOSDOp.ts';
import type { MOSDOpReplyInit } from '../../../src/messages/MOSDOpReply.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import type { FakeConnection } from '../../helpers/FakeMessenger.ts';

const DATA = new Uint8Array([1, 2, 3]);

function openIoCtx({ cct, objecter, map }: FakeCluster, options: IoCtxOptions = {}): IoCtx {
  const session = {
    cct,
    objecter,
    aborts: new AbortListeners(),
    who: () => 'client.4123',
    osdMap: () => map,
    checkConnected: () => {},
  };
  return new IoCtx(session, 1, 'p', options);
}

/** An IoCtx on pool `p` of a cluster that the test plays. */
class Fixture {
  readonly cluster = new FakeCluster();
  readonly ioctx: IoCtx;

  constructor(options: IoCtxOptions = {}) {
    this.ioctx = openIoCtx(this.cluster, options);
  }

  /** All ops that are under way or were, and the connections that they went by. */
  sent(): [con: FakeConnection, op: MOSDOp][] {
    const { cluster } = this;
    return cluster.osdCons().flatMap((con) => cluster.ops(con).map((op) => pair(con, op)));
  }

  /** Answers the last op and lets the promise settle. */
  answer(change: Partial<MOSDOpReplyInit> = {}): void {
    const [con, op] = this.sent().at(-1) ?? [];
    if (con === undefined || op === undefined) throw new Error('no op was sent');
    this.cluster.reply(con, op, change);
    this.cluster.clock.advance();
  }

  expectAtRest(): void {
    expect(this.cluster.objecter.budget).toEqual({ ops: 0, bytes: 0 });
    expect(this.cluster.clock.refs).toBe(0);
  }
}

function pair(con: FakeConnection, op: MOSDOp): [FakeConnection, MOSDOp] {
  return [con, op];
}

function encodedStat(size: number, sec: number, nsec: number): Uint8Array {
  const enc = new Encoder();
  enc.u64(size);
  enc.u32(sec);
  enc.u32(nsec);
  return enc.take();
}

/** What a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}

test('a read gives the bytes of the reply, not a copy', async () => {
  const fixture = new Fixture();
  const reading = fixture.ioctx.read('obj1');
  fixture.answer({ outdata: [DATA] });
  expect(await reading).toBe(DATA);
  fixture.expectAtRest();
});

test('a read asks for offset and length; with no length for all that follows', () => {
  const fixture = new Fixture();
  void fixture.ioctx.read('obj1', { offset: 10, length: 20 });
  void fixture.ioctx.read('obj1', { offset: 10 });
  void fixture.ioctx.read('obj1');
  const extents = fixture.sent().map(([, op]) => op.ops[0]?.args);
  expect(extents).toMatchObject([
    { offset: 10, length: 20 },
    { offset: 10, length: 0 },
    { offset: 0, length: 0 },
  ]);
});

test('a read of no bytes only looks whether the object is there', async () => {
  const fixture = new Fixture();
  const reading = fixture.ioctx.read('obj1', { length: 0 });
  fixture.answer({ outdata: [encodedStat(3, 0, 0)] });
  expect(await reading).toHaveLength(0);
});

test('namespace and locator key go with the op and decide where it goes', () => {
  const fixture = new Fixture({ namespace: 'ns1', locatorKey: 'key' });
  void fixture.ioctx.read('obj1');
  const [, op] = fixture.sent()[0] ?? [];
  expect(op?.oloc).toEqual({ pool: 1, key: 'key', nspace: 'ns1', hash: -1 });
  expect(op?.oid).toBe('obj1');
  expect(fixture.ioctx.locate('other').pgid).toBe(fixture.ioctx.locate('obj1').pgid);
});

test('with() changes what it is given and leaves the rest', () => {
  const { ioctx } = new Fixture({ namespace: 'ns1', locatorKey: 'key' });
  const other = ioctx.with({ namespace: 'ns2' });
  expect([other.namespace, other.locatorKey]).toEqual(['ns2', 'key']);
  expect([ioctx.namespace, ioctx.locatorKey]).toEqual(['ns1', 'key']);
});

test('stat gives size, time and version', async () => {
  const fixture = new Fixture();
  const stating = fixture.ioctx.stat('obj1');
  fixture.answer({ outdata: [encodedStat(3000, 1_700_000_000, 123_456_789)], userVersion: 9 });
  expect(await stating).toEqual({
    size: 3000,
    mtime: new Date(1_700_000_000_123),
    mtimeNs: 1_700_000_000_123_456_789n,
    version: 9n,
  });
});

test('operateRead gives the results of the steps in their order, and the version', async () => {
  const fixture = new Fixture();
  const op = new ReadOp().assertExists().read({ length: 3 }).stat();
  const operating = fixture.ioctx.operateRead('obj1', op);
  const stat = encodedStat(3, 1, 0);
  fixture.answer({ outdata: [stat, DATA, stat], userVersion: 5 });
  const results = await operating;
  const [bytes, { size }] = results;
  expect(bytes).toBe(DATA);
  expect(size).toBe(3);
  expect(results).toHaveLength(2);
  expect(results.version).toBe(5n);
});

test('an error says what failed and where', async () => {
  const fixture = new Fixture({ namespace: 'ns1' });
  const reading = fixture.ioctx.read('nothing');
  fixture.answer({ result: -ENOENT });
  const error = await errorOf(reading);
  expect(error).toBeInstanceOf(ObjectNotFound);
  expect(error).toMatchObject({
    code: 'ENOENT',
    errno: -2,
    syscall: 'read',
    pool: 'p',
    namespace: 'ns1',
    oid: 'nothing',
    pgid: fixture.ioctx.locate('nothing').pgid,
    osd: fixture.ioctx.locate('nothing').actingPrimary,
    epoch: fixture.cluster.map.epoch,
    attempts: 1,
  });
  expect(RadosError.is(error, 'ENOENT')).toBe(true);
  expect(RadosError.is(error, 'EIO')).toBe(false);
});

test('output that makes no sense is an IOError that names the field', async () => {
  const fixture = new Fixture();
  const stating = fixture.ioctx.stat('obj1');
  fixture.answer({ outdata: [new Uint8Array(15)] });
  const error = await errorOf(stating);
  expect(error).toBeInstanceOf(IOError);
  expect(String(error)).toMatch(/stat.*tid 1/);
});

test('a call that takes too long rejects with TimedOut', async () => {
  const fixture = new Fixture();
  const reading = fixture.ioctx.read('obj1', { timeout: 100 });
  fixture.cluster.clock.advance(100);
  const error = await errorOf(reading);
  expect(error).toBeInstanceOf(TimedOut);
  expect(String(error)).toContain('no answer within 100 ms');
  fixture.expectAtRest();
});

test('rados_osd_op_timeout is the timeout of calls that say none', async () => {
  const cluster = new FakeCluster({ rados_osd_op_timeout: 2 });
  const reading = openIoCtx(cluster).read('obj1');
  cluster.clock.advance(2000);
  expect(await errorOf(reading)).toBeInstanceOf(TimedOut);
});

test.each(['in flight', 'after the answer'])('a signal that is aborted %s', async (when) => {
  const fixture = new Fixture();
  const aborter = new AbortController();
  const reason = new Error('enough');
  const reading = fixture.ioctx.read('obj1', { signal: aborter.signal });
  expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(1);
  if (when === 'in flight') aborter.abort(reason);
  fixture.answer({ outdata: [DATA] });
  aborter.abort(reason);
  expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0);
  if (when === 'in flight') expect(await errorOf(reading)).toBe(reason);
  else expect(await reading).toBe(DATA);
  fixture.expectAtRest();
});

test('a signal that was aborted before rejects the call, and nothing is sent', async () => {
  const fixture = new Fixture();
  const reason = new Error('enough');
  const reading = fixture.ioctx.read('obj1', { signal: AbortSignal.abort(reason) });
  fixture.cluster.clock.advance();
  expect(await errorOf(reading)).toBe(reason);
  expect(fixture.sent()).toEqual([]);
});

test('one signal ends 1,000 reads, each once, and the session goes on', async () => {
  const fixture = new Fixture();
  const aborter = new AbortController();
  const oids = Array.from({ length: 1000 }, (_, i) => `obj${i}`);
  const reads = oids.map((oid) => fixture.ioctx.read(oid, { signal: aborter.signal }));
  expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(1);
  aborter.abort('enough');
  fixture.cluster.clock.advance();
  const results = await Promise.allSettled(reads);
  expect(
    results.every((result) => result.status === 'rejected' && result.reason === 'enough'),
  ).toBe(true);
  expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0);
  expect(fixture.cluster.osdCons().every((con) => !con.down)).toBe(true);
  fixture.expectAtRest();
});

test('of reads that are aborted together none is sent on the way', () => {
  const cluster = new FakeCluster({ objecter_inflight_ops: 2 });
  const ioctx = openIoCtx(cluster);
  const aborter = new AbortController();
  for (const oid of ['a', 'b', 'c', 'd']) {
    ioctx.read(oid, { signal: aborter.signal }).catch(() => {});
  }
  aborter.abort();
  cluster.clock.advance();
  expect(cluster.osdCons().flatMap((con) => cluster.ops(con))).toHaveLength(2);
});

test.each<[string, (ioctx: IoCtx) => Promise<unknown>]>([
  ['an empty name', (ioctx) => ioctx.read('')],
  ['a name above 2,048 bytes', (ioctx) => ioctx.read('é'.repeat(1025))],
  ['a negative offset', (ioctx) => ioctx.read('a', { offset: -1 })],
  ['an offset that is no number', (ioctx) => ioctx.read('a', { offset: Number.NaN })],
  ['half a byte', (ioctx) => ioctx.read('a', { length: 0.5 })],
  ['a length that is Infinity', (ioctx) => ioctx.read('a', { length: Number.POSITIVE_INFINITY })],
  ['an end above 2^53', (ioctx) => ioctx.read('a', { offset: 2 ** 53 - 2, length: 2 })],
  ['a negative timeout', (ioctx) => ioctx.read('a', { timeout: -1 })],
  ['a timeout that is no number', (ioctx) => ioctx.stat('a', { timeout: Number.NaN })],
  ['a timeout that is a text', (ioctx) => ioctx.read('a', JSON.parse('{"timeout":"5"}'))],
  ['a ReadOp without steps', (ioctx) => ioctx.operateRead('a', new ReadOp())],
])('%s is refused before anything is sent', async (_what, call) => {
  const fixture = new Fixture();
  const calling = call(fixture.ioctx);
  fixture.cluster.clock.advance();
  const error = await errorOf(calling);
  expect(error).toBeInstanceOf(RadosError);
  expect(['EINVAL', 'ENAMETOOLONG']).toContain(error instanceof RadosError ? error.code : '');
  expect(fixture.sent()).toEqual([]);
});

test('a namespace above 256 bytes is refused', () => {
  expect(() => new Fixture({ namespace: 'n'.repeat(257) })).toThrow(/ENAMETOOLONG/);
});

test('a step of a ReadOp with a bad extent throws where it is made', () => {
  expect(() => new ReadOp().read({ offset: -1 })).toThrow(InvalidArgumentError);
});

test('a ReadOp of more than 1,024 steps throws where it becomes too long', () => {
  const reads = Array.from({ length: 1024 }).reduce<ReadOp>(
    (op) => op.assertExists(),
    new ReadOp(),
  );
  expect(reads.ops.length).toBe(1024);
  expect(() => reads.read()).toThrow(InvalidArgumentError);
});

test('the results of a ReadOp of 1,024 steps are taken apart', () => {
  const op = Array.from({ length: 1023 }).reduce<ReadOp<readonly unknown[]>>(
    (longer) => longer.read(),
    new ReadOp().read(),
  );
  const outdata = op.ops.map((_, i) => Uint8Array.of(i));
  const rvals = op.ops.map(() => 0);
  expect(op.decode({ result: 0, outdata, rvals, userVersion: 0 })).toEqual(outdata);
});

test('a ReadOp can be gone on from in two ways', () => {
  const base = new ReadOp().stat();
  const [a, b] = [base.read(), base.assertExists()];
  expect([base, a, b].map(({ ops }) => ops.length)).toEqual([1, 2, 2]);
});

test('locate says what `ceph osd map` says, and asks nobody', () => {
  const fixture = new Fixture();
  const placement = fixture.ioctx.locate('obj1');
  const acting = fixture.cluster.acting('obj1');
  expect(placement).toEqual({
    epoch: fixture.cluster.map.epoch,
    poolId: 1,
    oid: 'obj1',
    rawPgid: '1.6cf8deff',
    pgid: '1.7',
    up: acting,
    upPrimary: acting[0],
    acting,
    actingPrimary: acting[0],
  });
  expect(fixture.cluster.osdCons()).toEqual([]);
});
