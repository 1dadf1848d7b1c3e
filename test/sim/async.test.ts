import { expect, test } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

test('a cluster of AsyncMessengers serves a read over msgr v2', async () => {
  const objects = { data: { greeting: 'hello world' } };
  await using cluster = await SimCluster.create({ msType: 'async', objects });
  expect(cluster.getMonHost()).toBe('[v2:10.0.0.1:3300,v1:10.0.0.1:6789]');
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
});

test('a cluster of AsyncMessengers serves a read over TCP', async () => {
  const objects = { data: { greeting: 'hello world' } };
  await using cluster = await SimCluster.create({ net: 'tcp', msType: 'async', objects });
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
});
