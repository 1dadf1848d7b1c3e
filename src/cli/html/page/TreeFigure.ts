import type { OSDMap } from '../../../osd/OSDMap.ts';
import { itemName } from '../../explain/trace_tries.ts';
import { describeCell } from './describe.ts';
import { button, byId, el } from './dom.ts';
import { type Marks, placeMarks } from './marks.ts';
import type { PgCounter } from './PgCounter.ts';
import { paintBars } from './paint_bars.ts';
import { cellBox, OSD_HEIGHT, paintTree, ROW_HEIGHT, treeHeight } from './paint_tree.ts';
import { type Palette, readPalette } from './palette.ts';
import { Surface } from './Surface.ts';
import { cellAt, layoutTree } from './tree_layout.ts';
import { View } from './View.ts';

const NO_MARKS: Marks = new Map();

/** The tree and the bars below it: painting, zooming, pointing. */
export class TreeFigure {
  readonly #map: OSDMap;
  readonly #view: View;
  readonly #tree = new Surface(byId('tree', HTMLCanvasElement));
  readonly #bars = new Surface(byId('bars', HTMLCanvasElement));
  readonly #figure = byId('figure', HTMLElement);
  readonly #overlay = byId('marks', HTMLElement);
  readonly #ring = byId('ring', HTMLElement);
  readonly #crumbs = byId('crumbs', HTMLElement);
  readonly #joined = byId('joined', HTMLElement);
  readonly #pointed = byId('pointed', HTMLElement);
  readonly #hint = this.#pointed.textContent;
  #palette: Palette;
  #marks = NO_MARKS;
  #lit: ReadonlySet<number> = new Set();
  #counter: PgCounter | undefined;
  /** The cell under the pointer, or the keyboard's. */
  #at: number | undefined;

  constructor(map: OSDMap, classes: readonly string[]) {
    this.#map = map;
    this.#view = new View(layoutTree(map));
    this.#palette = readPalette(classes);
    const repaint = () => {
      this.#palette = readPalette(classes);
      this.paint();
    };
    new ResizeObserver(repaint).observe(this.#figure);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
    this.#figure.addEventListener('keydown', (event) => this.#press(event));
    this.#figure.addEventListener('blur', () => this.#point(undefined));
    for (const { canvas } of [this.#tree, this.#bars]) {
      canvas.addEventListener('pointermove', (event) => this.#point(this.#under(event)));
      canvas.addEventListener('pointerleave', () => this.#point(undefined));
      canvas.addEventListener('click', (event) => this.#zoom(this.#under(event)));
    }
    byId('cut', HTMLElement).hidden = !this.#view.layout.isCut;
  }

  has(item: number): boolean {
    return this.#view.layout.places.has(item);
  }

  /** What is lit in the tree, and which OSDs in the bars. */
  show(marks: Marks, lit: ReadonlySet<number>): void {
    this.#marks = marks;
    this.#lit = lit;
    this.paint();
  }

  /** Only what is lit in the tree. */
  showMarks(marks: Marks): void {
    this.#marks = marks;
    this.#placeMarks();
  }

  showCounts(counter: PgCounter): void {
    this.#counter = counter;
    this.#paintBars();
  }

  zoomToItem(item: number): void {
    this.#zoom(this.#view.layout.places.get(item)?.[0]);
  }

  paint(): void {
    paintTree(this.#tree, this.#map, this.#view, this.#palette);
    this.#placeMarks();
    this.#placeRing();
    this.#paintBars();
    this.#writeCrumbs();
  }

  #placeMarks(): void {
    placeMarks(this.#overlay, this.#marks, this.#view, this.#tree.width);
  }

  #paintBars(): void {
    if (this.#counter === undefined) return;
    const isJoined = paintBars(
      this.#bars,
      this.#map,
      this.#view,
      this.#counter,
      this.#lit,
      this.#palette,
    );
    this.#joined.hidden = !isJoined;
  }

  #zoom(cell: number | undefined): void {
    if (cell === undefined) return;
    if (cell === this.#view.cell) this.#view.zoomOut();
    else this.#view.zoomTo(cell);
    this.paint();
  }

  #writeCrumbs(): void {
    const crumb = (text: string, cell: number | undefined) =>
      button(
        'crumb',
        () => {
          this.#view.cell = cell;
          this.paint();
        },
        text,
      );
    const way = this.#view.way;
    const crumbs = way.map((cell) =>
      crumb(itemName(this.#map, this.#view.layout.cells[cell]?.item ?? 0), cell),
    );
    this.#crumbs.replaceChildren(
      crumb('everything', undefined),
      ...crumbs.flatMap((each) => [el('span', 'muted', ' › '), each]),
    );
    this.#crumbs.hidden = way.length === 0;
  }

  #under(event: PointerEvent | MouseEvent): number | undefined {
    const box = this.#tree.canvas.getBoundingClientRect();
    const x = this.#view.fromWindow((event.clientX - box.left) / box.width);
    const lastRow = this.#view.layout.rows - 1;
    const y = event.target === this.#bars.canvas ? box.height : event.clientY - box.top;
    const row = y >= treeHeight(lastRow + 1) - OSD_HEIGHT ? lastRow : Math.floor(y / ROW_HEIGHT);
    return cellAt(this.#view.layout, x, row);
  }

  #point(cell: number | undefined): void {
    this.#at = cell;
    this.#placeRing();
    this.#pointed.textContent =
      cell === undefined
        ? this.#hint
        : describeCell(this.#map, this.#view.layout, cell, this.#counter);
  }

  #placeRing(): void {
    const cell = this.#view.layout.cells[this.#at ?? -1];
    this.#ring.hidden = cell === undefined;
    if (cell === undefined) return;
    const { left, right, top, bottom } = cellBox(this.#view, cell, this.#tree.width);
    this.#ring.style.left = `${Math.max(left, 0)}px`;
    this.#ring.style.width = `${Math.max(Math.min(right, this.#tree.width) - Math.max(left, 0), 3)}px`;
    this.#ring.style.top = `${top}px`;
    this.#ring.style.height = `${bottom - top - 1}px`;
  }

  #press(event: KeyboardEvent): void {
    const { cells } = this.#view.layout;
    const at = this.#at ?? this.#view.cell ?? 0;
    const cell = cells[at];
    if (cell === undefined) return;
    const go = (to: number) => {
      const next = cells[to];
      if (next !== undefined && next.x1 > this.#view.x0 && next.x0 < this.#view.x1) this.#point(to);
    };
    switch (event.key) {
      case 'ArrowLeft':
        if (cells[at - 1]?.row === cell.row) go(at - 1);
        break;
      case 'ArrowRight':
        if (cells[at + 1]?.row === cell.row) go(at + 1);
        break;
      case 'ArrowUp':
        go(cell.parent);
        break;
      case 'ArrowDown':
        if (cell.childCount > 0) go(this.#firstInView(cell.firstChild, cell.childCount));
        break;
      case 'Enter':
      case ' ':
        this.#zoom(at);
        break;
      case 'Escape':
        this.#view.zoomOut();
        this.paint();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #firstInView(first: number, count: number): number {
    const { cells } = this.#view.layout;
    for (let i = first; i < first + count; i++) if ((cells[i]?.x1 ?? 0) > this.#view.x0) return i;
    return first;
  }
}
