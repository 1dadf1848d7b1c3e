const POWERS: ReadonlyMap<string, bigint> = new Map([
  ['B', 0n],
  ['K', 10n],
  ['M', 20n],
  ['G', 30n],
  ['T', 40n],
  ['P', 50n],
  ['E', 60n],
]);
const LLONG_MAX = 2n ** 63n - 1n;

/** What stands there, or why it is no number. */
export type IecInteger = { readonly value: bigint } | { readonly complaint: string };

/** `4096`, `4K`, `1Mi`. Ceph: strict_iecstrtoll (src/common/strtol.cc). */
export function iecInteger(text: string): IecInteger {
  if (text === '') return refused('value not specified');
  const [, digits = '', unit = ''] = /^([0-9+-]*)(.*)$/s.exec(text) ?? [];
  if (unit.startsWith('B') && unit.endsWith('i')) return refused('illegal prefix "Bi"');
  if (unit.length > 2) return refused('illegal prefix (length > 2)');
  const power = unit === '' ? 0n : POWERS.get(unit.charAt(0));
  if (power === undefined) return refused('unit prefix not recognized');
  if (!/^[+-]?[0-9]+$/.test(digits)) {
    return { complaint: `Expected option value to be integer, got '${digits}'` };
  }
  const value = BigInt(digits.replace('+', ''));
  if (value > LLONG_MAX || value < -LLONG_MAX - 1n) {
    return { complaint: `The option value '${digits}' seems to be invalid` };
  }
  if (value < (-LLONG_MAX - 1n) >> power) return refused('value seems to be too small');
  if (value > LLONG_MAX >> power) return refused('value seems to be too large');
  return { value: value << power };
}

function refused(complaint: string): IecInteger {
  return { complaint: `strict_iecstrtoll: ${complaint}` };
}
