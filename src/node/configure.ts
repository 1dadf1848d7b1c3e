import { ConfigError } from '../common/config.ts';
import { EINVAL } from '../common/errno.ts';
import { OPTION_DEFAULTS, type Options } from '../common/options.ts';
import type { CallOptions } from '../librados/CallOptions.ts';
import { radosError } from '../librados/RadosError.ts';
import type { InitialMon } from '../mon/mon_host.ts';
import { type CephConf, type CephConfOptions, readCephConf } from './ceph_conf.ts';
import { resolveMonSrv } from './mon_dns_srv.ts';
import { resolveNames } from './mon_host_names.ts';

/** What is said by the program; it counts before what is configured. */
export interface ConfigureOptions extends CephConfOptions {
  readonly monHost?: string | readonly InitialMon[] | undefined;
  readonly key?: string | undefined;
  readonly keyring?: string | undefined;
  readonly conf?: Partial<Options> | undefined;
}

/** All that a connection needs to know. */
export interface Configured extends CephConf {
  readonly monHost: string | readonly InitialMon[];
}

/**
 * Reads the configuration, unless monitors are named and no part of it is asked for, and resolves the
 * names of monitors. Rejects with InvalidArgumentError.
 */
export async function configure(
  options: ConfigureOptions,
  call: CallOptions = {},
): Promise<Configured> {
  const { name, conf, ...key } = configured(options);
  const said = { ...conf, ...options.conf };
  return {
    name,
    conf: said,
    ...((options.key ?? options.keyring) === undefined ? key : keyOf(options)),
    monHost: await findMons(options.monHost ?? said.mon_host ?? '', said, call),
  };
}

/** Of `mon_host`, and where that is empty, of DNS. Ceph: MonMap::build_initial. */
function findMons(
  monHost: string | readonly InitialMon[],
  said: Partial<Options>,
  { signal, timeout }: CallOptions,
): Promise<string | readonly InitialMon[]> {
  if (typeof monHost !== 'string') return Promise.resolve(monHost);
  const conf = { ...OPTION_DEFAULTS, ...said };
  const call = { signal, timeout: timeout ?? conf.client_mount_timeout * 1000 };
  if (monHost !== '') return resolveNames(monHost, call);
  return resolveMonSrv(conf.mon_dns_srv_name, call);
}

function configured(options: ConfigureOptions): CephConf {
  const { monHost, confFile, cluster, args, name = 'client.admin' } = options;
  if (monHost !== undefined && (confFile ?? cluster ?? args) === undefined)
    return { name, conf: {} };
  try {
    return readCephConf(options, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw radosError(EINVAL, { syscall: 'connect', reason: error.message, cause: error });
  }
}

function keyOf({ key, keyring }: ConfigureOptions): Pick<CephConf, 'key' | 'keyring'> {
  return { ...(key !== undefined && { key }), ...(keyring !== undefined && { keyring }) };
}
