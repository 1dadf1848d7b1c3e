import { expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';
import type { IoCtx } from '../../src/index.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function openData(cluster: SimCluster): Promise<IoCtx> {
  return (await cluster.connect()).openIoCtx('data');
}

/** Six OSDs on three hosts, forty objects that say their names. */
function create(options = {}): Promise<SimCluster> {
  const names = Array.from({ length: 40 }, (_, i) => `object ${i}`);
  const data = Object.fromEntries(names.map((name) => [name, `I am ${name}`]));
  return SimCluster.create({ osds: 6, hosts: 3, objects: { data }, trace: true, ...options });
}

const count = (cluster: SimCluster, fn: string, tid: number): number =>
  cluster.trace().entries.filter((entry) => entry.fn === fn && entry.tid === tid).length;

it.each([0, 0.05, 0.1, 0.15, 0.2, 0.25])(
  'an op that was sent %d ms before its primary dies gets its bytes from the new one, once',
  async (delay) => {
    await using cluster = await create({ seed: delay });
    const ioctx = await openData(cluster);
    await ioctx.read('object 0');
    const { actingPrimary: old } = ioctx.locate('object 0');

    let completions = 0;
    const read = ioctx.read('object 0').finally(() => {
      completions += 1;
    });
    const tid = cluster.trace().entries.findLast(({ fn }) => fn === 'Objecter.opSubmit')?.tid ?? -1;
    await cluster.advance(delay);
    cluster.osd(old).kill();
    expect(text(await read)).toBe('I am object 0');
    const wasAnsweredBefore = cluster.osdMap.isUp(old);
    await cluster.advance(60_000);

    expect(completions).toBe(1);
    expect(count(cluster, 'Objecter.finishOp', tid)).toBe(1);
    expect(count(cluster, 'MockOSD.doOp', tid)).toBe(1);
    expect(count(cluster, 'Objecter.sendOp', tid) > 1).toBe(!wasAnsweredBefore);
    expect(cluster.osdMap.isDown(old)).toBe(true);
    expect(text(await ioctx.read('object 0'))).toBe('I am object 0');
    expect(ioctx.locate('object 0').actingPrimary).not.toBe(old);
  },
);

it('all reads go on when one OSD after the other dies and comes back', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  for (let id = 0; id < 6; id++) {
    cluster.osd(id).kill();
    const names = Array.from({ length: 40 }, (_, i) => `object ${i}`);
    const all = await Promise.all(names.map((name) => ioctx.read(name)));
    expect(all.map(text)).toEqual(names.map((name) => `I am ${name}`));
    await cluster.osd(id).revive();
    expect(cluster.osdMap.isUp(id)).toBe(true);
  }
});

it('an OSD that comes back before it was missed is another one', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  const { actingPrimary } = ioctx.locate('object 0');
  await ioctx.read('object 0');
  const before = String(cluster.osdMap.getAddrs(actingPrimary)[0]);
  cluster.osd(actingPrimary).kill();
  await cluster.osd(actingPrimary).revive();
  expect(String(cluster.osdMap.getAddrs(actingPrimary)[0])).not.toBe(before);
  expect(text(await ioctx.read('object 0'))).toBe('I am object 0');
  await cluster.advance(30_000);
  expect(cluster.osdMap.isUp(actingPrimary)).toBe(true);
});

it.each([1, 20, 51, 60, 99, 101])(
  'an OSD that dies again %d ms after its start is marked down, whenever the map learns of it',
  async (delay) => {
    await using cluster = await create();
    const ioctx = await openData(cluster);
    const { actingPrimary } = ioctx.locate('object 0');
    cluster.osd(actingPrimary).kill();
    const started = cluster
      .osd(actingPrimary)
      .revive()
      .catch(() => undefined);
    await cluster.advance(delay);
    cluster.osd(actingPrimary).kill();
    await started;
    await cluster.advance(20_200);
    expect(cluster.osdMap.isDown(actingPrimary)).toBe(true);
    expect(text(await ioctx.read('object 0'))).toBe('I am object 0');
  },
);

it('an OSD tells a client of maps that it has not seen', async () => {
  await using cluster = await create();
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  const epoch = rados.osdMap.epoch;
  const { acting } = ioctx.locate('object 0');
  const last = acting.at(-1) ?? -1;
  await cluster.osd(last).markOut();
  await cluster.advance(1);
  expect(rados.osdMap.epoch).toBe(epoch);
  expect(text(await ioctx.read('object 0'))).toBe('I am object 0');
  await cluster.runUntilIdle();
  expect(rados.osdMap.epoch).toBe(cluster.osdMap.epoch);
});

it('a client that is many maps behind catches up', async () => {
  await using cluster = await create();
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  for (let i = 0; i < 50; i++) {
    await cluster.osd(i % 6).markOut();
    await cluster.osd(i % 6).markIn();
  }
  const names = Array.from({ length: 40 }, (_, i) => `object ${i}`);
  const all = await Promise.all(names.map((name) => ioctx.read(name)));
  expect(all.map(text)).toEqual(names.map((name) => `I am ${name}`));
  await cluster.runUntilIdle();
  expect(rados.osdMap.epoch).toBe(cluster.osdMap.epoch);
});

it('an OSD that is marked down takes no part, and its reads go elsewhere', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  const { actingPrimary } = ioctx.locate('object 0');
  await cluster.osd(actingPrimary).markDown();
  const before = cluster.osd(actingPrimary).reads;
  expect(text(await ioctx.read('object 0'))).toBe('I am object 0');
  expect(cluster.osd(actingPrimary).reads).toBe(before);
});

it('an op with a newer map than its OSD waits there until the OSD has it', async () => {
  await using cluster = await create();
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  const { actingPrimary } = ioctx.locate('object 0');
  const partition = cluster.net.partition('mon.a', `osd.${actingPrimary}`);
  await cluster.createPool('other');
  await rados.openIoCtx('other');
  expect(rados.osdMap.epoch).toBe(cluster.osdMap.epoch);
  let isDone = false;
  const read = ioctx.read('object 0').then((bytes) => {
    isDone = true;
    return bytes;
  });
  await cluster.advance(100);
  expect(isDone).toBe(false);
  partition[Symbol.dispose]();
  expect(text(await read)).toBe('I am object 0');
});

it('ops that wait at an OSD for a map are forgotten with their client', async () => {
  await using cluster = await create();
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  const { actingPrimary } = ioctx.locate('object 0');
  const partition = cluster.net.partition('mon.a', `osd.${actingPrimary}`);
  await cluster.createPool('other');
  await rados.openIoCtx('other');
  const read = ioctx.read('object 0').catch(() => undefined);
  await cluster.advance(100);
  await rados.shutdown();
  await read;
  await cluster.advance(100);
  partition[Symbol.dispose]();
  await cluster.advance(1000);
  const fns = cluster.trace().entries.map(({ fn }) => fn);
  expect(fns).toContain('MockOSD.msDispatch');
  expect(fns).not.toContain('MockOSD.drop');
});

it('reads go on while the monitor is away, and new maps come when it is back', async () => {
  await using cluster = await create();
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  cluster.mon().kill();
  await cluster.advance(100);
  const names = Array.from({ length: 40 }, (_, i) => `object ${i}`);
  const all = await Promise.all(names.map((name) => ioctx.read(name)));
  expect(all.map(text)).toEqual(names.map((name) => `I am ${name}`));

  await cluster.mon().revive();
  await cluster.createPool('later');
  expect((await rados.openIoCtx('later')).poolName).toBe('later');
});

it('a client that cannot reach its monitor connects when it can', async () => {
  await using cluster = await create();
  cluster.mon().kill();
  const connected = cluster.connect();
  await cluster.advance(5000);
  await cluster.mon().revive();
  const ioctx = await (await connected).openIoCtx('data');
  expect(text(await ioctx.read('object 0'))).toBe('I am object 0');
});

it('a partition from an OSD blocks its reads, and no others, until it is over', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  const { actingPrimary } = ioctx.locate('object 0');
  const other = Array.from({ length: 40 }, (_, i) => `object ${i}`).find(
    (name) => ioctx.locate(name).actingPrimary !== actingPrimary,
  );
  const partition = cluster.net.partition('client.1', `osd.${actingPrimary}`);
  let isDone = false;
  const blocked = ioctx.read('object 0').finally(() => {
    isDone = true;
  });
  expect(text(await ioctx.read(other ?? ''))).toBe(`I am ${other}`);
  await cluster.advance(1000);
  expect(isDone).toBe(false);
  partition[Symbol.dispose]();
  expect(text(await blocked)).toBe('I am object 0');
});
