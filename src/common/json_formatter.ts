import { formatG } from './cpp_numbers.ts';

/** What {@link formatJson} takes. A Map keeps the order of keys that look like numbers. */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | readonly Json[]
  | ReadonlyMap<string, Json>
  | { readonly [key: string]: Json };

const DIGITS = 17;
const INDENT = '    ';

/** JSON as Ceph's JSONFormatter prints it; `pretty` ends in a newline. Ceph: src/common/Formatter.cc. */
export function formatJson(value: Json, pretty: boolean): string {
  return pretty ? `${format(value, '\n')}\n` : format(value, undefined);
}

/** `line`: the break and indentation before what closes `value`; `undefined`: all in one line. */
function format(value: Json, line: string | undefined): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') {
    return Number.isInteger(value) ? String(value) : formatG(value, DIGITS);
  }
  if (typeof value !== 'object') return String(value);
  const inner = line === undefined ? undefined : line + INDENT;
  if (Array.isArray(value)) {
    return enclose(
      '[',
      ']',
      value.map((each: Json) => format(each, inner)),
      line,
    );
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const colon = line === undefined ? ':' : ': ';
  const members = entries.map(([key, each]) => quote(key) + colon + format(each, inner));
  return enclose('{', '}', members, line);
}

function enclose(
  open: string,
  close: string,
  members: readonly string[],
  line: string | undefined,
): string {
  if (line === undefined || members.length === 0) return open + members.join(',') + close;
  return open + members.map((member) => line + INDENT + member).join(',') + line + close;
}

/** Ceph: src/common/escape.cc, escape_json_attr. */
function quote(text: string): string {
  return `"${text.replace(/["\\]|\p{Cc}/gu, escaped)}"`;
}

function escaped(c: string): string {
  if (c === '"' || c === '\\') return `\\${c}`;
  if (c === '\n') return '\\n';
  if (c === '\t') return '\\t';
  // The control characters above ASCII are of more than one byte, which go through as they are.
  return c > '\x7f' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
