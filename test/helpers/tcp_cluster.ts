import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimCluster, type SimClusterOptions } from '../../sim/index.ts';

/** A simulated cluster over TCP with a ceph.conf for stock clients. */
export interface TcpCluster extends AsyncDisposable {
  readonly cluster: SimCluster;
  readonly dir: string;
  readonly confFile: string;
}

export async function startTcpCluster(options: SimClusterOptions): Promise<TcpCluster> {
  const cluster = await SimCluster.create({ net: 'tcp', ...options });
  const dir = await mkdtemp(join(tmpdir(), 'radosim-rados-'));
  const confFile = join(dir, 'ceph.conf');
  const auth = ['cluster', 'service', 'client'].map((who) => `auth_${who}_required = none`);
  const conf = ['[global]', `mon_host = ${cluster.getMonHost()}`, ...auth, ''];
  await writeFile(confFile, conf.join('\n'));
  return {
    cluster,
    dir,
    confFile,
    async [Symbol.asyncDispose]() {
      await cluster.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
