import { parseCephArgs } from '../../../common/ceph_argparse.ts';
import { ConfigError } from '../../../common/config.ts';
import { EINVAL } from '../../../common/errno.ts';
import { readCephConf } from '../../../node/ceph_conf.ts';
import { ToolExit } from '../ToolExit.ts';
import type { GlobalArgs } from './global_args.ts';

/** A daemon, and what it is asked over its socket. */
export interface AdminSocketCommand {
  readonly path: string;
  readonly words: readonly string[];
}

/**
 * `--admin-daemon PATH …`, `daemon PATH …` or `daemon osd.0 …`; undefined: none of these. Throws ToolExit.
 * Ceph: maybe_daemon_command (src/ceph.in).
 */
export function adminSocketOf({ options, rest }: GlobalArgs): AdminSocketCommand | undefined {
  const path = options.get('admin-daemon');
  if (path !== undefined) return { path, words: rest };
  const [verb, daemon, ...words] = rest;
  if (verb !== 'daemon') return undefined;
  if (daemon === undefined || words.length === 0) {
    throw new ToolExit(EINVAL, '', 'daemon requires at least 3 arguments\n');
  }
  return { path: daemon.includes('/') ? daemon : pathOf(daemon, options), words };
}

/** Where the configuration has the socket of a daemon. */
function pathOf(name: string, options: GlobalArgs['options']): string {
  try {
    const confFile = options.get('conf');
    const cluster = options.get('cluster');
    const args = parseCephArgs([], 'command line');
    const { conf } = readCephConf({ args, name, confFile, cluster }, process.env);
    const path = conf.admin_socket ?? '';
    return path === '' ? `/var/run/ceph/${cluster ?? 'ceph'}-${name}.asok` : path;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ToolExit(EINVAL, '', `Can't get admin socket path: ${error.message}\n`);
  }
}
