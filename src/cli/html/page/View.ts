import type { Cell, TreeLayout } from './tree_layout.ts';

/** The part of the tree that is looked at: a cell and all below it, or everything. */
export class View {
  /** `undefined`: everything. */
  cell: number | undefined;
  readonly layout: TreeLayout;

  constructor(layout: TreeLayout) {
    this.layout = layout;
  }

  get x0(): number {
    return this.#shown?.x0 ?? 0;
  }

  get x1(): number {
    return this.#shown?.x1 ?? 1;
  }

  /** From the tree's width to the part of the window's, 0 to 1 if it is in it. */
  toWindow(x: number): number {
    return (x - this.x0) / (this.x1 - this.x0);
  }

  fromWindow(x: number): number {
    return this.x0 + x * (this.x1 - this.x0);
  }

  /** The cells from the root to the one looked at. */
  get way(): number[] {
    const way: number[] = [];
    for (let at = this.cell ?? -1; at >= 0; at = this.layout.cells[at]?.parent ?? -1)
      way.unshift(at);
    return way;
  }

  /** A bucket; of a device the bucket that it is in. */
  zoomTo(cell: number): void {
    const { cells } = this.layout;
    const target = cells[cell];
    if (target === undefined) return;
    const shown = target.item >= 0 ? target.parent : cell;
    this.cell = shown < 0 ? undefined : shown;
  }

  zoomOut(): void {
    const parent = this.#shown?.parent ?? -1;
    this.cell = parent < 0 ? undefined : parent;
  }

  get #shown(): Cell | undefined {
    return this.cell === undefined ? undefined : this.layout.cells[this.cell];
  }
}
