// A cluster of one's own in a test: in this process, with nothing to install or to wait for.

import { SimCluster } from 'radosim/sim';
import { expect, test } from 'vitest';

const objects = { mypool: { greeting: 'hello world' } };

test('an object comes back as it was put', async () => {
  await using cluster = await SimCluster.create({ pools: ['mypool'], objects });
  await using rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('mypool');

  expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
});

test('an object that is not there is ENOENT', async () => {
  await using cluster = await SimCluster.create({ pools: ['mypool'], objects });
  await using rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('mypool');

  await expect(ioctx.read('nothing')).rejects.toMatchObject({ code: 'ENOENT', oid: 'nothing' });
});
