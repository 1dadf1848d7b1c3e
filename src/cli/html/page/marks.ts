import { CRUSH_ITEM_NONE } from '../../../crush/crush_types.ts';
import { splitIdClass } from '../../../crush/device_classes.ts';
import type { OSDMap } from '../../../osd/OSDMap.ts';
import type { Osds } from '../../../osd/osdmap_data.ts';
import type { Descent } from '../../explain/trace_tries.ts';
import { el } from './dom.ts';
import { cellBox } from './paint_tree.ts';
import type { View } from './View.ts';

/** What is marked at an item of the tree; the later ones win over the earlier. */
export type Mark = 'visited' | 'refused' | 'taken' | 'acting' | 'primary';

const RANK: readonly Mark[] = ['visited', 'refused', 'taken', 'acting', 'primary'];
/** Marks of what is narrower are this wide, so that they can be seen. */
const WIDTH_MIN = 7;
/** Narrower ones have no text in them. */
const SIGN_WIDTH_MIN = 16;
const NAME_WIDTH_MIN = 22;
const MARKS_MAX = 500;

export type Marks = ReadonlyMap<number, { readonly mark: Mark; readonly sign: string }>;

/** Where an object is: a set, its primary, and whether places in it count (they are shards then). */
export interface Held {
  readonly acting: Osds;
  readonly actingPrimary: number;
  readonly isErasure: boolean;
}

/** All that a mapping touched, and where it ended. */
export function marksOf(map: OSDMap, descents: readonly Descent[], held: Held | undefined): Marks {
  const marks = new Map<number, { mark: Mark; sign: string }>();
  const set = (shadow: number, mark: Mark, sign: string) => {
    const item = shadow < 0 ? splitIdClass(map.crush.crush, shadow).id : shadow;
    const known = marks.get(item);
    if (item === CRUSH_ITEM_NONE || (known === undefined && marks.size >= MARKS_MAX)) return;
    if (known === undefined || RANK.indexOf(mark) > RANK.indexOf(known.mark))
      marks.set(item, { mark, sign });
  };
  for (const { path, item, refused } of descents) {
    for (const { bucket } of path) set(bucket, 'visited', '');
    if (refused !== undefined) set(item, 'refused', '×');
    else set(item, 'taken', '');
  }
  for (const [place, osd] of held?.acting.entries() ?? []) {
    const shard = held?.isErasure ? `s${place}` : '';
    if (osd === held?.actingPrimary) set(osd, 'primary', `${shard}★`);
    else set(osd, 'acting', shard);
  }
  return marks;
}

/** The marks as elements over the painted tree. */
export function placeMarks(overlay: HTMLElement, marks: Marks, view: View, width: number): void {
  const elements: HTMLElement[] = [];
  for (const [item, { mark, sign }] of marks) {
    for (const place of view.layout.places.get(item) ?? []) {
      const cell = view.layout.cells[place];
      if (cell === undefined || cell.x1 <= view.x0 || cell.x0 >= view.x1) continue;
      const { left, right, top, bottom } = cellBox(view, cell, width);
      const [from, to] = [Math.max(left, 0), Math.min(right, width)];
      const wide = Math.max(to - from, WIDTH_MIN);
      const element = el('div', `mark ${mark}`);
      element.dataset['item'] = String(item);
      if (wide >= SIGN_WIDTH_MIN && sign !== '') element.append(el('span', 'sign', sign));
      if (wide >= NAME_WIDTH_MIN && (mark === 'acting' || mark === 'primary'))
        element.append(el('span', '', String(item)));
      element.style.left = `${Math.min(Math.max((from + to - wide) / 2, 0), width - wide)}px`;
      element.style.width = `${wide}px`;
      element.style.top = `${top}px`;
      element.style.height = `${bottom - top - 1}px`;
      elements.push(element);
    }
  }
  overlay.replaceChildren(...elements);
}
