import { CRUSH_ITEM_NONE } from '../../../crush/crush_types.ts';
import type { OSDMap } from '../../../osd/OSDMap.ts';
import type { Osds } from '../../../osd/osdmap_data.ts';
import { itemName } from '../../explain/trace_tries.ts';
import { button, el } from './dom.ts';

export interface ChipsOptions {
  /** Shards have places that count. */
  readonly isErasure: boolean;
  readonly primary?: number;
  /** The set one step earlier: who was not in it stands out. */
  readonly before?: Osds;
  onItem(item: number): void;
}

/** A set of OSDs, in order. */
export function osdChips(map: OSDMap, osds: Osds, options: ChipsOptions): HTMLElement {
  if (osds.length === 0) return el('span', 'muted', 'nowhere');
  const { isErasure, primary, before = osds, onItem } = options;
  const chips = osds.map((osd, i) => {
    const place = isErasure ? [el('span', 'place', String(i))] : [];
    if (osd === CRUSH_ITEM_NONE) return el('span', 'chip hole', ...place, 'hole');
    const kinds = ['chip'];
    if (osd === primary) kinds.push('primary');
    if (!before.includes(osd)) kinds.push('new');
    const star = osd === primary ? [' ★'] : [];
    return button(kinds.join(' '), () => onItem(osd), ...place, itemName(map, osd), ...star);
  });
  return el('span', 'chips', ...chips);
}
