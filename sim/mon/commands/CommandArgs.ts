import { EINVAL } from '../../../src/common/errno.ts';
import { CommandError } from './CommandError.ts';

type Value = string | number | boolean | readonly (string | number)[] | undefined;

/** The arguments of a command: the JSON object that it came as, which may hold anything. */
export class CommandArgs {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Throws CommandError where it is no JSON object with a prefix. */
  static parse(text: string): CommandArgs {
    let values: unknown;
    try {
      values = JSON.parse(text);
    } catch {
      throw new CommandError(EINVAL, `unparseable JSON ${text}`);
    }
    if (typeof values !== 'object' || values === null || !('prefix' in values)) {
      throw new CommandError(EINVAL, 'command not known');
    }
    return new CommandArgs({ ...values });
  }

  get prefix(): string {
    return this.string('prefix');
  }

  get isPlain(): boolean {
    return !this.optString('format', 'plain').startsWith('json');
  }

  get isPretty(): boolean {
    return this.optString('format', 'plain') === 'json-pretty';
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  string(name: string): string {
    const value = this.#value(name);
    if (value === undefined || typeof value === 'object') throw missing(name);
    return String(value);
  }

  optString(name: string, otherwise: string): string {
    return this.has(name) ? this.string(name) : otherwise;
  }

  number(name: string): number {
    const value = this.#value(name);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) throw missing(name);
    return number;
  }

  optNumber(name: string, otherwise: number): number {
    return this.has(name) ? this.number(name) : otherwise;
  }

  integer(name: string): number {
    const number = this.number(name);
    if (!Number.isSafeInteger(number)) throw missing(name);
    return number;
  }

  optInteger(name: string, otherwise: number): number {
    return this.has(name) ? this.integer(name) : otherwise;
  }

  /** A flag: true, or the word that stands for it. */
  flag(name: string): boolean {
    const value = this.#value(name);
    return value === true || (typeof value === 'string' && value !== 'false');
  }

  list(name: string): readonly string[] {
    const value = this.#value(name);
    if (value === undefined) return [];
    return typeof value === 'object' ? value.map(String) : [String(value)];
  }

  #value(name: string): Value {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    if (Array.isArray(value)) return value.filter(isScalar);
    return isScalar(value) || typeof value === 'boolean' ? value : undefined;
  }
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function missing(name: string): CommandError {
  return new CommandError(EINVAL, `bad or missing argument '${name}'`);
}
