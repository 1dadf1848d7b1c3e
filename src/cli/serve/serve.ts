import { SimCluster, type SimPool, writeConf } from '../../../sim/index.ts';
import type { LogEntry } from '../../common/Log.ts';
import { removeConfFiles } from '../../node/write_conf.ts';
import { UsageError } from '../UsageError.ts';

export interface ServeOptions {
  readonly confDir: string;
  readonly pool?: readonly SimPool[];
  readonly osds: number;
  readonly hosts?: number;
  readonly mons: number;
  readonly auth: 'cephx' | 'none';
  readonly seed: string;
  readonly host: string;
  readonly verbose?: true;
}

/**
 * Runs a cluster until SIGINT or SIGTERM. Its files are there while it can be reached, and gone before it
 * goes. Throws UsageError for options that make no sense.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const stopped = signalled();
  await using cluster = await create(options);
  const conf = await writeConf(cluster, options.confDir).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  console.log(`ready: mon_host ${cluster.getMonHost()}, conf ${conf}`);
  await stopped;
  await removeConfFiles(options.confDir, cluster.fsid);
}

async function create(options: ServeOptions): Promise<SimCluster> {
  const { osds, hosts = osds, mons, auth, seed, host } = options;
  const { pool: pools = [{ name: 'data' }] } = options;
  const log = options.verbose ? logOp : undefined;
  const shape = { osds, hosts, mons, auth, seed, host, pools, log };
  try {
    return await SimCluster.create({ net: 'tcp', ...shape });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

function logOp({ who, fn, facts }: LogEntry): void {
  if (fn === 'MockOSD.msDispatch') console.log(`${who} ${facts['message']}`);
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
