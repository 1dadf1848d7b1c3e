import { readDecimal, readFloat } from './python.ts';

/** Options of the line that are no command's. Ceph: parse_cmdargs (src/ceph.in), by Python's argparse. */

interface OptionSpec {
  readonly names: readonly string[];
  /** Without one it takes no value. */
  readonly check?: (value: string) => string | undefined;
}

const FORMATS = ['json', 'json-pretty', 'xml', 'xml-pretty', 'plain', 'yaml'];

const anyValue = (): undefined => undefined;

const OPTIONS: readonly OptionSpec[] = [
  { names: ['--completion'] },
  { names: ['-h', '--help'] },
  { names: ['-c', '--conf'], check: anyValue },
  { names: ['-i', '--in-file'], check: anyValue },
  { names: ['-o', '--out-file'], check: anyValue },
  { names: ['--setuser'], check: anyValue },
  { names: ['--setgroup'], check: anyValue },
  { names: ['--id', '--user'], check: anyValue },
  { names: ['--name', '-n'], check: anyValue },
  { names: ['--cluster'], check: anyValue },
  { names: ['--admin-daemon'], check: anyValue },
  { names: ['-s', '--status'] },
  { names: ['-w', '--watch'] },
  { names: ['--watch-debug'] },
  { names: ['--watch-info'] },
  { names: ['--watch-sec'] },
  { names: ['--watch-warn'] },
  { names: ['--watch-error'] },
  { names: ['-W', '--watch-channel'], check: anyValue },
  { names: ['--version', '-v'] },
  { names: ['--verbose'] },
  { names: ['--concise'] },
  { names: ['-f', '--format'], check: checkFormat },
  { names: ['--connect-timeout'], check: checkInt },
  { names: ['--block'] },
  { names: ['--period', '-p'], check: checkFloat },
];

function checkFormat(value: string): string | undefined {
  if (FORMATS.includes(value)) return undefined;
  const choices = FORMATS.map((format) => `'${format}'`).join(', ');
  return `invalid choice: '${value}' (choose from ${choices})`;
}

function checkInt(value: string): string | undefined {
  return readDecimal(value) === undefined ? `invalid int value: '${value}'` : undefined;
}

function checkFloat(value: string): string | undefined {
  return readFloat(value) === undefined ? `invalid float value: '${value}'` : undefined;
}

/** A line that argparse refuses. */
export class GlobalArgsError extends Error {
  override readonly name = 'GlobalArgsError';
}

export interface GlobalArgs {
  /** By the last names of options without dashes: `format`; '' for those that take no value. */
  readonly options: ReadonlyMap<string, string>;
  /** What is left, in its order. */
  readonly rest: readonly string[];
}

/** Throws GlobalArgsError. */
export function parseGlobalArgs(args: readonly string[]): GlobalArgs {
  const parser = new GlobalArgsParser(args);
  return parser.run();
}

class GlobalArgsParser {
  readonly #args: readonly string[];
  readonly #options = new Map<string, string>();
  readonly #rest: string[] = [];
  #at = 0;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  run(): GlobalArgs {
    while (this.#at < this.#args.length) {
      const arg = this.#args[this.#at++] ?? '';
      if (arg === '--') this.#rest.push(arg, ...this.#args.slice(this.#at));
      if (arg === '--') break;
      if (!this.#takeOption(arg)) this.#rest.push(arg);
    }
    return { options: this.#options, rest: this.#rest };
  }

  #takeOption(arg: string): boolean {
    if (!arg.startsWith('-') || arg === '-') return false;
    const exact = specOf(arg);
    if (exact !== undefined) return this.#take(exact, undefined, arg);
    const [, flag = arg, inline] = /^([^=]*)=(.*)$/s.exec(arg) ?? [];
    const named = specOf(flag);
    if (named !== undefined && inline !== undefined) return this.#take(named, inline, flag);
    if (/^-\d+$|^-\d*\.\d+$/.test(arg)) return false;
    return arg.startsWith('--') ? this.#takeLong(arg, flag, inline) : this.#takeShort(arg);
  }

  /** The beginning of a long name is enough, if it is that of one only. */
  #takeLong(arg: string, flag: string, inline: string | undefined): boolean {
    const matches = LONG_NAMES.filter((name) => name.startsWith(flag));
    if (matches.length > 1) {
      throw new GlobalArgsError(`ambiguous option: ${arg} could match ${matches.join(', ')}`);
    }
    const spec = specOf(matches[0] ?? '');
    return spec !== undefined && this.#take(spec, inline, flag);
  }

  /** `-fjson`, `-sf json`. */
  #takeShort(arg: string): boolean {
    const spec = specOf(arg.slice(0, 2));
    if (spec === undefined) return false;
    if (spec.check !== undefined) return this.#take(spec, arg.slice(2), arg.slice(0, 2));
    this.#take(spec, undefined, arg.slice(0, 2));
    const rest = `-${arg.slice(2)}`;
    if (specOf(rest.slice(0, 2)) === undefined) {
      throw refused(spec, `ignored explicit argument '${arg.slice(2)}'`);
    }
    return rest.length === 2 ? this.#takeOption(rest) : this.#takeShort(rest);
  }

  #take(spec: OptionSpec, inline: string | undefined, flag: string): boolean {
    const key = (spec.names.find((name) => name.startsWith('--')) ?? flag).slice('--'.length);
    if (spec.check === undefined) {
      if (inline !== undefined) throw refused(spec, `ignored explicit argument '${inline}'`);
      this.#options.set(key, '');
      return true;
    }
    const value = inline ?? this.#nextValue();
    if (value === undefined) throw refused(spec, 'expected one argument');
    const complaint = spec.check(value);
    if (complaint !== undefined) throw refused(spec, complaint);
    this.#options.set(key, value);
    return true;
  }

  /** What begins with a dash is an option, unless it is a number, or has a blank in it. */
  #nextValue(): string | undefined {
    const value = this.#args[this.#at];
    if (value === undefined) return undefined;
    const isOption =
      /^-./s.test(value) &&
      !/^-\d+$|^-\d*\.\d+$/.test(value) &&
      (specOf(value) !== undefined || !value.includes(' '));
    if (isOption) return undefined;
    this.#at++;
    return value;
  }
}

const LONG_NAMES = OPTIONS.flatMap(({ names }) => names.filter((name) => name.startsWith('--')));

function specOf(name: string): OptionSpec | undefined {
  return OPTIONS.find(({ names }) => names.includes(name));
}

function refused({ names }: OptionSpec, complaint: string): GlobalArgsError {
  return new GlobalArgsError(`argument ${names.join('/')}: ${complaint}`);
}
