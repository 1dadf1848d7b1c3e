import { formatJson, type Json } from '../../common/json_formatter.ts';
import { formatXml } from '../ceph/xml_formatter.ts';

/** Something with a name, as text. */
export type Format = (name: string, value: Json) => string;

/** Names of the elements of lists. */
const ELEMENTS: ReadonlyMap<string, string> = new Map([
  ['objects', 'object'],
  ['pools', 'pool'],
  ['clones', 'clone'],
  ['snapshots', 'snapshot'],
  ['overlaps', 'section'],
  ['locks', 'lock'],
  ['lockers', 'locker'],
  ['datas', 'data'],
]);

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['json', (_name, value) => formatJson(value, false)],
  ['json-pretty', (_name, value) => formatJson(value, true)],
  ['xml', (name, value) => formatXml(name, value, ELEMENTS, false)],
  ['xml-pretty', (name, value) => formatXml(name, value, ELEMENTS, true)],
]);

/** Undefined: there is no such format here; the original has `table` and `html` besides. */
export function findFormat(name: string): Format | undefined {
  return FORMATS.get(name);
}
