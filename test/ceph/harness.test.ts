import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { CephCluster, skipWithoutCeph } from './harness.ts';

describe.skipIf(skipWithoutCeph())('a real cluster on loopback', () => {
  test.each([
    { msgr: 'v1', auth: 'none' },
    { msgr: 'v2', auth: 'cephx' },
  ] as const)('keeps what rados puts: msgr $msgr, auth $auth', async (options) => {
    await using ceph = await CephCluster.start(options);
    await ceph.ceph('osd', 'pool', 'create', 'p', '8');

    await ceph.run('rados', ['-p', 'p', 'put', 'greeting', '-'], Buffer.from('hello world'));

    expect((await ceph.rados('-p', 'p', 'get', 'greeting', '-')).toString()).toBe('hello world');
    expect(await ceph.complaints()).toEqual([]);
  });

  test('leaves no daemon and no folder behind', async () => {
    const ceph = await CephCluster.start({ msgr: 'v1', auth: 'none', osds: 1 });
    const { monHost, dir } = ceph;

    await ceph.stop();

    await expect(
      ceph.run('ceph', ['-s', '-m', monHost, '--connect-timeout', '1']),
    ).rejects.toThrow();
    await expect(readdir(dir)).rejects.toThrow('ENOENT');
  });
});
