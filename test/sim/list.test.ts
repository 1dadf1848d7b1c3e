import { expect, it, test } from 'vitest';
import { SimCluster } from '../../sim/index.ts';
import { ALL_NAMESPACES, type IoCtx, type ListOptions } from '../../src/index.ts';

const NAMES = Array.from({ length: 300 }, (_, i) => `object ${i}`);

function create(options = {}): Promise<SimCluster> {
  const data = Object.fromEntries(NAMES.map((name) => [name, `I am ${name}`]));
  const pools = [{ name: 'data', pgNum: 8 }];
  return SimCluster.create({
    osds: 6,
    hosts: 3,
    pools,
    objects: { data },
    trace: true,
    ...options,
  });
}

async function openData(cluster: SimCluster, conf = {}): Promise<IoCtx> {
  return (await cluster.connect({ conf })).openIoCtx('data');
}

async function list(ioctx: IoCtx, options: ListOptions = {}): Promise<string[]> {
  const oids: string[] = [];
  for await (const { oid } of ioctx.listObjects(options)) oids.push(oid);
  return oids;
}

/** How many pages were asked for. */
function pages(cluster: SimCluster): number {
  const submits = cluster.trace().entries.filter(({ fn }) => fn === 'Objecter.opSubmit');
  return submits.filter(({ facts }) => String(facts?.['ops']).startsWith('pgnls')).length;
}

it.each([1, 7, 1024])(
  'objects are listed in the order of their hashes, %i a page',
  async (pageSize) => {
    await using cluster = await create();
    const ioctx = await openData(cluster);
    const oids = await list(ioctx, { pageSize });
    expect([...oids].sort()).toEqual([...NAMES].sort());
    expect(oids).toEqual(await list(ioctx));
    expect(oids).toEqual(await list(ioctx, { namespace: ALL_NAMESPACES }));
    const parts = [0, 1, 2, 3].map((n) => list(ioctx, ioctx.objectListSlice(n, 4)));
    expect((await Promise.all(parts)).flat()).toEqual(oids);
  },
);

it('a list goes on from its cursor, with another client', async () => {
  await using cluster = await create();
  const [one, other] = [await openData(cluster), await openData(cluster)];
  const all = await list(one);
  const begun = one.listObjects({ pageSize: 10 });
  for (let i = 0; i < 123; i++) await begun.next();
  await begun.return();
  expect(await list(other, { start: begun.cursor })).toEqual(all.slice(123));
});

it('a list that is left asks for nothing more and holds nothing', async () => {
  await using cluster = await create();
  const client = await cluster.connect();
  const ioctx = await client.openIoCtx('data');
  for await (const _ of ioctx.listObjects({ pageSize: 5 })) break;
  const asked = pages(cluster);
  await cluster.runUntilIdle();
  expect(asked).toBe(2);
  expect(pages(cluster)).toBe(asked);
  expect(client.perfDump()).toMatchObject({ objecter: { op_active: 0 } });
});

it.each([0, 1, 2, 3, 4, 5])('osd.%i dies in the middle of a list', async (osd) => {
  await using cluster = await create({ seed: osd });
  const ioctx = await openData(cluster);
  const all = await list(ioctx);
  const oids: string[] = [];
  for await (const { oid } of ioctx.listObjects({ pageSize: 4 })) {
    oids.push(oid);
    if (oids.length === 100) cluster.osd(osd).kill();
  }
  expect(oids).toEqual(all);
});

it.each([
  [8, 13],
  [8, 64],
  [13, 8],
  [64, 3],
])('PGs are split or merged from %i to %i in the middle of a list', async (before, after) => {
  await using cluster = await create({ pools: [{ name: 'data', pgNum: before }] });
  const client = await cluster.connect();
  const ioctx = await client.openIoCtx('data');
  const all = await list(ioctx);
  const oids: string[] = [];
  for await (const { oid } of ioctx.listObjects({ pageSize: 4 })) {
    oids.push(oid);
    if (oids.length !== 100) continue;
    const { osdMonitor } = cluster.mon();
    const targets = { pgNumTarget: after, pgNumPending: after, pgpNumTarget: after };
    const resend = after < before ? { lastForceOpResend: osdMonitor.nextEpoch } : {};
    const changes = { pgNum: after, pgpNum: after, ...targets, ...resend };
    await new Promise<void>((done) => osdMonitor.changePool(ioctx.poolId, changes, () => done()));
    await client.waitForLatestOsdMap();
    expect(client.osdMap.pools.get(ioctx.poolId)?.pgNum).toBe(after);
  }
  expect(oids).toEqual(all);
});

it('a list ends with the reason of its signal', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  const aborter = new AbortController();
  const objects = ioctx.listObjects({ signal: aborter.signal, pageSize: 1 });
  await objects.next();
  await objects.next();
  aborter.abort('enough');
  await expect(list(ioctx, { signal: aborter.signal })).rejects.toBe('enough');
});

it('a page that nobody serves is ETIMEDOUT', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  for (let osd = 0; osd < 6; osd++) cluster.osd(osd).kill();
  await expect(list(ioctx, { timeout: 500 })).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    syscall: 'listObjects',
    pool: 'data',
  });
});

test.each<[string, ListOptions]>([
  ['a cursor that is none', { start: 'nowhere' }],
  ['a cursor of another pool', { start: '77:00000000::::head' }],
  ['an end that is none', { end: '' }],
  ['a PG that there is not', { pg: 8 }],
  ['a PG and a cursor', { pg: 1, start: 'MIN' }],
  ['a PG and an end', { pg: 1, end: 'MAX' }],
  ['a hash position above 32 bits', { hashPosition: 2 ** 32 }],
  ['pages of nothing', { pageSize: 0 }],
  ['a timeout below 0', { timeout: -1 }],
  ['a namespace that is too long', { namespace: 'n'.repeat(257) }],
])('%s is refused', async (_what, options) => {
  await using cluster = await create();
  const ioctx = await openData(cluster);
  expect(() => ioctx.listObjects(options)).toThrow(/EINVAL|ENAMETOOLONG/);
});

it('what is listed is read, many at a time', async () => {
  await using cluster = await create();
  const ioctx = await openData(cluster, { objecter_inflight_ops: 10 });
  async function* names(): AsyncGenerator<string> {
    for await (const { oid } of ioctx.listObjects({ pageSize: 9 })) yield oid;
  }
  const oids: string[] = [];
  for await (const { oid, data } of ioctx.readMany(names(), { concurrency: 5 })) {
    expect(Buffer.from(data ?? []).toString()).toBe(`I am ${oid}`);
    oids.push(oid);
  }
  expect(oids).toEqual(await list(ioctx));
});
