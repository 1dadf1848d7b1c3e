import { expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const create = (options = {}): Promise<SimCluster> =>
  SimCluster.create({
    osds: 6,
    hosts: 3,
    objects: { data: { o: 'old' } },
    trace: true,
    ...options,
  });

const count = (cluster: SimCluster, fn: string): number =>
  cluster.trace().entries.filter((entry) => entry.fn === fn).length;

it.each(['simple', 'async'] as const)('a write goes to each replica over %s', async (msType) => {
  await using cluster = await create({ msType });
  await cluster.put('data', 'o', 'new');
  expect(count(cluster, 'RepOps.issueOp')).toBe(2);
  expect(count(cluster, 'RepOps.doRepop')).toBe(2);
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  expect(text(await ioctx.read('o'))).toBe('new');
});

it('who reads what is being written waits for it', async () => {
  await using cluster = await create();
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  const { acting } = ioctx.locate('o');
  const slow = cluster.net.delay({ to: `osd.${acting[1]}` }, 1000);
  const start = cluster.clock.now();
  const written = cluster.put('data', 'o', 'new');
  expect(text(await ioctx.read('o'))).toBe('new');
  expect(cluster.clock.now() - start).toBeGreaterThan(1000);
  await written;
  slow[Symbol.dispose]();
});

it('a write whose replica dies is done by those that are left', async () => {
  await using cluster = await create();
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  const { acting } = ioctx.locate('o');
  using _slow = cluster.net.delay({ to: `osd.${acting[1]}` }, 100);
  const written = cluster.put('data', 'o', 'new');
  cluster.osd(acting[1] ?? -1).kill();
  await written;
  expect(text(await ioctx.read('o'))).toBe('new');
});

it('a write whose primary dies is done by the next one', async () => {
  await using cluster = await create();
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  const { actingPrimary } = ioctx.locate('o');
  const written = cluster.put('data', 'o', 'new');
  cluster.osd(actingPrimary).kill();
  await written;
  expect(text(await ioctx.read('o'))).toBe('new');
  expect(ioctx.locate('o').actingPrimary).not.toBe(actingPrimary);
});

it('a session that is cut while replicas write loses no write, and does none twice', async () => {
  await using cluster = await create();
  for (let i = 0; i < 30; i++) {
    const written = cluster.put('data', `o${i}`, `contents ${i}`);
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < a; b++) cluster.net.reset(`osd.${a}`, `osd.${b}`);
    }
    await written;
  }
  expect(count(cluster, 'RepOps.issueOp')).toBe(60);
  expect(count(cluster, 'RepOps.doRepop')).toBe(60);
});

it('a write ends with the cluster', async () => {
  const cluster = await create();
  const written = cluster.put('data', 'o', 'new');
  const refused = expect(written).rejects.toThrow('stopped');
  await cluster.stop();
  await refused;
});
