import { expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

it('an object comes back as it was put', async () => {
  await using cluster = await SimCluster.create({ objects: { data: { greeting: 'hello world' } } });
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
});
