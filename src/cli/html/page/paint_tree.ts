import type { OSDMap } from '../../../osd/OSDMap.ts';
import { itemName } from '../../explain/trace_tries.ts';
import { className, osdState } from './map_facts.ts';
import type { Palette } from './palette.ts';
import type { Surface } from './Surface.ts';
import type { Cell } from './tree_layout.ts';
import type { View } from './View.ts';

export const ROW_HEIGHT = 36;
export const OSD_HEIGHT = 64;
/** Between cells that are wide enough to do without. */
const GAP = 1;
const GAP_FROM_WIDTH = 5;
const CORNER = 3;
const CORNER_FROM_WIDTH = 12;
const HATCH_STEP = 5;
/** OSDs with less room show their state only by their looks. */
const STATE_WIDTH_MIN = 36;

export function treeHeight(rows: number): number {
  return Math.max(rows - 1, 0) * ROW_HEIGHT + OSD_HEIGHT;
}

/** Where a cell is, in CSS pixels. A device goes down to the lowest row. */
export function cellBox(view: View, cell: Cell, width: number) {
  const top = cell.row * ROW_HEIGHT;
  const bottom = cell.item >= 0 ? treeHeight(view.layout.rows) : top + ROW_HEIGHT;
  const left = view.toWindow(cell.x0) * width;
  return { left, right: view.toWindow(cell.x1) * width, top, bottom };
}

export function paintTree(surface: Surface, map: OSDMap, view: View, palette: Palette): void {
  const { cells, rows } = view.layout;
  surface.begin(treeHeight(rows));
  const { context, width } = surface;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const colors = osdColors(map, palette);
  /** By row: pixels up to here are painted, and no cell within can be told from the others. */
  const painted = new Int32Array(rows).fill(-1);
  for (const cell of cells) {
    const { left, right, top, bottom } = cellBox(view, cell, width);
    if (right < 0 || left > width || right <= (painted[cell.row] ?? 0)) continue;
    painted[cell.row] = Math.max(painted[cell.row] ?? 0, Math.floor(right));
    const box = rounded(left, right, top, bottom - GAP);
    if (cell.item < 0) {
      context.fillStyle = palette.rows[Math.min(cell.row, palette.rows.length - 1)] ?? '';
      fill(context, box);
      context.fillStyle = palette.text;
      context.font = `${cell.row === 0 ? '600 ' : ''}12px ${palette.font}`;
      surface.label(itemName(map, cell.item), left, right, (top + bottom) / 2);
    } else {
      paintOsd(surface, map, cell.item, box, colors, palette);
    }
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function paintOsd(
  surface: Surface,
  map: OSDMap,
  osd: number,
  box: Box,
  colors: (osd: number) => string,
  palette: Palette,
): void {
  const { context } = surface;
  const state = osdState(map, osd);
  context.fillStyle = colors(osd);
  context.globalAlpha = state === 'up' ? 1 : state === 'down' ? 0.55 : 0.22;
  fill(context, box);
  context.globalAlpha = 1;
  if (state === 'down' || state === 'missing') hatch(context, box, palette.surface);
  context.fillStyle = state === 'up' ? '#fff' : palette.text;
  context.font = `600 11px ${palette.font}`;
  const middle = box.y + box.h / 2;
  if (state === 'up' || box.w < STATE_WIDTH_MIN) {
    surface.label(String(osd), box.x, box.x + box.w, middle);
    return;
  }
  surface.label(String(osd), box.x, box.x + box.w, middle - 7);
  context.font = `600 10px ${palette.font}`;
  surface.label(state === 'missing' ? 'none' : state, box.x, box.x + box.w, middle + 7);
}

function osdColors(map: OSDMap, palette: Palette): (osd: number) => string {
  const known = new Map<string, string>();
  return (osd) => {
    const name = className(map, osd);
    const color = known.get(name) ?? palette.classColor(name);
    known.set(name, color);
    return color;
  };
}

function rounded(left: number, right: number, top: number, bottom: number): Box {
  const wide = right - left;
  const w = wide >= GAP_FROM_WIDTH ? wide - GAP : Math.max(wide, 1);
  return { x: left, y: top, w, h: bottom - top };
}

function fill(context: CanvasRenderingContext2D, { x, y, w, h }: Box): void {
  if (w < CORNER_FROM_WIDTH) {
    context.fillRect(x, y, w, h);
    return;
  }
  context.beginPath();
  context.roundRect(x, y, w, h, CORNER);
  context.fill();
}

function hatch(context: CanvasRenderingContext2D, { x, y, w, h }: Box, color: string): void {
  context.save();
  context.beginPath();
  context.rect(x, y, w, h);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let from = x - h; from < x + w; from += HATCH_STEP) {
    context.moveTo(from, y + h);
    context.lineTo(from + h, y);
  }
  context.stroke();
  context.restore();
}
