import type { OSDMap } from '../../../osd/OSDMap.ts';
import type { Osds } from '../../../osd/osdmap_data.ts';
import { canShiftOsds } from '../../../osd/pg_pool.ts';
import type { Placement } from '../../explain/explain_mapping.ts';
import type { Descent } from '../../explain/trace_tries.ts';
import { el } from './dom.ts';
import { osdChips } from './osd_chips.ts';
import { type TriesEvents, triesList } from './tries_list.ts';
import { actingText, affinityText, foldText, hex, sameOsds, seedText, upText } from './way_text.ts';

/** The way of an object from its name to its OSDs, a step for each thing made of the one before. */
export function wayList(
  map: OSDMap,
  placement: Placement,
  descents: readonly Descent[],
  events: TriesEvents,
): HTMLElement[] {
  const p = placement;
  const pool = map.pools.get(p.pool.id);
  const { onItem } = events;
  const isErasure = pool !== undefined && !canShiftOsds(pool);
  const osds = (list: Osds, more: { primary?: number; before?: Osds } = {}) =>
    osdChips(map, list, { isErasure, onItem, ...more });
  const keyNote = p.key === p.object ? '' : 'The key is hashed in place of the name.';
  const upmap = sameOsds(p.raw, p.upmapped)
    ? el('span', 'muted', 'no exception')
    : osds(p.upmapped, { before: p.raw });
  return [
    step('Name', hashed(p), keyNote),
    step('Hash', code(hex(p.hash)), `${p.hashName} of the name: 32 bits.`),
    step('PG', code(p.pg), foldText(p)),
    step('Seed', code(hex(p.pps)), seedText(map, p)),
    crushStep(map, p, descents, events),
    step('Raw', osds(p.raw), 'What CRUSH gives, of OSDs that exist.'),
    step('Upmap', upmap, 'What the map’s exceptions make of it.'),
    step('Up', osds(p.up, { primary: p.upPrimary, before: p.upmapped }), upText(map, p)),
    step('Affinity', el('span', 'muted', affinityText(map, p)), 'Who of them is to lead.'),
    step('Acting', osds(p.acting, { primary: p.actingPrimary, before: p.up }), actingText(p)),
  ];
}

function crushStep(
  map: OSDMap,
  { rule, pool }: Placement,
  descents: readonly Descent[],
  events: TriesEvents,
): HTMLElement {
  const name = code(rule.name === '' ? `rule ${rule.id}` : rule.name);
  if (rule.steps.length === 0)
    return step('CRUSH', name, `The map has no rule for pools of this kind and size ${pool.size}.`);
  return step('CRUSH', name, rule.steps.join(' → '), ...triesList(map, descents, events));
}

function step(title: string, value: Node, note: string, ...more: Node[]): HTMLElement {
  const head = el('div', 'step-head', el('h3', '', title), value);
  const notes = note === '' ? [] : [el('p', 'note', note)];
  return el('li', 'step', head, ...notes, ...more);
}

function code(text: string): HTMLElement {
  return el('code', '', text);
}

function hashed({ key, nspace }: Placement): HTMLElement {
  if (nspace === '') return code(key);
  return el('span', '', code(nspace), el('span', 'muted', ' 0x1f '), code(key));
}
