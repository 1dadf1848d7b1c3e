import { ConfigError } from '../common/config.ts';
import { EINVAL } from '../common/errno.ts';
import type { Options } from '../common/options.ts';
import type { CallOptions } from '../librados/CallOptions.ts';
import { radosError } from '../librados/RadosError.ts';
import { type CephConf, type CephConfOptions, readCephConf } from './ceph_conf.ts';
import { resolveNames } from './mon_host_names.ts';

/** What is said by the program; it counts before what is configured. */
export interface ConfigureOptions extends CephConfOptions {
  readonly monHost?: string | undefined;
  readonly key?: string | undefined;
  readonly keyring?: string | undefined;
  readonly conf?: Partial<Options> | undefined;
}

/** All that a connection needs to know. */
export interface Configured extends CephConf {
  readonly monHost: string;
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
  const monHost = options.monHost ?? said.mon_host ?? '';
  if (monHost === '') {
    throw radosError(EINVAL, {
      syscall: 'connect',
      reason: 'mon_host is not set: no monHost, and none in ceph.conf or CEPH_ARGS',
    });
  }
  return {
    name,
    conf: said,
    ...((options.key ?? options.keyring) === undefined ? key : keyOf(options)),
    monHost: await resolveNames(monHost, call),
  };
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
