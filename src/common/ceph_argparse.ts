import { ConfigError, isKnownOption, type Setting, type Settings } from './config.ts';
import { isBoolOption } from './option_values.ts';

/** What a command line, or CEPH_ARGS, says of the configuration. */
export interface CephArgs {
  readonly confFile?: string;
  readonly cluster?: string;
  /** `client.admin`. */
  readonly name?: string;
  readonly settings: Settings;
  /** The arguments that are of something else, in their order; `--` and what is after it among them. */
  readonly rest: readonly string[];
}

const SHORT_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['-c', 'conf'],
  ['-n', 'name'],
  ['-m', 'mon_host'],
  ['-k', 'keyring'],
  ['-K', 'keyfile'],
]);

/**
 * Takes from a command line what is of the configuration: `-c -m -n -k -K`, `--id` or `--user`, `--cluster`, and any
 * option. `where` is what errors call it. Throws `ConfigError`.
 */
export function parseCephArgs(args: readonly string[], where: string): CephArgs {
  const parser = new ArgsParser(args, where);
  while (!parser.isDone()) parser.next();
  return parser.result();
}

/**
 * `--any_option value` and `--any_option=value`, `_` and `-` alike; `--flag`, `--flag=false` and `--no-flag`.
 * Ceph: ceph_argparse_early_args (src/common/ceph_argparse.cc), md_config_t::parse_argv.
 */
class ArgsParser {
  readonly #args: readonly string[];
  readonly #where: string;
  readonly #settings = new Map<string, Setting>();
  readonly #rest: string[] = [];
  #at = 0;
  #confFile: string | undefined;
  #cluster: string | undefined;
  #name: string | undefined;

  constructor(args: readonly string[], where: string) {
    this.#args = args;
    this.#where = where;
  }

  isDone(): boolean {
    return this.#at >= this.#args.length;
  }

  next(): void {
    const arg = this.#args[this.#at++] ?? '';
    if (arg === '--') this.#rest.push(arg, ...this.#args.slice(this.#at));
    if (arg === '--') this.#at = this.#args.length;
    else if (!this.#take(arg)) this.#rest.push(arg);
  }

  result(): CephArgs {
    return {
      ...(this.#confFile !== undefined && { confFile: this.#confFile }),
      ...(this.#cluster !== undefined && { cluster: this.#cluster }),
      ...(this.#name !== undefined && { name: this.#name }),
      settings: this.#settings,
      rest: this.#rest,
    };
  }

  #take(arg: string): boolean {
    const [, flag = '', inline] = /^([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const key = SHORT_OPTIONS.get(flag) ?? longKey(flag);
    if (key === undefined) return false;
    switch (key) {
      case 'conf':
        this.#confFile = this.#value(flag, inline);
        return true;
      case 'cluster':
        this.#cluster = this.#value(flag, inline);
        return true;
      case 'name':
        this.#name = this.#value(flag, inline);
        return true;
      case 'id':
      case 'user':
        this.#name = `client.${this.#value(flag, inline)}`;
        return true;
      default:
        return this.#takeOption(key, flag, inline);
    }
  }

  #takeOption(key: string, flag: string, inline: string | undefined): boolean {
    const negated = key.startsWith('no_') ? key.slice('no_'.length) : '';
    if (isBoolOption(negated) && inline === undefined) this.#set(negated, 'false');
    else if (isBoolOption(key)) this.#set(key, inline ?? 'true');
    else if (isKnownOption(key)) this.#set(key, this.#value(flag, inline));
    else return false;
    return true;
  }

  #set(key: string, value: string): void {
    this.#settings.set(key, { value, where: this.#where });
  }

  #value(flag: string, inline: string | undefined): string {
    const value = inline ?? this.#args[this.#at++];
    if (value === undefined) throw new ConfigError(this.#where, flag, 'a value is missing');
    return value;
  }
}

function longKey(flag: string): string | undefined {
  return flag.startsWith('--') ? flag.slice(2).replaceAll('-', '_') : undefined;
}
