import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { ConfFile, ConfFileError } from '../common/ConfFile.ts';
import { type CephArgs, parseCephArgs } from '../common/ceph_argparse.ts';
import { Config, ConfigError, type Self, type Settings, settingsFor } from '../common/config.ts';
import type { Options } from '../common/options.ts';

/** What is to be read, where it is not Ceph's default. */
export interface CephConfOptions {
  /** Like `-c`: a file, or several separated by commas, of which the first counts that there is. */
  readonly confFile?: string | undefined;
  /** `ceph`. It is in the names of the files, and else is told by that of `confFile`. */
  readonly cluster?: string | undefined;
  /** `client.admin`. */
  readonly name?: string | undefined;
  /** A command line; it counts before the environment, which counts before the file. */
  readonly args?: CephArgs | undefined;
}

/** What the configuration comes to. */
export interface CephConf {
  readonly name: string;
  readonly conf: Partial<Options>;
  readonly key?: string;
  /** A file that there is. */
  readonly keyring?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Ceph: CEPH_CONF_FILE_DEFAULT (src/common/config.cc); a client has no `$data_dir`. */
const SEARCH_PATH = '/etc/ceph/$cluster.conf,$home/.ceph/$cluster.conf,$cluster.conf';
/** Far more than a configuration has. */
const CONF_BYTES_MAX = 16 * 1024 * 1024;
const KEYFILE_BYTES_MAX = 4096;

/**
 * The configuration of a client, as Ceph finds it: the file, then CEPH_KEYRING and CEPH_ARGS, then `args`.
 * Throws `ConfigError`. Ceph: global_pre_init, md_config_t::parse_config_files.
 */
export function readCephConf(options: CephConfOptions, env: Env): CephConf {
  const envArgs = parseCephArgs(splitArgs(env['CEPH_ARGS'] ?? ''), 'CEPH_ARGS');
  const said = {
    ...withoutSettings(envArgs),
    ...withoutSettings(options.args),
    ...defined(options),
  };
  const name = said.name ?? 'client.admin';
  const cluster = said.cluster ?? (said.confFile === undefined ? 'ceph' : '');
  const self = selfOf(name, cluster, env);
  const found = findConf(said.confFile ?? env['CEPH_CONF'], self);
  const me = cluster === '' ? { ...self, cluster: clusterOf(found?.path ?? '') } : self;
  const config = new Config(me, [
    found === undefined ? new Map() : settingsFor(found.file, found.path, me),
    envKeyring(env),
    envArgs.settings,
    options.args?.settings ?? new Map(),
  ]);
  return { name, conf: config.options(), ...findKey(config) };
}

function splitArgs(text: string): string[] {
  return text.split(' ').filter((arg) => arg !== '');
}

function withoutSettings({ confFile, cluster, name }: Partial<CephArgs> = {}): CephConfOptions {
  return defined({ confFile, cluster, name });
}

function defined({ confFile, cluster, name }: CephConfOptions): CephConfOptions {
  return {
    ...(confFile !== undefined && { confFile }),
    ...(cluster !== undefined && { cluster }),
    ...(name !== undefined && { name }),
  };
}

/** Who we are, for the variables in options. */
export function selfOf(name: string, cluster: string, env: Env): Self {
  const dot = name.indexOf('.');
  return {
    cluster,
    type: name.slice(0, dot),
    id: name.slice(dot + 1),
    host: hostname().split('.')[0] ?? '',
    home: env['HOME'] ?? homedir(),
    pid: process.pid,
  };
}

function envKeyring(env: Env): Settings {
  const value = env['CEPH_KEYRING'];
  return new Map(value === undefined ? [] : [['keyring', { value, where: 'CEPH_KEYRING' }]]);
}

interface FoundConf {
  readonly path: string;
  readonly file: ConfFile;
}

/** Files that were asked for must be there; those of the search path need not. */
function findConf(asked: string | undefined, self: Self): FoundConf | undefined {
  const paths = splitList(new Config(self, []).expand(asked ?? SEARCH_PATH));
  for (const path of paths) {
    const text = readText(path, 'conf', CONF_BYTES_MAX);
    if (text !== undefined) return { path, file: parseConf(path, text) };
  }
  if (asked === undefined) return undefined;
  throw new ConfigError(asked, 'conf', 'there is no such file');
}

/** Ceph: get_str_list (src/common/str_list.cc). */
function splitList(text: string): string[] {
  return text.split(/[;,= \t]+/).filter((part) => part !== '');
}

function parseConf(path: string, text: string): ConfFile {
  try {
    return ConfFile.parse(text);
  } catch (error) {
    if (!(error instanceof ConfFileError)) throw error;
    const { line, column, reason } = error;
    const problem = `parse error: ${reason} in line ${line} at position ${column}`;
    throw new ConfigError(`${path}:${line}`, 'conf', problem, { cause: error });
  }
}

/** Undefined: there is no such file. */
function readText(path: string, key: string, bytesMax: number): string | undefined {
  try {
    const { size } = statSync(path);
    if (size > bytesMax) throw new ConfigError(path, key, `${size} bytes are too many`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof ConfigError || !(error instanceof Error)) throw error;
    if ('code' in error && error.code === 'ENOENT') return undefined;
    throw new ConfigError(path, key, error.message, { cause: error });
  }
}

/** `c` of `/etc/ceph/c.conf`. */
function clusterOf(path: string): string {
  return /([^/]*?)\.conf[^/]*$/.exec(path)?.[1] ?? 'ceph';
}

/** `key` counts before `keyfile`, that before the first keyring that can be read. Ceph: KeyRing::from_ceph_context. */
function findKey(config: Config): Pick<CephConf, 'key' | 'keyring'> {
  const key = config.text('key') || readKeyfile(config.text('keyfile'));
  if (key !== '') return { key };
  const keyring = splitList(config.text('keyring')).find(isReadable);
  return keyring === undefined ? {} : { keyring };
}

function readKeyfile(path: string): string {
  if (path === '') return '';
  const text = readText(path, 'keyfile', KEYFILE_BYTES_MAX);
  if (text === undefined) throw new ConfigError(path, 'keyfile', 'there is no such file');
  return text.trim();
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
