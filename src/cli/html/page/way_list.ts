import { CRUSH_ITEM_NONE } from '../../../crush/crush_types.ts';
import type { OSDMap } from '../../../osd/OSDMap.ts';
import type { Osds } from '../../../osd/osdmap_data.ts';
import { canShiftOsds, POOL_FLAG_HASHPSPOOL } from '../../../osd/pg_pool.ts';
import { CEPH_OSD_MAX_PRIMARY_AFFINITY } from '../../../osd/rados.ts';
import { type Placement, placementSeed } from '../../explain/explain_mapping.ts';
import { type Descent, itemName } from '../../explain/trace_tries.ts';
import { button, el } from './dom.ts';
import { short } from './map_facts.ts';

/** Tries listed at most; a hostile map can make millions. */
const TRIES_SHOWN = 100;

export interface WayEvents {
  /** The reader looks at one try; `undefined`: at the whole way again. */
  onTry(descent: Descent | undefined): void;
  onItem(item: number): void;
}

/** The way of an object from its name to its OSDs, a step for each number that is made of the one before. */
export function wayList(
  map: OSDMap,
  placement: Placement,
  descents: readonly Descent[],
  events: WayEvents,
): HTMLElement[] {
  const p = placement;
  const pool = map.pools.get(p.pool.id);
  const hashPsPool = pool !== undefined && (pool.flags & POOL_FLAG_HASHPSPOOL) !== 0;
  const osds = (list: Osds, primary?: number) => osdList(map, p.pool.id, list, primary, events);
  const seed = placementSeed(p);
  return [
    step(
      'Name',
      hashedText(p),
      p.key === p.object ? '' : 'The key is hashed in place of the name.',
    ),
    step('Hash', code(hex(p.hash)), `${p.hashName} of the name: 32 bits.`),
    step(
      'PG',
      code(p.pg),
      `The hash folded to pg_num ${p.pgNum}, which leaves ${seed === pgSeed(p) ? seed : pgSeed(p)}.`,
    ),
    step(
      'Seed',
      code(hex(p.pps)),
      hashPsPool
        ? `${seed}${p.pgNum === p.pgpNum ? '' : ` (folded to pgp_num ${p.pgpNum})`} hashed with the pool’s id ${p.pool.id}: the x that CRUSH is asked for.`
        : `${seed} + the pool’s id ${p.pool.id}: the x that CRUSH is asked for.`,
    ),
    crushStep(map, p, descents, events),
    step('Raw', osds(p.raw), 'What CRUSH gives, of OSDs that exist.'),
    step(
      'Upmap',
      same(p.raw, p.upmapped) ? muted('no exception') : osds(p.upmapped),
      'What the map’s exceptions make of it.',
    ),
    step('Up', osds(p.up, p.upPrimary), upText(map, p)),
    step('Affinity', affinity(map, p), 'Whether the first one also leads.'),
    step(
      'Acting',
      osds(p.acting, p.actingPrimary),
      same(p.up, p.acting) && p.upPrimary === p.actingPrimary
        ? 'Nobody stands in: up is acting. Reads go to ★.'
        : 'Others stand in for a while (pg_temp). Reads go to ★.',
    ),
  ];
}

function pgSeed({ pg }: Placement): number {
  return Number.parseInt(pg.slice(pg.indexOf('.') + 1), 16);
}

function step(title: string, value: Node, note: string, ...more: Node[]): HTMLElement {
  const head = el('div', 'step-head', el('h3', '', title), value);
  const parts = note === '' ? [] : [el('p', 'note', note)];
  return el('li', 'step', head, ...parts, ...more);
}

function code(text: string): HTMLElement {
  return el('code', '', text);
}

function muted(text: string): HTMLElement {
  return el('span', 'muted', text);
}

function hashedText({ key, nspace }: Placement): HTMLElement {
  if (nspace === '') return code(key);
  return el('span', '', code(nspace), el('span', 'muted', ' 0x1f '), code(key));
}

/** A shard's place counts, so that it is written out; a copy's does not. */
function osdList(
  map: OSDMap,
  poolId: number,
  osds: Osds,
  primary: number | undefined,
  events: WayEvents,
): HTMLElement {
  if (osds.length === 0) return muted('nowhere');
  const pool = map.pools.get(poolId);
  const isErasure = pool !== undefined && !canShiftOsds(pool);
  const chips = osds.map((osd, i) => {
    const place = isErasure ? [el('span', 'place', String(i))] : [];
    if (osd === CRUSH_ITEM_NONE) return el('span', 'chip hole', ...place, 'hole');
    const star = osd === primary ? [' ★'] : [];
    const name = itemName(map, osd);
    return button(
      `chip${osd === primary ? ' primary' : ''}`,
      () => events.onItem(osd),
      ...place,
      name,
      ...star,
    );
  });
  return el('span', 'chips', ...chips);
}

function crushStep(
  map: OSDMap,
  { rule, pool }: Placement,
  descents: readonly Descent[],
  events: WayEvents,
): HTMLElement {
  const name = el('span', '', code(rule.name === '' ? String(rule.id) : rule.name));
  if (rule.steps.length === 0) {
    return step('CRUSH', name, `The map has no rule for pools of this kind and size ${pool.size}.`);
  }
  const shown = descents.filter(isTold).slice(0, TRIES_SHOWN);
  const rows = shown.map((descent) => tryRow(map, descent, events));
  const list = el('ol', 'tries', ...rows);
  const rest = descents.filter(isTold).length - shown.length;
  const more =
    rest > 0
      ? [el('p', 'note', `… and more tries: only the first ${TRIES_SHOWN} are listed.`)]
      : [];
  return step('CRUSH', name, rule.steps.join(' → '), list, ...more);
}

/** A bucket taken after a device in it was: that has been told. */
function isTold({ path, refused }: Descent): boolean {
  return path.length > 0 || refused !== undefined;
}

function tryRow(map: OSDMap, descent: Descent, events: WayEvents): HTMLElement {
  const { path, item, refused } = descent;
  const steps = path.flatMap(({ bucket, r }) => [
    el('bdi', '', itemName(map, bucket)),
    el('sub', 'muted', `r=${r}`),
    ' → ',
  ]);
  const verdict =
    refused === undefined ? el('span', 'yes', ' ✓') : el('span', 'no', ` × ${refused}`);
  const row = button(
    'try',
    () => events.onItem(item === CRUSH_ITEM_NONE ? (path.at(-1)?.bucket ?? item) : item),
    ...steps,
    el('b', '', itemName(map, item)),
    verdict,
  );
  for (const [on, off] of [
    ['focus', 'blur'],
    ['pointerenter', 'pointerleave'],
  ] as const) {
    row.addEventListener(on, () => events.onTry(descent));
    row.addEventListener(off, () => events.onTry(undefined));
  }
  return el('li', refused === undefined ? 'taken' : 'refused', row);
}

function upText(map: OSDMap, { upmapped, up }: Placement): string {
  const gone = upmapped.filter((osd) => osd !== CRUSH_ITEM_NONE && !up.includes(osd));
  if (gone.length === 0) return 'All of them are up.';
  return `Without ${gone.map((osd) => itemName(map, osd)).join(', ')}, which ${gone.length === 1 ? 'is' : 'are'} down.`;
}

function affinity(map: OSDMap, { up, upPrimary }: Placement): HTMLElement {
  const of = (osd: number) => map.data.osdPrimaryAffinity?.[osd] ?? CEPH_OSD_MAX_PRIMARY_AFFINITY;
  const shy = up.filter(
    (osd) => osd !== CRUSH_ITEM_NONE && of(osd) < CEPH_OSD_MAX_PRIMARY_AFFINITY,
  );
  const leads = upPrimary < 0 ? 'nobody leads' : `${itemName(map, upPrimary)} leads`;
  const texts = shy.map(
    (osd) => `${itemName(map, osd)} has ${short(of(osd) / CEPH_OSD_MAX_PRIMARY_AFFINITY)}`,
  );
  return muted([leads, ...(texts.length === 0 ? ['all have 1'] : texts)].join('; '));
}

function same(a: Osds, b: Osds): boolean {
  return a.length === b.length && a.every((osd, i) => osd === b[i]);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
