import { CRUSH_ITEM_NONE } from '../../../crush/crush_types.ts';
import type { OSDMap } from '../../../osd/OSDMap.ts';
import { type Descent, itemName } from '../../explain/trace_tries.ts';
import { button, el } from './dom.ts';

/** Tries listed at most; a hostile map can make millions. */
const TRIES_SHOWN = 100;
/** Milliseconds that each try is shown while walking. */
const STRIDE = 900;

export interface TriesEvents {
  /** The reader looks at one try; `undefined`: at the whole way again. */
  onTry(descent: Descent | undefined): void;
  onItem(item: number): void;
}

/** What CRUSH tried, a line each, and a button that walks down the list. */
export function triesList(
  map: OSDMap,
  descents: readonly Descent[],
  events: TriesEvents,
): HTMLElement[] {
  const told = descents.filter(isTold);
  const rows = told.slice(0, TRIES_SHOWN).map((descent) => tryRow(map, descent, events));
  const list = el('ol', 'tries', ...rows.map((row) => el('li', '', row)));
  const walk = button('walk', () => walkDown(rows), '▶ Walk');
  const rest =
    told.length > rows.length
      ? [el('p', 'note', `… and more: only the first ${TRIES_SHOWN} tries are listed.`)]
      : [];
  return [...(rows.length > 0 ? [walk] : []), list, ...rest];
}

/** Looks at one after the other, until the reader looks elsewhere. */
function walkDown(rows: readonly HTMLElement[]): void {
  const go = (i: number) => {
    const row = rows[i];
    if (row === undefined) {
      rows.at(-1)?.blur();
      return;
    }
    if (i > 0 && document.activeElement !== rows[i - 1]) return;
    row.focus();
    setTimeout(() => go(i + 1), STRIDE);
  };
  go(0);
}

/** A bucket taken after a device in it was: that has been told. */
function isTold({ path, refused }: Descent): boolean {
  return path.length > 0 || refused !== undefined;
}

function tryRow(map: OSDMap, descent: Descent, events: TriesEvents): HTMLElement {
  const { path, item, refused } = descent;
  const steps = path.flatMap(({ bucket, r }) => [
    el('bdi', '', itemName(map, bucket)),
    el('sub', 'muted', `r=${r}`),
    ' → ',
  ]);
  const verdict =
    refused === undefined ? el('span', 'yes', ' ✓') : el('span', 'no', ` × ${refused}`);
  const target = item === CRUSH_ITEM_NONE ? (path.at(-1)?.bucket ?? item) : item;
  const name = el('b', '', itemName(map, item));
  const row = button('try', () => events.onItem(target), ...steps, name, verdict);
  for (const look of ['focus', 'pointerenter'])
    row.addEventListener(look, () => events.onTry(descent));
  for (const leave of ['blur', 'pointerleave'])
    row.addEventListener(leave, () => events.onTry(undefined));
  return row;
}
