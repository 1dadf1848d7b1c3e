import { CRUSH_ITEM_NONE } from '../../crush/crush_types.ts';
import type { Osds } from '../../osd/osdmap_data.ts';
import { type CrushTry, type Explanation, placementSeed } from './explain_mapping.ts';

const LABEL_WIDTH = 10;

/** One line for each step of the way. */
export function explanationText(e: Explanation): string {
  const { pool, rule } = e;
  return [
    line('object', `'${e.object}' in pool ${pool.id} '${pool.name}', map of epoch ${e.epoch}`),
    line('hashed', e.nspace === '' ? `'${e.key}'` : `'${e.nspace}' 0x1f '${e.key}'`),
    line('hash', `${hex(e.hash)} by ${e.hashName}`),
    line('pg', `${e.pg}: the hash folded to pg_num ${e.pgNum}`),
    line('x', `${hex(e.pps)} from ${placementSeed(e)} (pgp_num ${e.pgpNum}) and the pool's id`),
    line('rule', `${rule.id} '${rule.name}': ${rule.steps.join(', ')}`),
    ...e.tries.map((each, i) => line(i === 0 ? 'tries' : '', tryText(each))),
    line('raw', osdsText(e.raw)),
    line('upmap', same(e.raw, e.upmapped) ? 'none' : osdsText(e.upmapped)),
    line('up', `${osdsText(e.up)}, primary ${primaryText(e.upPrimary)}`),
    line('acting', `${osdsText(e.acting)}, primary ${primaryText(e.actingPrimary)}`),
  ]
    .map((text) => `${text}\n`)
    .join('');
}

function line(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

/** `default r=0 → host1 r=0 → osd.3: taken`. An item found below one just named has a path of its own. */
function tryText({ path, item, refused }: CrushTry): string {
  const way = [...path.map(({ bucket, r }) => `${bucket} r=${r}`), item].join(' → ');
  return `${way}: ${refused ?? 'taken'}`;
}

function osdsText(osds: Osds): string {
  return `[${osds.map((osd) => (osd === CRUSH_ITEM_NONE ? 'none' : osd)).join(', ')}]`;
}

function primaryText(osd: number): string {
  return osd < 0 ? 'none' : `osd.${osd}`;
}

function same(a: Osds, b: Osds): boolean {
  return a.length === b.length && a.every((osd, i) => osd === b[i]);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
