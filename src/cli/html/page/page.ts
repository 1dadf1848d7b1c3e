/** The page that `radosim osdmaptool --html` writes: an OSDMap to look at, with the real mapper in it. */

import { CEPH_STR_HASH_MURMUR3 } from '../../../common/ceph_hash.ts';
import { CrushWorkError } from '../../../crush/CrushWorkError.ts';
import { CRUSH_ITEM_NONE } from '../../../crush/crush_types.ts';
import { OSDMap } from '../../../osd/OSDMap.ts';
import { POOL_TYPE_ERASURE } from '../../../osd/pg_pool.ts';
import { type Placement, placeObject } from '../../explain/explain_mapping.ts';
import { type Descent, itemName, traceTries } from '../../explain/trace_tries.ts';
import { byId, el } from './dom.ts';
import { className } from './map_facts.ts';
import { marksOf } from './marks.ts';
import { PgCounter } from './PgCounter.ts';
import { classColorName } from './palette.ts';
import { spreadText } from './spread_text.ts';
import { TreeFigure } from './TreeFigure.ts';
import { wayList } from './way_list.ts';

/** Milliseconds of counting between two chances for everything else. */
const SLICE = 12;
/** Milliseconds from one picture of a count that goes on to the next. */
const PICTURE = 150;
/** Tries remembered: more than are listed, so that the list can say so. */
const TRIES_MAX = 1_000;
/** Classes in the legend, at most. */
const LEGEND_MAX = 12;
/** OSDs that are in no bucket, named at most. */
const STRAYS_MAX = 12;

class Page {
  readonly #map: OSDMap;
  readonly #figure: TreeFigure;
  readonly #pool = byId('pool', HTMLSelectElement);
  readonly #object = byId('object', HTMLInputElement);
  readonly #nspace = byId('nspace', HTMLInputElement);
  readonly #key = byId('key', HTMLInputElement);
  readonly #answer = byId('answer', HTMLElement);
  readonly #steps = byId('steps', HTMLElement);
  readonly #spread = byId('spread', HTMLElement);
  readonly #counters = new Map<number, PgCounter>();

  constructor(map: OSDMap) {
    this.#map = map;
    const classes = classesOf(map);
    this.#figure = new TreeFigure(map, classes);
    writeSummary(map);
    writeLegend(classes);
    writeStrays(map, this.#figure);
    for (const [id, pool] of [...map.pools].sort(([a], [b]) => a - b)) {
      const kind = pool.type === POOL_TYPE_ERASURE ? 'erasure coded' : 'replicated';
      const hash = pool.objectHash === CEPH_STR_HASH_MURMUR3 ? ', murmur3' : '';
      const name = map.poolName(id) ?? `pool ${id}`;
      this.#pool.add(new Option(`${name} (${kind}, ${pool.size}${hash})`, String(id)));
    }
    this.#pool.addEventListener('change', () => {
      this.#place();
      this.#count();
    });
    for (const input of [this.#object, this.#nspace, this.#key])
      input.addEventListener('input', () => this.#place());
    byId('ask', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
  }

  start(): void {
    this.#figure.paint();
    if (this.#map.pools.size === 0) {
      this.#answer.textContent = 'The map has no pools, so there is nothing to place.';
      this.#pool.disabled = true;
      return;
    }
    this.#place();
    this.#count();
  }

  get #poolId(): number {
    return Number(this.#pool.value);
  }

  #place(): void {
    try {
      this.#showPlace();
    } catch (error) {
      if (!(error instanceof CrushWorkError)) throw error;
      this.#answer.textContent = `CRUSH gives up: ${error.message}`;
      this.#steps.replaceChildren();
      this.#figure.show(new Map(), new Set());
    }
  }

  #showPlace(): void {
    const map = this.#map;
    const locator = { key: this.#key.value, nspace: this.#nspace.value };
    const placement = placeObject(map, this.#poolId, this.#object.value, locator);
    const descents = traceTries(map, this.#poolId, placement.pps, TRIES_MAX);
    const { acting, actingPrimary } = placement;
    const isErasure = map.pools.get(this.#poolId)?.type === POOL_TYPE_ERASURE;
    const marks = marksOf(map, descents, { acting, actingPrimary, isErasure });
    this.#figure.show(marks, new Set(acting));
    const events = {
      onTry: (descent: Descent | undefined) =>
        this.#figure.showMarks(descent === undefined ? marks : marksOf(map, [descent], undefined)),
      onItem: (item: number) => this.#figure.zoomToItem(item),
    };
    this.#steps.replaceChildren(...wayList(map, placement, descents, events));
    const where = actingPrimary < 0 ? 'nowhere' : `read from ${itemName(map, actingPrimary)}`;
    this.#answer.replaceChildren(
      el('bdi', 'object', placement.object),
      ' is in PG ',
      el('b', '', placement.pg),
      ', ',
      el('b', '', where),
      missingText(placement, isErasure),
    );
  }

  /** Counts the pool's PGs as long as it is the one looked at, a slice at a time. */
  #count(): void {
    const id = this.#poolId;
    const counter = this.#counters.get(id) ?? new PgCounter(this.#map, id);
    this.#counters.set(id, counter);
    const paint = (note: string) => {
      this.#figure.showCounts(counter);
      this.#spread.textContent = note === '' ? spreadText(this.#map, counter) : note;
    };
    let painted = performance.now();
    const go = () => {
      if (this.#poolId !== id) return;
      const start = performance.now();
      try {
        while (!counter.isDone && performance.now() - start < SLICE) counter.countNext();
      } catch (error) {
        if (!(error instanceof CrushWorkError)) throw error;
        paint(`CRUSH gives up: ${error.message}`);
        return;
      }
      if (counter.isDone || start - painted > PICTURE) {
        painted = start;
        paint('');
      }
      if (!counter.isDone) setTimeout(go);
    };
    go();
  }
}

/** What of a set there is, if that is not all. */
function missingText({ acting, pool }: Placement, isErasure: boolean): string {
  const there = acting.filter((osd) => osd !== CRUSH_ITEM_NONE).length;
  if (there >= pool.size) return '';
  return ` (${there} of ${pool.size} ${isErasure ? 'shards' : 'copies'} have an OSD)`;
}

function classesOf(map: OSDMap): string[] {
  return [...new Set(Array.from({ length: map.maxOsd }, (_, osd) => className(map, osd)))].sort();
}

function writeSummary(map: OSDMap): void {
  const osds = map.getAllOsds();
  const up = osds.filter((osd) => map.isUp(osd)).length;
  const inside = osds.filter((osd) => map.isIn(osd)).length;
  const pools = map.pools.size === 1 ? '1 pool' : `${map.pools.size} pools`;
  byId('summary', HTMLElement).textContent =
    `epoch ${map.epoch} · ${osds.length} OSDs, ${up} up, ${inside} in · ${pools} · ${map.fsid}`;
  document.title = `OSDMap, epoch ${map.epoch}`;
}

/** The class colours of this map, before the marks, which every map has. */
function writeLegend(classes: readonly string[]): void {
  const entries = classes.slice(0, LEGEND_MAX).map((name) => {
    const swatch = el('i', `swatch ${classColorName(name, classes)}`);
    return el('li', '', swatch, name === '' ? 'no class' : name);
  });
  byId('legend', HTMLElement).prepend(...entries);
}

function writeStrays(map: OSDMap, figure: TreeFigure): void {
  const strays = map.getAllOsds().filter((osd) => !figure.has(osd));
  const note = byId('strays', HTMLElement);
  note.hidden = strays.length === 0;
  const shown = strays.slice(0, STRAYS_MAX).map((osd) => `osd.${osd}`);
  const more = strays.length > shown.length ? ', …' : '';
  note.textContent = `Nowhere in the tree: ${shown.join(', ')}${more}`;
}

function mapBytes(): Uint8Array {
  const text = atob(byId('osdmap', HTMLScriptElement).textContent.trim());
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

new Page(OSDMap.decode(mapBytes())).start();
