import { expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';
import { Rados } from '../../src/index.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function create() {
  const data = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`o${i}`, `contents ${i}`]),
  );
  return SimCluster.create({ net: 'tcp', osds: 4, objects: { data } });
}

it('a cluster over TCP is on loopback, and serves whoever dials it', async () => {
  await using cluster = await create();
  expect(cluster.getMonHost()).toMatch(/^\[v2:127\.0\.0\.1:\d+,v1:127\.0\.0\.1:\d+\]$/);
  await using rados = await Rados.connect({ monHost: cluster.getMonHost() });
  const ioctx = await rados.openIoCtx('data');
  expect(text(await ioctx.read('o1'))).toBe('contents 1');
  expect(rados.getFsid()).toBe(cluster.fsid);
});

it('reads many at once, and every kind of read, as in memory', async () => {
  await using cluster = await create();
  const big = Uint8Array.from({ length: 16 << 20 }, (_, i) => (i * 31) ^ (i >> 8));
  await cluster.put('data', 'big', big);
  await cluster.put('data', 'empty', '');
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  const names = Array.from({ length: 5000 }, (_, i) => i % 100);
  const all = await Promise.all(names.map((i) => ioctx.read(`o${i}`)));
  expect(all.map(text)).toEqual(names.map((i) => `contents ${i}`));
  expect(Buffer.compare(await ioctx.read('big'), big)).toBe(0);
  expect(text(await ioctx.read('o1', { offset: 9, length: 100 }))).toBe('1');
  expect(text(await ioctx.read('o1', { offset: 100, length: 1 }))).toBe('');
  expect(text(await ioctx.read('empty'))).toBe('');
  await expect(ioctx.read('nothing')).rejects.toMatchObject({ code: 'ENOENT' });
});

it('reads into a buffer, and writes nothing more to it when the read has been aborted', async () => {
  await using cluster = await create();
  const big = new Uint8Array(16 << 20).fill(7);
  await cluster.put('data', 'big', big);
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  const buffer = Buffer.alloc(big.length + 1);
  expect(await ioctx.readInto('big', buffer)).toBe(big.length);
  expect(buffer.subarray(0, -1).equals(big)).toBe(true);
  buffer.fill(0);
  const abort = new AbortController();
  const read = ioctx.readInto('big', buffer, { signal: abort.signal });
  while (buffer[0] === 0) await new Promise((resolve) => setImmediate(resolve));
  abort.abort(new Error('enough'));
  await expect(read).rejects.toThrow('enough');
  buffer.fill(1);
  expect(text(await ioctx.read('o1'))).toBe('contents 1');
  expect(await ioctx.readInto('big', Buffer.alloc(big.length))).toBe(big.length);
  expect(buffer.equals(Buffer.alloc(buffer.length, 1))).toBe(true);
});

it('goes on when a primary dies with ops in flight', async () => {
  await using cluster = await create();
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  await ioctx.read('o0');
  const { actingPrimary } = ioctx.locate('o0');
  const reads = Array.from({ length: 100 }, (_, i) => ioctx.read(`o${i}`));
  cluster.osd(actingPrimary).kill();
  await cluster.osd(actingPrimary).markDown();
  expect((await Promise.all(reads)).map(text)).toEqual(reads.map((_, i) => `contents ${i}`));
});

it('leaves nothing open when it is stopped', async () => {
  const before = process.getActiveResourcesInfo().sort();
  const cluster = await create();
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  await ioctx.read('o0');
  await cluster.stop();
  await cluster.stop();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const after = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
  expect(after.length).toBeLessThanOrEqual(before.filter((name) => name.startsWith('TCP')).length);
});

it('has no faults to offer', async () => {
  await using cluster = await create();
  expect(() => cluster.net).toThrow(RangeError);
});
