import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { ENOENT } from '../../../src/common/errno.ts';
import type { IoCtx } from '../../../src/librados/IoCtx.ts';
import {
  InvalidArgumentError,
  IOError,
  NoData,
  ObjectNotFound,
  RadosError,
  TimedOut,
} from '../../../src/librados/RadosError.ts';
import { ReadOp } from '../../../src/librados/ReadOp.ts';
import type { MOSDOpReplyInit } from '../../../src/messages/MOSDOpReply.ts';
import { CEPH_SNAPDIR } from '../../../src/osd/rados.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { encodedStat, errorOf, IoCtxFixture, openIoCtx } from '../../helpers/IoCtxFixture.ts';

const DATA = new Uint8Array([1, 2, 3]);

test('a read gives the bytes of the reply, not a copy', async () => {
  const fixture = new IoCtxFixture();
  const reading = fixture.ioctx.read('obj1');
  fixture.answer({ outdata: [DATA] });
  expect(await reading).toBe(DATA);
  fixture.expectAtRest();
});

test('a read asks for offset and length; with no length for all that follows', () => {
  const fixture = new IoCtxFixture();
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
  const fixture = new IoCtxFixture();
  const reading = fixture.ioctx.read('obj1', { length: 0 });
  fixture.answer({ outdata: [encodedStat(3, 0, 0)] });
  expect(await reading).toHaveLength(0);
});

test('namespace and locator key go with the op and decide where it goes', () => {
  const fixture = new IoCtxFixture({ namespace: 'ns1', locatorKey: 'key' });
  void fixture.ioctx.read('obj1');
  const [, op] = fixture.sent()[0] ?? [];
  expect(op?.oloc).toEqual({ pool: 1, key: 'key', nspace: 'ns1', hash: -1 });
  expect(op?.oid).toBe('obj1');
  expect(fixture.ioctx.locate('other').pgid).toBe(fixture.ioctx.locate('obj1').pgid);
});

test('with() changes what it is given and leaves the rest', () => {
  const { ioctx } = new IoCtxFixture({ namespace: 'ns1', locatorKey: 'key' });
  const other = ioctx.with({ namespace: 'ns2' });
  expect([other.namespace, other.locatorKey]).toEqual(['ns2', 'key']);
  expect([ioctx.namespace, ioctx.locatorKey]).toEqual(['ns1', 'key']);
});

test('stat gives size, time and version', async () => {
  const fixture = new IoCtxFixture();
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
  const fixture = new IoCtxFixture();
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
  const fixture = new IoCtxFixture({ namespace: 'ns1' });
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
  const fixture = new IoCtxFixture();
  const stating = fixture.ioctx.stat('obj1');
  fixture.answer({ outdata: [new Uint8Array(15)] });
  const error = await errorOf(stating);
  expect(error).toBeInstanceOf(IOError);
  expect(String(error)).toMatch(/stat.*tid 1/);
});

test('a call that takes too long rejects with TimedOut', async () => {
  const fixture = new IoCtxFixture();
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
  const fixture = new IoCtxFixture();
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
  const fixture = new IoCtxFixture();
  const reason = new Error('enough');
  const reading = fixture.ioctx.read('obj1', { signal: AbortSignal.abort(reason) });
  fixture.cluster.clock.advance();
  expect(await errorOf(reading)).toBe(reason);
  expect(fixture.sent()).toEqual([]);
});

test('one signal ends 1,000 reads, each once, and the session goes on', async () => {
  const fixture = new IoCtxFixture();
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
  const fixture = new IoCtxFixture();
  const calling = call(fixture.ioctx);
  fixture.cluster.clock.advance();
  const error = await errorOf(calling);
  expect(error).toBeInstanceOf(RadosError);
  expect(['EINVAL', 'ENAMETOOLONG']).toContain(error instanceof RadosError ? error.code : '');
  expect(fixture.sent()).toEqual([]);
});

test('a namespace above 256 bytes is refused', () => {
  expect(() => new IoCtxFixture({ namespace: 'n'.repeat(257) })).toThrow(/ENAMETOOLONG/);
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
  const fixture = new IoCtxFixture();
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

describe('of the steps of an op', () => {
  test('each tells what it answered', async () => {
    const fixture = new IoCtxFixture();
    const op = new ReadOp().cmpXattr('a', 'eq', 1n).read();
    const operating = fixture.ioctx.operateRead('obj1', op);
    fixture.answer({ outdata: [new Uint8Array(0), DATA], rvals: [1, 0] });
    expect((await operating).rvals).toEqual([1, 0]);
  });

  test('those before the one that failed keep their results in the error', async () => {
    const fixture = new IoCtxFixture();
    const op = new ReadOp().read({ length: 3 }).getXattr('a').stat();
    const operating = fixture.ioctx.operateRead('obj1', op);
    const nothing = new Uint8Array(0);
    fixture.answer({ result: -61, outdata: [DATA, nothing, nothing], rvals: [0, -61, 0] });
    const error = await errorOf(operating);
    expect(error).toBeInstanceOf(NoData);
    expect(error).toMatchObject({
      steps: [
        { rval: 0, result: DATA },
        { rval: -61, result: undefined },
      ],
    });
  });

  test('one that failed and has outputs that make no sense before it is an IOError', async () => {
    const fixture = new IoCtxFixture();
    const op = new ReadOp().stat().getXattr('a');
    const operating = fixture.ioctx.operateRead('obj1', op);
    fixture.answer({ result: -61, outdata: [DATA, new Uint8Array(0)], rvals: [0, -61] });
    expect(await errorOf(operating)).toBeInstanceOf(IOError);
  });
});

test('flags of the IoCtx and of the call go with the op', () => {
  const fixture = new IoCtxFixture({ flags: 'order_reads_writes' });
  void fixture.ioctx.stat('obj1', { flags: ['ignore_cache', 'full_try'] });
  const [, op] = fixture.sent()[0] ?? [];
  expect((op?.flags ?? 0) & 0x80c000).toBe(0x80c000);
});

test('a snapshot is read where the IoCtx says so, and is kept by with()', () => {
  const fixture = new IoCtxFixture({ snap: 5n });
  void fixture.ioctx.with({ namespace: 'n' }).stat('obj1');
  expect(fixture.sent()[0]?.[1].snapid).toBe(5);
  expect(fixture.ioctx.snap).toBe(5);
  expect(fixture.ioctx.with({ snap: undefined }).snap).toBeUndefined();
});

test.each([0, -2, 1.5, 2n ** 60n])('%s is no snapshot', (snap) => {
  expect(() => new IoCtxFixture({ snap })).toThrow(InvalidArgumentError);
});

test('snapshots are listed of all, whatever the IoCtx reads', () => {
  const fixture = new IoCtxFixture({ snap: 5 });
  void fixture.ioctx.listSnaps('obj1');
  expect(fixture.sent()[0]?.[1].snapid).toBe(CEPH_SNAPDIR);
});

test('cmpext says where the first other byte is', async () => {
  const fixture = new IoCtxFixture();
  const same = fixture.ioctx.cmpext('obj1', DATA);
  fixture.answer();
  expect(await same).toEqual({ equal: true });
  const other = fixture.ioctx.cmpext('obj1', DATA);
  fixture.answer({ result: -4097, rvals: [-4097] });
  expect(await other).toEqual({ equal: false, mismatchAt: 2 });
  const missing = fixture.ioctx.cmpext('obj1', DATA);
  fixture.answer({ result: -ENOENT });
  expect(await errorOf(missing)).toBeInstanceOf(ObjectNotFound);
});

test('a mismatch among other steps is told in words', async () => {
  const fixture = new IoCtxFixture();
  const operating = fixture.ioctx.operateRead('obj1', new ReadOp().cmpext(8, DATA).read());
  fixture.answer({ result: -4096, rvals: [-4096, 0] });
  const error = await errorOf(operating);
  expect(error).toMatchObject({ errno: -4096 });
  expect(String(error)).toContain('the first byte that differs is 1');
});

test('exists asks for nothing but whether there is an object', async () => {
  const fixture = new IoCtxFixture();
  const there = fixture.ioctx.exists('obj1');
  fixture.answer({ outdata: [encodedStat(1, 1, 1)] });
  expect(await there).toBe(true);
  const missing = fixture.ioctx.exists('obj1');
  fixture.answer({ result: -ENOENT });
  expect(await missing).toBe(false);
  const denied = fixture.ioctx.exists('obj1');
  fixture.answer({ result: -1 });
  expect(await errorOf(denied)).toMatchObject({ code: 'EPERM' });
});

test('readInto fills a buffer and says how far', async () => {
  const fixture = new IoCtxFixture();
  const buffer = new Uint8Array(5).fill(9);
  const reading = fixture.ioctx.readInto('obj1', buffer, { offset: 4 });
  expect(fixture.sent()[0]?.[1].ops[0]?.args).toMatchObject({ offset: 4, length: 5 });
  fixture.answer({ outdata: [DATA] });
  expect(await reading).toBe(3);
  expect(buffer).toEqual(Uint8Array.of(1, 2, 3, 9, 9));
});

describe('the entries of an omap', () => {
  function page(keys: readonly string[], more: boolean): Partial<MOSDOpReplyInit> {
    const enc = new Encoder();
    enc.u32(keys.length);
    for (const key of keys) {
      enc.string(key);
      enc.blob(DATA);
    }
    enc.u8(more ? 1 : 0);
    return { outdata: [enc.take()] };
  }

  function answered(pages: readonly Partial<MOSDOpReplyInit>[]): {
    fixture: IoCtxFixture;
    entries: Promise<string[]>;
  } {
    const fixture = new IoCtxFixture();
    const entries = (async () => {
      const keys: string[] = [];
      for await (const [key] of fixture.ioctx.omapEntries('obj1', { maxReturn: 2 })) keys.push(key);
      return keys;
    })();
    const answer = async (): Promise<void> => {
      for (const [i, one] of pages.entries()) {
        while (fixture.sent().length <= i) await setImmediate();
        fixture.answer(one);
      }
    };
    void answer();
    return { fixture, entries };
  }

  test('come page by page, each from behind the last key of the one before', async () => {
    const { fixture, entries } = answered([
      page(['a', 'b'], true),
      page(['c', 'd'], true),
      page([], false),
    ]);
    expect(await entries).toEqual(['a', 'b', 'c', 'd']);
    const starts = fixture.sent().map(([, op]) => new Decoder(op.ops[0]?.indata ?? DATA, 'after'));
    expect(starts.map((dec) => dec.string('after'))).toEqual(['', 'b', 'd']);
  });

  test.each([
    ['nothing', []],
    ['what was given', ['a', 'b']],
  ])('end with an IOError where an OSD gives %s, and says that there is more', async (_, keys) => {
    const { entries } = answered([page(['a', 'b'], true), page(keys, true)]);
    expect(await errorOf(entries)).toBeInstanceOf(IOError);
  });

  test('of which no more is taken are not asked for', async () => {
    const fixture = new IoCtxFixture();
    const entries = fixture.ioctx.omapEntries('obj1')[Symbol.asyncIterator]();
    const first = entries.next();
    fixture.answer(page(['a', 'b'], true));
    expect((await first).value?.[0]).toBe('a');
    await entries.return?.();
    expect(fixture.sent()).toHaveLength(1);
  });
});

test.each<[string, (ioctx: IoCtx) => Promise<unknown>]>([
  ['a flag that is not known', (ioctx) => ioctx.stat('a', JSON.parse('{"flags":"fast"}'))],
  ['a buffer that is none', (ioctx) => ioctx.readInto('a', JSON.parse('[]'))],
  ['a class of 256 bytes', (ioctx) => ioctx.execute('a', 'x'.repeat(256), 'm')],
  ['an attribute that is no text', (ioctx) => ioctx.getXattr('a', JSON.parse('1'))],
])('%s rejects the call, and nothing is sent', async (_what, call) => {
  const fixture = new IoCtxFixture();
  const calling = call(fixture.ioctx);
  fixture.cluster.clock.advance();
  expect(await errorOf(calling)).toBeInstanceOf(InvalidArgumentError);
  expect(fixture.sent()).toEqual([]);
});
