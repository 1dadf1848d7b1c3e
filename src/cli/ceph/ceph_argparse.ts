/**
 * Arguments as Ceph's tools take them: `--opt value` or `--opt=value`, with '-' and '_' the same in
 * names, anywhere in the line. Whatever no option takes is left over. Ceph: src/common/ceph_argparse.cc.
 */
export class CephArgs {
  readonly #args: string[];
  #at = 0;

  constructor(args: readonly string[]) {
    this.#args = [...args];
  }

  /** What nobody took. */
  get rest(): readonly string[] {
    return this.#args;
  }

  /** Whether an argument is to be looked at; `--` ends that, and is taken. */
  more(): boolean {
    if (this.#args[this.#at] !== '--') return this.#at < this.#args.length;
    this.#args.splice(this.#at, 1);
    return false;
  }

  /** Takes the argument, whatever it is. */
  take(): string | undefined {
    return this.#args.splice(this.#at, 1)[0];
  }

  /** Leaves the argument, which no option matched. */
  skip(): void {
    this.#at++;
  }

  /** Takes the argument if it is one of `names`. */
  flag(...names: string[]): boolean {
    const arg = underscored(this.#args[this.#at] ?? '');
    if (!names.some((name) => underscored(name) === arg)) return false;
    this.#args.splice(this.#at, 1);
    return true;
  }

  /** Takes the argument and its value if it is `name`. A missing value is left to `missing`. */
  withArg(name: string, take: (value: string) => void, missing: (text: string) => void): boolean {
    const arg = this.#args[this.#at] ?? '';
    const equals = arg.indexOf('=');
    if (underscored(equals < 0 ? arg : arg.slice(0, equals)) !== underscored(name)) return false;
    this.#args.splice(this.#at, 1);
    const value = equals < 0 ? this.#args.splice(this.#at, 1)[0] : arg.slice(equals + 1);
    if (value === undefined) missing(`Option ${arg} requires an argument.`);
    else take(value);
    return true;
  }
}

function underscored(arg: string): string {
  return arg.startsWith('--') ? `--${arg.slice(2).replaceAll('-', '_')}` : arg;
}
