import { ArgumentError } from './ArgumentError.ts';
import { listText, type PyValue } from './python.ts';
import { type ArgDesc, argText } from './signature.ts';

/** Words against the arguments of a command. Ceph: validate, matchnum (src/pybind/ceph_argparse.py). */

/** An argument, and how far it has come. */
interface Slot {
  readonly desc: ArgDesc;
  seen: number;
  count: number;
}

/** The arguments by their names; the words of the command's name are `prefix`. */
export type ValidatedArgs = Map<string, PyValue>;

/** How many arguments `words` fit from the first on; of `partial` ones the last may be a beginning. */
export function countMatches(
  words: readonly string[],
  args: readonly ArgDesc[],
  partial: boolean,
): number {
  let at = 0;
  let matches = 0;
  for (const slot of slotsOf(args)) {
    while (slot.seen < slot.count) {
      const word = words[at];
      if (word === undefined) return matches;
      const isLast = at === words.length - 1;
      if (fits(word, slot, partial && isLast)) at++;
      else if (slot.desc.isRequired) return matches;
      else break;
    }
    if (slot.desc.isRequired) matches++;
  }
  return matches;
}

function fits(word: string, slot: Slot, partial: boolean): boolean {
  try {
    takeWord(word, slot, false, partial);
    return true;
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}

function slotsOf(args: readonly ArgDesc[]): Slot[] {
  return args.map((desc) => ({ desc, seen: 0, count: desc.count }));
}

/** The values of a word: several, where an argument that may be repeated is written with commas. */
function takeWord(word: string, slot: Slot, isNamed: boolean, partial = false): PyValue[] {
  const { desc } = slot;
  const hasParts = desc.isMany && (isNamed || desc.kind !== 'CephString');
  const parts = hasParts ? word.split(',') : [word];
  const values = parts.map((part) => desc.type.valid(part, partial));
  slot.seen++;
  if (desc.isMany) slot.count = slot.seen + 1;
  return values;
}

/** Throws ArgumentError. `partial`: what fits at the beginning is enough. `warn`: what the error does not say. */
export function validate(
  words: readonly string[],
  args: readonly ArgDesc[],
  partial: boolean,
  warn: (text: string) => void,
): ValidatedArgs {
  return new Validation(words, args, partial).run(warn);
}

const CONFIRMATIONS: ReadonlySet<string> = new Set([
  '--yes-i-really-mean-it',
  '--yes-i-really-really-mean-it',
  '--yes-i-really-really-mean-it-not-faking',
  '--force',
]);

class Validation {
  readonly #words: string[];
  readonly #slots: readonly Slot[];
  readonly #byName: ReadonlyMap<string, Slot>;
  readonly #partial: boolean;
  readonly #injectargs: boolean;
  readonly #values: ValidatedArgs = new Map();
  #matches = 0;
  /** The last word that an argument that may be left out did not take. */
  #refused: { readonly word: string; readonly error: ArgumentError } | undefined;

  constructor(words: readonly string[], args: readonly ArgDesc[], partial: boolean) {
    this.#words = [...words];
    this.#slots = slotsOf(args);
    this.#byName = new Map(
      this.#slots
        .filter(({ desc }) => desc.kind !== 'CephPrefix')
        .map((slot) => [slot.desc.name, slot]),
    );
    this.#partial = partial;
    this.#injectargs = words[0] === 'injectargs';
  }

  run(warn: (text: string) => void): ValidatedArgs {
    for (const slot of this.#slots) {
      slot.seen = 0;
      while (slot.seen < slot.count) {
        const next = this.#takeFor(slot);
        if (next === 'nothing more') return this.#values;
        if (next === 'next argument') break;
      }
    }
    const required = this.#slots.filter(({ desc }) => desc.isRequired).length;
    if (this.#matches < required) throw new ArgumentError('tooFew', 'not enough arguments given');
    if (this.#words.length > 0 && !this.#partial) throw this.#unused(warn);
    return this.#values;
  }

  #takeFor(slot: Slot): 'next word' | 'next argument' | 'nothing more' {
    const { desc } = slot;
    const word = this.#words.shift();
    if (word === undefined) {
      const hasSome = this.#values.has(desc.name) || (desc.isMany && slot.seen > 0);
      if (!desc.isRequired || hasSome) return 'next argument';
      if (this.#partial) return 'nothing more';
      throw missing(slot);
    }
    if (this.#takeNamed(word)) return 'next word';
    this.#checkDashes(word, desc);
    try {
      this.#store(desc, takeWord(word, slot, false));
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      if (desc.isRequired && !this.#partial) throw error;
      if (desc.isRequired) return 'nothing more';
      this.#refused = { word, error };
      this.#words.unshift(word);
      return 'next argument';
    }
    this.#refused = undefined;
    return 'next word';
  }

  /** `--name=value`, `--name value`; a boolean needs no value. */
  #takeNamed(word: string): boolean {
    const [, equalled, inline] = /^--([^=]+)=(.+)/.exec(word) ?? [];
    const [, spaced] = /^--([^=]+)/.exec(word) ?? [];
    const name = (equalled ?? spaced ?? '').replaceAll('-', '_');
    const slot = this.#byName.get(name);
    if (slot === undefined) return false;
    const value = inline ?? (slot.desc.kind === 'CephBool' ? 'true' : this.#words.shift());
    if (value === undefined) return false;
    this.#store(slot.desc, takeWord(value, slot, true));
    return true;
  }

  /** A mistyped option is no value. */
  #checkDashes(word: string, { kind }: ArgDesc): void {
    const isValue = kind === 'CephChoices' || CONFIRMATIONS.has(word) || this.#injectargs;
    if (!word.startsWith('--') || isValue) return;
    throw new ArgumentError('valid', `Unexpected argument '${word}'`);
  }

  #store({ kind, name, isMany }: ArgDesc, values: readonly PyValue[]): void {
    this.#matches++;
    const before = this.#values.get(name);
    const last = values.at(-1) ?? '';
    if (isMany) this.#values.set(name, Array.isArray(before) ? [...before, ...values] : values);
    else if (kind === 'CephPrefix' && typeof before === 'string') {
      this.#values.set(name, `${before} ${String(last)}`);
    } else this.#values.set(name, last);
  }

  #unused(warn: (text: string) => void): ArgumentError {
    if (this.#refused !== undefined) {
      warn(`${this.#refused.word} not valid:  ${this.#refused.error.message}\n`);
    }
    return new ArgumentError('unused', `unused arguments: ${listText(this.#words)}`);
  }
}

function missing({ desc, seen, count }: Slot): ArgumentError {
  const text = argText(desc);
  if (desc.isMany)
    return new ArgumentError('number', `saw ${seen} of ${text}, expected at least 1`);
  if (seen === 0 && count === 1) {
    return new ArgumentError('missing', `missing required parameter ${text}`);
  }
  return new ArgumentError('number', `saw ${seen} of ${text}, expected ${count}`);
}
