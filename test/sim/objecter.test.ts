import { expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';
import type { IoCtx } from '../../src/index.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function create(options = {}): Promise<SimCluster> {
  return SimCluster.create({
    osds: 3,
    hosts: 3,
    objects: { data: { obj: 'here' } },
    trace: true,
    ...options,
  });
}

async function openData(cluster: SimCluster): Promise<IoCtx> {
  return (await cluster.connect()).openIoCtx('data');
}

it('a read over a connection that has silently died comes within half a minute, over another one', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  await ioctx.read('obj');
  const osd = `osd.${ioctx.locate('obj').actingPrimary}`;
  let read: Promise<Uint8Array>;
  {
    using _there = cluster.net.drop({ from: 'client.1', to: osd });
    read = ioctx.read('obj');
    await cluster.advance(100);
  }
  const from = cluster.clock.now();
  expect(text(await read)).toBe('here');
  expect(cluster.clock.now() - from).toBeLessThan(30_000);
});

it('a read whose OSD takes its time is not sent again: its messenger answers', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  await ioctx.read('obj');
  const osd = `osd.${ioctx.locate('obj').actingPrimary}`;
  const { sent, done } = await (async () => {
    using _slow = cluster.net.delay({ from: osd, to: 'client.1' }, 9_000);
    const sentBefore = sends(cluster);
    const data = await ioctx.read('obj');
    return { sent: sends(cluster) - sentBefore, done: text(data) };
  })();
  expect([sent, done]).toEqual([1, 'here']);
});

it('a read that nobody can serve lets virtual time stand still, and comes when an OSD is back', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  for (let id = 0; id < 3; id++) await cluster.osd(id).stop();
  let result: string | undefined;
  const read = ioctx.read('obj').then((data) => {
    result = text(data);
  });
  await cluster.runUntilIdle();
  expect(result).toBeUndefined();
  for (let id = 0; id < 3; id++) await cluster.osd(id).revive();
  await cluster.advance(60_000);
  await read;
  expect(result).toBe('here');
});

function sends(cluster: SimCluster): number {
  return cluster.trace().entries.filter(({ fn }) => fn === 'Objecter.sendOp').length;
}
