import { describe, expect, test } from 'vitest';
import { type MsType, SimCluster } from '../../sim/index.ts';
import type { RadosClient } from '../../src/librados/RadosClient.ts';

const objects = { data: { greeting: 'hello world' } };

async function greeting(rados: RadosClient): Promise<string> {
  const ioctx = await rados.openIoCtx('data');
  return Buffer.from(await ioctx.read('greeting')).toString();
}

test('a cluster of AsyncMessengers is reached at v2 and at v1, and says v2 first', async () => {
  await using cluster = await SimCluster.create({ msType: 'async', objects });
  expect(cluster.getMonHost()).toBe('[v2:10.0.0.1:3300,v1:10.0.0.1:6789]');
  const addrs = cluster.osdMap.getAddrs(0).map(({ type }) => type);
  expect(addrs).toEqual([2, 1]);
});

describe.each(['simple', 'async'] as const)('a cluster of %s messengers', (msType) => {
  test.each<MsType>(['simple', 'async'])('serves a client of %s', async (clientType) => {
    await using cluster = await SimCluster.create({ msType, objects });
    const rados = await cluster.connect({ conf: { ms_type: clientType } });
    expect(await greeting(rados)).toBe('hello world');
  });

  test('serves a read over TCP', async () => {
    await using cluster = await SimCluster.create({ net: 'tcp', msType, objects });
    expect(await greeting(await cluster.connect())).toBe('hello world');
  });
});

test('a client over v2 has its number when it is connected, and keeps it', async () => {
  await using cluster = await SimCluster.create({ msType: 'async', objects });
  const rados = await cluster.connect();
  cluster.mon().kill();
  await cluster.mon().revive();
  await cluster.advance(60_000);
  expect(await greeting(rados)).toBe('hello world');
});
