import { expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

const create = (): Promise<SimCluster> => SimCluster.create({ osds: 3, pools: ['data'] });

it('an object is put with all that it has', async () => {
  await using cluster = await create();
  const omap = { b: '2', a: Uint8Array.of(0x31) };
  await cluster.put('data', 'o', 'contents', {
    namespace: 'ns',
    locatorKey: 'key',
    xattrs: { x: 'value' },
    omap,
    omapHeader: 'header',
  });
  const client = await cluster.connect();
  const ioctx = await client.openIoCtx('data', { namespace: 'ns', locatorKey: 'key' });
  expect(text(await ioctx.read('o'))).toBe('contents');
  expect(text(await ioctx.getXattr('o', 'x'))).toBe('value');
  expect(text(await ioctx.getOmapHeader('o'))).toBe('header');
  const { vals } = await ioctx.getOmapVals('o');
  expect([...vals].map(([key, value]) => [key, text(value)])).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
});

it('an object that is put again has nothing of what it had', async () => {
  await using cluster = await create();
  await cluster.put('data', 'o', 'long contents', { xattrs: { x: 'value' }, omap: { k: 'v' } });
  await cluster.put('data', 'o', 'short');
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  expect(text(await ioctx.read('o'))).toBe('short');
  expect((await ioctx.getXattrs('o')).size).toBe(0);
  const { vals } = await ioctx.getOmapVals('o');
  expect(vals.size).toBe(0);
});

it('changes of the bytes that were put do not change the object', async () => {
  await using cluster = await create();
  const bytes = Uint8Array.of(0x61);
  const written = cluster.put('data', 'o', bytes);
  bytes[0] = 0x62;
  await written;
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  expect(text(await ioctx.read('o'))).toBe('a');
});

it.each([
  { what: 'no name', oid: '', options: {} },
  { what: 'a long name', oid: 'ü'.repeat(1025), options: {} },
  { what: 'a long namespace', oid: 'o', options: { namespace: 'n'.repeat(257) } },
  { what: 'a long key', oid: 'o', options: { locatorKey: 'k'.repeat(2049) } },
])('an object with $what, which nobody could read, is refused', async ({ oid, options }) => {
  await using cluster = await create();
  expect(() => cluster.put('data', oid, '', options)).toThrow(RangeError);
});
