// One cluster for a whole run of vitest, for programs that go to Ceph by way of CEPH_CONF. In vitest.config.ts:
//
//   test: { globalSetup: './vitest_global_setup.ts' }

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimCluster, writeConf } from 'radosim/sim';

export async function setup(): Promise<() => Promise<void>> {
  const cluster = await SimCluster.create({ net: 'tcp', auth: 'cephx', pools: ['data'] });
  const dir = await mkdtemp(join(tmpdir(), 'ceph-'));
  process.env['CEPH_CONF'] = await writeConf(cluster, dir);
  return async () => {
    await cluster.stop();
    await rm(dir, { recursive: true, force: true });
  };
}
