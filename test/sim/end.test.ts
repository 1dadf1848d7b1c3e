import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** Ten objects; the reads of those on one OSD block, as its answers never come. */
async function withABlockedOsd() {
  const data = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`o${i}`, `contents ${i}`]));
  const cluster = await SimCluster.create({ objects: { data } });
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  await Promise.all(Object.keys(data).map((oid) => ioctx.read(oid)));
  const primary = ioctx.locate('o0').actingPrimary;
  const mine = Object.keys(data).filter((oid) => ioctx.locate(oid).actingPrimary === primary);
  const others = Object.keys(data).filter((oid) => ioctx.locate(oid).actingPrimary !== primary);
  const partition = cluster.net.partition('client.1', `osd.${primary}`);
  return { cluster, rados, ioctx, mine, others, partition };
}

it('an abort ends one read, and those beside it go on', async () => {
  const { cluster, ioctx, mine, partition } = await withABlockedOsd();
  await using _ = cluster;
  const [first = '', second = ''] = mine;
  const abort = new AbortController();
  const aborted = ioctx.read(first, { signal: abort.signal });
  const goingOn = ioctx.read(second);
  await cluster.advance(5);
  abort.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  partition[Symbol.dispose]();
  expect(text(await goingOn)).toBe(`contents ${second.slice(1)}`);
  expect(text(await ioctx.read(first))).toBe(`contents ${first.slice(1)}`);
});

it('a read of an aborted signal is not sent', async () => {
  const { cluster, ioctx, mine, partition } = await withABlockedOsd();
  await using _ = cluster;
  const [oid = ''] = mine;
  partition[Symbol.dispose]();
  const reads = cluster.osd(ioctx.locate(oid).actingPrimary).reads;
  await expect(ioctx.read(oid, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  await cluster.runUntilIdle();
  expect(cluster.osd(ioctx.locate(oid).actingPrimary).reads).toBe(reads);
});

it('a timeout ends one read at its time, and those beside it go on', async () => {
  const { cluster, ioctx, mine, partition } = await withABlockedOsd();
  await using _ = cluster;
  const [first = '', second = ''] = mine;
  const start = cluster.clock.now();
  const timed = ioctx.read(first, { timeout: 300 });
  const goingOn = ioctx.read(second);
  await expect(timed).rejects.toMatchObject({ name: 'TimedOut', code: 'ETIMEDOUT', oid: first });
  const waited = cluster.clock.now() - start;
  expect(waited).toBeGreaterThanOrEqual(300);
  expect(waited).toBeLessThan(350);
  partition[Symbol.dispose]();
  expect(text(await goingOn)).toBe(`contents ${second.slice(1)}`);
});

it('a late answer to a read that has ended does no harm', async () => {
  const { cluster, ioctx, mine, partition } = await withABlockedOsd();
  await using _ = cluster;
  const ended = await Promise.allSettled(mine.map((oid) => ioctx.read(oid, { timeout: 100 })));
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true);
  partition[Symbol.dispose]();
  await cluster.runUntilIdle();
  for (const oid of mine) expect(text(await ioctx.read(oid))).toBe(`contents ${oid.slice(1)}`);
});

it('a shutdown ends every read that is under way, and none twice', async () => {
  const { cluster, rados, ioctx, mine, others } = await withABlockedOsd();
  await using _ = cluster;
  const settled = [...mine, ...others].map((oid) => ioctx.read(oid).catch((error) => error.name));
  await rados.shutdown();
  expect(new Set(await Promise.all(settled))).toEqual(new Set(['ConnectionShutdown']));
  await rados.shutdown();
});

it('a cluster that stops ends the reads of its clients', async () => {
  const { cluster, ioctx, mine } = await withABlockedOsd();
  const [oid = ''] = mine;
  const read = ioctx.read(oid);
  const refused = expect(read).rejects.toMatchObject({ name: 'ConnectionShutdown' });
  await cluster.stop();
  await refused;
});

it('a client that finds no monitor says so when its time is over', async () => {
  await using cluster = await SimCluster.create();
  cluster.mon().kill();
  await expect(cluster.connect()).rejects.toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' });
  expect(cluster.clock.now()).toBeGreaterThan(300_000);
});

it('clients that were shut down are not kept', async () => {
  await using cluster = await SimCluster.create();
  const clients = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const rados = await cluster.connect();
      await rados.shutdown();
      return new WeakRef(rados);
    }),
  );
  await cluster.connect();
  await cluster.advance(60_000);
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  expect(clients.filter((client) => client.deref() !== undefined)).toEqual([]);
});
