import { describe, expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

const BIG = Uint8Array.from({ length: 4 << 20 }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff);
const OBJECTS = { data: { greeting: 'hello world', big: BIG } };

describe.each(['memory', 'process'] as const)('a cluster of XioMessengers, net %s', (net) => {
  const create = () => SimCluster.create({ net, msType: 'xio', objects: OBJECTS });

  it('gives every object back as it was put', async () => {
    await using cluster = await create();
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
    expect(Buffer.compare(await ioctx.read('big'), BIG)).toBe(0);
    await expect(ioctx.read('nothing')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('gives two readers the same bytes, not copies', async () => {
    await using cluster = await create();
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    const [one, two] = await Promise.all([ioctx.read('big'), ioctx.read('big')]);
    expect(one.buffer).toBe(two.buffer);
  });

  it('serves reads while an OSD dies and comes back', async () => {
    await using cluster = await create();
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    const { actingPrimary } = ioctx.locate('greeting');
    await ioctx.read('greeting');
    cluster.osd(actingPrimary).kill();
    await cluster.osd(actingPrimary).revive();
    expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
  });
});

it('a cluster of XioMessengers is as deterministic as any', async () => {
  const run = async (seed: number): Promise<string> => {
    await using cluster = await SimCluster.create({ msType: 'xio', seed, objects: OBJECTS });
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    await Promise.all([ioctx.read('greeting'), ioctx.read('big')]);
    return cluster.trace().hash;
  };
  expect(await run(1)).toBe(await run(1));
  expect(await run(1)).not.toBe(await run(2));
});

it('reads go elsewhere when an OSD is gone', async () => {
  await using cluster = await SimCluster.create({ msType: 'xio', objects: OBJECTS });
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  const { actingPrimary } = ioctx.locate('greeting');
  cluster.osd(actingPrimary).kill();
  expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
  expect(ioctx.locate('greeting').actingPrimary).not.toBe(actingPrimary);
});
