import type { ConfFile } from './ConfFile.ts';
import { isOption, OptionValueError, parseOptionValue } from './option_values.ts';
import { OPTION_DEFAULTS, type Options } from './options.ts';

/** Something in the configuration that makes no sense: the message names the place, and the key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** A file and a line in it, `CEPH_ARGS`, or the command line. */
  readonly where: string;
  readonly key: string;
  readonly reason: string;

  constructor(where: string, key: string, reason: string, options?: ErrorOptions) {
    super(`${where}: ${key}: ${reason}`, options);
    this.where = where;
    this.key = key;
    this.reason = reason;
  }
}

/** What is said of a key, and where. */
export interface Setting {
  readonly value: string;
  readonly where: string;
}

export type Settings = ReadonlyMap<string, Setting>;

/** Who we are: `client.admin` of the cluster `ceph`. */
export interface Self {
  readonly cluster: string;
  readonly type: string;
  readonly id: string;
  /** The short name of this machine. */
  readonly host: string;
  readonly home: string;
  readonly pid: number;
}

/** Options that lead to the key; no part of `Options`, for what holds those may be printed. */
const KEY_DEFAULTS: ReadonlyMap<string, string> = new Map([
  [
    'keyring',
    '/etc/ceph/$cluster.$name.keyring,/etc/ceph/$cluster.keyring,/etc/ceph/keyring,/etc/ceph/keyring.bin,',
  ],
  ['keyfile', ''],
  ['key', ''],
]);

/** Options besides those that this code obeys. */
const MORE_OPTIONS: ReadonlySet<string> = new Set([
  ...KEY_DEFAULTS.keys(),
  'host',
  'fsid',
  // Of daemons: what they ask of each other, and of clients.
  'auth_cluster_required',
  'auth_service_required',
]);

/** Whether Ceph has such an option, as far as we know. */
export function isKnownOption(key: string): boolean {
  return isOption(key) || MORE_OPTIONS.has(key);
}

/**
 * What a file says to us: of `[client.admin]`, `[client]` and `[global]`, the first that has the key.
 * Ceph: md_config_t::_get_my_sections.
 */
export function settingsFor(file: ConfFile, path: string, { type, id }: Self): Settings {
  const settings = new Map<string, Setting>();
  for (const name of ['global', type, `${type}.${id}`]) {
    for (const { key, value, line } of file.sections.get(name)?.values() ?? []) {
      settings.set(key, { value, where: `${path}:${line}` });
    }
  }
  return settings;
}

/** Settings from all their sources, and what they come to. */
export class Config {
  readonly #settings: Settings;
  readonly #self: Self;

  /** `sources`: what counts least is first. */
  constructor(self: Self, sources: readonly Settings[]) {
    this.#self = self;
    this.#settings = new Map(sources.flatMap((settings) => [...settings]));
  }

  /** The text of an option, its variables expanded; its default if nothing is said. */
  text(key: string): string {
    return this.#expanded(key, []) ?? '';
  }

  /** Those options of which something is said. Throws `ConfigError` for a value that is none. */
  options(): Partial<Options> {
    const conf: Record<string, unknown> = {};
    for (const [key, { value, where }] of this.#settings) {
      if (isOption(key)) conf[key] = this.#parse(key, value, where);
    }
    if (!isPartOfOptions(conf)) throw new TypeError('an option has a value of another type');
    return conf;
  }

  #parse(key: keyof Options, value: string, where: string): unknown {
    try {
      const isText = typeof OPTION_DEFAULTS[key] === 'string';
      return isText ? this.text(key) : parseOptionValue(key, value);
    } catch (error) {
      if (!(error instanceof OptionValueError)) throw error;
      throw new ConfigError(where, key, error.message, { cause: error });
    }
  }

  /** `within`: the options whose variables are being expanded. */
  #expanded(key: string, within: readonly string[]): string | undefined {
    const setting = this.#settings.get(key);
    const text = setting?.value ?? defaultOf(key);
    if (text === undefined || !text.includes('$')) return text;
    if (within.includes(key)) {
      const loop = [...within, key].map((name) => `$${name}`).join(' → ');
      throw new ConfigError(setting?.where ?? 'defaults', key, `variables in a circle: ${loop}`);
    }
    return this.expand(text, [...within, key]);
  }

  /**
   * `$name` and `${name}`; what is no variable is left as it is.
   * Ceph: md_config_t::_expand_meta, whose `${` without an end is a `$`.
   */
  expand(text: string, within: readonly string[] = []): string {
    return text.replace(VARIABLE, (whole, braced?: string, end?: string, plain?: string) => {
      const name = end === undefined ? plain : braced;
      if (name === undefined || name === '') return '$';
      return this.#variable(name) ?? this.#optionVariable(name, within) ?? whole;
    });
  }

  #variable(name: string): string | undefined {
    const { cluster, type, id, host, home, pid } = this.#self;
    switch (name) {
      case 'cluster':
        return cluster;
      case 'type':
        return type;
      case 'id':
      case 'num':
        return id;
      case 'name':
        return `${type}.${id}`;
      case 'host':
        return this.#settings.get('host')?.value || host;
      case 'home':
        return home;
      case 'pid':
        return String(pid);
      default:
        return undefined;
    }
  }

  #optionVariable(name: string, within: readonly string[]): string | undefined {
    return isKnownOption(name) ? this.#expanded(name, within) : undefined;
  }
}

const VARIABLE = /\$(?:\{([a-z_]*)(\})?|([a-z_]*))/g;

function defaultOf(key: string): string | undefined {
  return isOption(key) ? String(OPTION_DEFAULTS[key]) : KEY_DEFAULTS.get(key);
}

function isPartOfOptions(conf: Record<string, unknown>): conf is Partial<Options> {
  return Object.entries(conf).every(([key, value]) => {
    return isOption(key) && typeof value === typeof OPTION_DEFAULTS[key];
  });
}
