import { existsSync } from 'node:fs';
import { Rados } from 'radosim';
import { SimCluster } from 'radosim/sim';
import { afterEach, expect, test, vi } from 'vitest';

const argv = process.argv;

afterEach(() => {
  process.argv = argv;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('read_object writes the object of a cluster on the network', async () => {
  await using cluster = await SimCluster.create({
    net: 'tcp',
    objects: { mypool: { greeting: 'hello world' } },
  });
  const where = ['-c', '/dev/null', '-m', cluster.getMonHost()];
  process.argv = ['node', 'read_object', ...where, 'mypool', 'greeting'];
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);

  await import('../../examples/read_object.ts');

  expect(Buffer.from(write.mock.calls[0]?.[0] ?? '').toString()).toBe('hello world');
});

test('where_is_my_object tells the placement group and its OSDs', async () => {
  process.argv = ['node', 'where_is_my_object', 'greeting'];
  const log = vi.spyOn(console, 'log').mockReturnValue();

  await import('../../examples/where_is_my_object.ts');

  expect(log.mock.calls.map(([line]) => line)).toEqual([
    expect.stringMatching(/^greeting is in pg 1\.[0-9a-f]+, on OSDs \d, \d, \d \(map \d+\)$/),
    expect.stringMatching(/^reads go to osd\.\d$/),
  ]);
});

test('list_and_stream lists a pool, streams an object in chunks, and reads what is there and what is not', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue();

  await import('../../examples/list_and_stream.ts');

  expect(log.mock.calls.map((words) => words.join(' '))).toEqual([
    '3 objects: apple, lemon, plum',
    'lemon: yell',
    'lemon: ow',
    'apple 3',
    'lemon 6',
    'plum 4',
    'pear ENOENT',
  ]);
});

test('vitest_global_setup has a cluster ready where CEPH_CONF points, and takes it away again', async () => {
  vi.stubEnv('CEPH_CONF', '');
  const { setup } = await import('../../examples/vitest_global_setup.ts');

  const teardown = await setup();
  const conf = process.env['CEPH_CONF'] ?? '';
  const rados = await Rados.connect();
  const ioctx = await rados.openIoCtx('data');
  await expect(ioctx.read('nothing')).rejects.toMatchObject({ code: 'ENOENT' });
  await rados.shutdown();
  await teardown();

  expect(existsSync(conf)).toBe(false);
});
