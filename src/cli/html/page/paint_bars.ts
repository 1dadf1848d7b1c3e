import type { OSDMap } from '../../../osd/OSDMap.ts';
import { className } from './map_facts.ts';
import type { PgCounter } from './PgCounter.ts';
import type { Palette } from './palette.ts';
import type { Surface } from './Surface.ts';
import type { View } from './View.ts';

const HEIGHT = 200;
/** For the numbers over the bars. */
const TOP = 18;
/** Bars end here, as a multiple of the ideal, if none is higher than the first. */
const HIGHEST_LEAST = 1.5;
const HIGHEST_MOST = 3;
/** OSDs narrower than this share a bar with their neighbours. */
const BAR_WIDTH_MIN = 2;
const GAP_FROM_WIDTH = 5;
const PALE = 0.45;
/** Around the numbers, which may stand on the line of the ideal. */
const HALO = 4;

/** One OSD, or some that are too narrow to be told apart. */
interface Bar {
  readonly left: number;
  readonly right: number;
  readonly osd: number;
  osds: number;
  pgs: number;
  primaries: number;
  full: number;
  ideal: number;
  /** Of those that have a share, against it. */
  least: number;
  most: number;
}

/**
 * PGs for each OSD, under its place in the tree. A bar's height is PGs for the OSD's weight, so that
 * the ideal is one line, and its area is PGs. Answers whether some OSDs share a bar.
 */
export function paintBars(
  surface: Surface,
  map: OSDMap,
  view: View,
  counter: PgCounter,
  lit: ReadonlySet<number>,
  palette: Palette,
): boolean {
  surface.begin(HEIGHT);
  const { context, width } = surface;
  const bars = makeBars(view, counter, width);
  const highest = Math.min(
    HIGHEST_MOST,
    bars.reduce((most, bar) => Math.max(most, bar.most), HIGHEST_LEAST),
  );
  const yOf = (value: number) => HEIGHT - (Math.min(value, highest) / highest) * (HEIGHT - TOP);
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  context.font = `11px ${palette.font}`;
  for (const bar of bars) {
    const gap = bar.right - bar.left >= GAP_FROM_WIDTH ? 1 : 0;
    const w = bar.right - bar.left - gap;
    const top = yOf(ratio(bar));
    const split = bar.pgs === 0 ? HEIGHT : HEIGHT - ((HEIGHT - top) * bar.primaries) / bar.pgs;
    context.fillStyle =
      bar.osds === 1 && lit.has(bar.osd)
        ? palette.lit
        : palette.classColor(className(map, bar.osd));
    if (bar.osds > 1 && bar.full > 0) {
      context.globalAlpha = PALE / 2;
      context.fillRect(bar.left, yOf(bar.most), w, yOf(bar.least) - yOf(bar.most));
    }
    context.globalAlpha = PALE;
    context.fillRect(bar.left, top, w, split - top);
    context.globalAlpha = 1;
    context.fillRect(bar.left, split, w, HEIGHT - split);
  }
  paintIdeal(surface, bars, yOf, palette);
  context.fillStyle = palette.text;
  context.strokeStyle = palette.surface;
  for (const bar of bars) {
    if (bar.osds === 1)
      surface.label(String(bar.pgs), bar.left, bar.right, yOf(ratio(bar)) - 3, HALO);
  }
  return bars.some(({ osds }) => osds > 1);
}

function makeBars(view: View, counter: PgCounter, width: number): Bar[] {
  const bars: Bar[] = [];
  for (const cell of leavesInView(view)) {
    const left = view.toWindow(cell.x0) * width;
    const right = view.toWindow(cell.x1) * width;
    const pgs = counter.pgs[cell.item] ?? 0;
    const full = counter.fullOf(cell.item);
    if (full === 0 && pgs === 0) continue;
    const one: Bar = {
      left,
      right: Math.max(right, left + BAR_WIDTH_MIN),
      osd: cell.item,
      osds: 1,
      pgs,
      primaries: counter.primaries[cell.item] ?? 0,
      full,
      ideal: counter.idealOf(cell.item),
      least: full === 0 ? HIGHEST_MOST : pgs / full,
      most: full === 0 ? 0 : pgs / full,
    };
    const last = bars.at(-1);
    if (last !== undefined && left < last.right - 0.01) join(last, one);
    else bars.push(one);
  }
  return bars;
}

function leavesInView({ layout, x0, x1 }: View) {
  return layout.cells
    .filter((cell) => cell.item >= 0 && cell.x1 > x0 && cell.x0 < x1)
    .sort((a, b) => a.x0 - b.x0);
}

function join(bar: Bar, other: Bar): void {
  bar.osds += 1;
  bar.pgs += other.pgs;
  bar.primaries += other.primaries;
  bar.full += other.full;
  bar.ideal += other.ideal;
  bar.least = Math.min(bar.least, other.least);
  bar.most = Math.max(bar.most, other.most);
}

/** PGs against what the weight asks for. What has PGs and no weight is over all measure. */
function ratio({ pgs, full }: Bar): number {
  if (pgs === 0) return 0;
  return full === 0 ? HIGHEST_MOST : pgs / full;
}

/** A line that falls where OSDs are reweighted, and ends where the pool has no business. */
function paintIdeal(
  { context }: Surface,
  bars: readonly Bar[],
  yOf: (value: number) => number,
  palette: Palette,
): void {
  context.strokeStyle = palette.text;
  context.lineWidth = 1.25;
  context.setLineDash([5, 4]);
  context.beginPath();
  let before: number | undefined;
  for (const { left, right, full, ideal } of bars) {
    if (full === 0) {
      before = undefined;
      continue;
    }
    const y = yOf(ideal / full);
    if (before === undefined) context.moveTo(left, y);
    else context.lineTo(left, y);
    context.lineTo(right, y);
    before = y;
  }
  context.stroke();
  context.setLineDash([]);
}
