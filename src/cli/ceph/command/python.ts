/** Values as Python reads and writes them. */

const INT =
  /^[+-]?(?:0x(?:_?[0-9a-f])+|0o(?:_?[0-7])+|0b(?:_?[01])+|0(?:_?0)*|[1-9](?:_?[0-9])*)$/i;
const DECIMAL = /^[+-]?[0-9](?:_?[0-9])*$/;
const FLOAT =
  /^[+-]?(?:(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:e[+-]?[0-9](?:_?[0-9])*)?|inf(?:inity)?|nan)$/i;

/** int(text, 0). */
export function readInt(text: string): bigint | undefined {
  return toInt(text.trim(), INT);
}

/** int(text). */
export function readDecimal(text: string): bigint | undefined {
  return toInt(text.trim(), DECIMAL);
}

function toInt(text: string, form: RegExp): bigint | undefined {
  if (!form.test(text)) return undefined;
  const magnitude = BigInt(text.replaceAll('_', '').replace(/^[+-]/, ''));
  return text.startsWith('-') ? -magnitude : magnitude;
}

/** float(text). */
export function readFloat(text: string): number | undefined {
  const bare = text.trim().replaceAll('_', '').toLowerCase();
  if (!FLOAT.test(text.trim())) return undefined;
  if (bare.endsWith('nan')) return Number.NaN;
  if (bare.includes('inf')) return bare.startsWith('-') ? -Infinity : Infinity;
  return Number(bare);
}

/** repr(x) of a float: `1.0`. */
export function floatText(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x < 0 ? '-inf' : 'inf';
  const text = String(x);
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

/** repr of a list of texts: `['a', "it's"]`. */
export function listText(texts: readonly string[]): string {
  return `[${texts.map(stringText).join(', ')}]`;
}

function stringText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // Blanks other than the usual one are not printable, either.
  const body = text.replace(/[\\'"]|\p{C}|(?! )\p{Z}/gu, (c) => escaped(c, quote));
  return quote + body + quote;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escaped(c: string, quote: string): string {
  if (c === '"' || c === "'") return c === quote ? `\\${c}` : c;
  const short = SHORT_ESCAPES[c];
  if (short !== undefined) return short;
  const code = c.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** What a command's arguments come to. */
export type PyValue = string | bigint | number | boolean | readonly PyValue[];

/** json.dumps: numbers keep their kind, for a monitor that expects a float takes no integer. */
export function dumpJson(entries: ReadonlyMap<string, PyValue>): string {
  const members = [...entries].map(([key, value]) => `${JSON.stringify(key)}: ${dump(value)}`);
  return `{${members.join(', ')}}`;
}

function dump(value: PyValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return jsonFloat(value);
  if (typeof value === 'object') return `[${value.map(dump).join(', ')}]`;
  return String(value);
}

function jsonFloat(x: number): string {
  return Number.isFinite(x) ? floatText(x) : String(x);
}
