import { formatG } from '../../common/cpp_numbers.ts';
import type { Json } from '../../common/json_formatter.ts';

const DIGITS = 17;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * XML as Ceph's XMLFormatter prints it; `pretty` ends in an empty line. `elements`: names of the
 * elements of lists, by the name of the list. Ceph: src/common/Formatter.cc.
 */
export function formatXml(
  name: string,
  value: Json,
  elements: ReadonlyMap<string, string>,
  pretty: boolean,
): string {
  const line = (depth: number, text: string): string =>
    pretty ? `${' '.repeat(depth)}${text}\n` : text;
  const format = (tag: string, held: Json, depth: number): string => {
    if (typeof held !== 'object') return line(depth, `<${tag}>${scalar(held)}</${tag}>`);
    const inner = entriesOf(tag, held, elements).map(([key, each]) => format(key, each, depth + 1));
    return line(depth, `<${tag}>`) + inner.join('') + line(depth, `</${tag}>`);
  };
  return format(name, value, 0) + (pretty ? '\n' : '');
}

function entriesOf(
  tag: string,
  held: Json & object,
  elements: ReadonlyMap<string, string>,
): [string, Json][] {
  if (Array.isArray(held)) {
    return held.map((each: Json): [string, Json] => [elements.get(tag) ?? tag, each]);
  }
  return held instanceof Map ? [...held] : Object.entries(held);
}

const SPECIAL = /[&<>"']|(?![\t\n])\p{Cc}/gu;

/** Ceph: src/common/escape.cc, escape_xml_attr. */
function escaped(c: string): string {
  // The control characters above ASCII are of more than one byte, which go through as they are.
  if (c > '\x7f') return c;
  return ENTITIES[c] ?? `&#x${c.charCodeAt(0).toString(16).padStart(2, '0')};`;
}

function scalar(value: string | number | bigint | boolean): string {
  if (typeof value === 'string') return value.replace(SPECIAL, escaped);
  if (typeof value === 'number' && !Number.isInteger(value)) return formatG(value, DIGITS);
  return String(value);
}
