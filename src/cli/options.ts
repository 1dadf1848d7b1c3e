import { InvalidArgumentError, Option } from 'commander';

/** A seed is shown and replayed as it was typed, so it has one spelling. */
export function parseSeed(text: string): string {
  if (/^(0|[1-9][0-9]{0,15})$/.test(text)) return text;
  throw new InvalidArgumentError('A seed is a whole number, 0 or more, of at most 16 digits.');
}

/** A parser of whole numbers from 0 to `most`. */
export function parseUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : most + 1;
    if (value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from 0 to ${most}.`);
  };
}

/** As Ceph's programs take it, of those that are of use to the command. */
export function msTypeOption(types: readonly string[]): Option {
  const text = 'the messenger of daemons and clients (default: as in Ceph)';
  return new Option('--ms_type <TYPE>', text).choices(types);
}
