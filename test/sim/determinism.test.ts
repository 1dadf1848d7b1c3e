import { describe, expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

interface Run {
  readonly hash: string;
  readonly text: string;
}

/** Some clients, reads, a death, a cut and a new pool; user code that takes its turns between events. */
async function run(seed: string | number, trace = true): Promise<Run> {
  const data = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`o${i}`, `contents ${i}`]));
  await using cluster = await SimCluster.create({ seed, osds: 4, trace, objects: { data } });
  const readAll = async (): Promise<void> => {
    const rados = await cluster.connect();
    const ioctx = await rados.openIoCtx('data');
    for (let round = 0; round < 3; round++) {
      await Promise.all(Object.keys(data).map((oid) => ioctx.read(oid)));
      await ioctx.read('missing').catch(() => undefined);
    }
  };
  using _cut = cluster.net.cut({ to: 'osd.1' }, 3000, 'rst');
  const all = Promise.all([readAll(), readAll()]);
  await cluster.advance(52);
  cluster.osd(2).kill();
  await cluster.createPool('another');
  await all;
  await cluster.osd(2).revive();
  await readAll();
  await cluster.runUntilIdle();
  return { hash: cluster.trace().hash, text: cluster.trace().toText() };
}

describe('a simulated run', () => {
  it('is the same, byte for byte, when its seed is the same', async () => {
    for (const seed of ['one', 2, 'three']) {
      const [first, second] = [await run(seed), await run(seed)];
      expect(second.hash).toBe(first.hash);
      expect(second.text).toBe(first.text);
    }
  });

  it('is another one when its seed is another', async () => {
    const hashes = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (seed) => (await run(seed)).hash),
    );
    expect(new Set(hashes).size).toBe(6);
  });

  it('is not changed by others that run at the same time', async () => {
    const alone = await run('x');
    const [together] = await Promise.all([run('x'), run('y'), run('z')]);
    expect(together?.hash).toBe(alone.hash);
  });

  it('has a hash of what came over the network even when no entries are kept', async () => {
    const [first, second] = [await run('x', false), await run('x', false)];
    expect(first.text).toBe('');
    expect(second.hash).toBe(first.hash);
    expect((await run('y', false)).hash).not.toBe(first.hash);
  });

  it('goes through an hour, heartbeats and all, in seconds', async () => {
    await using cluster = await SimCluster.create();
    const start = cluster.clock.now();
    await cluster.advance(3600 * 1000);
    expect(cluster.clock.now() - start).toBe(3600 * 1000);
  });
});
