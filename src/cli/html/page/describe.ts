import type { OSDMap } from '../../../osd/OSDMap.ts';
import { itemName } from '../../explain/trace_tries.ts';
import {
  className,
  deviation,
  percent,
  short,
  stateText,
  typeName,
  weightText,
} from './map_facts.ts';
import type { PgCounter } from './PgCounter.ts';
import type { TreeLayout } from './tree_layout.ts';

/** A cell in one line: what it is, what it weighs, and how many PGs it has against its share. */
export function describeCell(
  map: OSDMap,
  { cells }: TreeLayout,
  at: number,
  counter: PgCounter | undefined,
): string {
  const cell = cells[at];
  if (cell === undefined) return '';
  const { item, parent, weight } = cell;
  const above = cells[parent];
  const part =
    above === undefined || above.weight === 0
      ? ''
      : ` (${percent(weight / above.weight)} of ${itemName(map, above.item)})`;
  const words = [`${itemName(map, item)}: weight ${weightText(weight)}${part}`];
  if (item < 0) {
    words.unshift(typeName(map, item));
    words.push(cell.childCount === 1 ? '1 item' : `${cell.childCount} items`);
    return words.join(' · ');
  }
  const kind = className(map, item);
  if (kind !== '') words.unshift(kind);
  words.push(stateText(map, item));
  if (counter !== undefined && counter.counted > 0) words.push(pgsText(counter, item));
  return words.join(' · ');
}

function pgsText(counter: PgCounter, osd: number): string {
  const pgs = counter.pgs[osd] ?? 0;
  const ideal = counter.idealOf(osd);
  const against =
    ideal === 0 ? 'no share' : `its share is ${short(ideal)}, ${deviation(pgs, ideal)}`;
  return `${pgs} PGs (${against}), primary of ${counter.primaries[osd] ?? 0}`;
}
