import { bucketItemWeights } from '../../../crush/builder.ts';
import { findRoots, isShadowName } from '../../../crush/device_classes.ts';
import type { OSDMap } from '../../../osd/OSDMap.ts';

/** Places drawn at most: a map may hang one bucket into many, and that into many again. */
const CELLS_MAX = 200_000;
/** What weighs nothing is drawn this wide, as a part of what its siblings weigh on average. */
const SLIVER = 0.03;

/** A place in the tree. The width of all is 1; rows count from the roots down. */
export interface Cell {
  /** A device, or a bucket if below 0. */
  readonly item: number;
  /** The cell above, by its place in `cells`; -1: none. */
  readonly parent: number;
  readonly x0: number;
  readonly x1: number;
  readonly row: number;
  /** 16.16, as the bucket above has it. */
  readonly weight: number;
  /** The cells below, in one run. */
  firstChild: number;
  childCount: number;
}

export interface TreeLayout {
  /** Parents before children; the roots first. */
  readonly cells: readonly Cell[];
  readonly rootCount: number;
  readonly rows: number;
  /** Where an item is; more than once if it hangs in more than one bucket. */
  readonly places: ReadonlyMap<number, readonly number[]>;
  /** There is more than is drawn. */
  readonly isCut: boolean;
}

interface Child {
  readonly item: number;
  readonly weight: number;
}

/** The CRUSH tree to scale: each item as wide as it weighs in its bucket. Shadow trees are left out. */
export function layoutTree(map: OSDMap): TreeLayout {
  const { crush } = map.crush;
  const cells: Cell[] = [];
  const place = (
    children: readonly Child[],
    parent: number,
    x0: number,
    x1: number,
    row: number,
  ) => {
    const total = children.reduce((sum, { weight }) => sum + weight, 0);
    const least = total === 0 ? 1 : (total / children.length) * SLIVER;
    const widths = children.map(({ weight }) => Math.max(weight, least));
    const unit = (x1 - x0) / widths.reduce((sum, width) => sum + width, 0);
    let x = x0;
    for (const [i, { item, weight }] of children.entries()) {
      const end = x + (widths[i] ?? 0) * unit;
      cells.push({ item, parent, x0: x, x1: end, row, weight, firstChild: 0, childCount: 0 });
      x = end;
    }
  };

  const roots = findRoots(crush)
    .filter(({ id }) => !isShadowName(crush.nameMap.get(id)))
    .sort((a, b) => b.id - a.id);
  place(
    roots.map(({ id, weight }) => ({ item: id, weight })),
    -1,
    0,
    1,
    0,
  );
  let rows = 0;
  let isCut = false;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell === undefined) break;
    rows = Math.max(rows, cell.row + 1);
    const children = childrenOf(map, cell.item);
    if (cells.length + children.length > CELLS_MAX) {
      isCut = true;
      continue;
    }
    cell.firstChild = cells.length;
    cell.childCount = children.length;
    place(children, i, cell.x0, cell.x1, cell.row + 1);
  }
  return { cells, rootCount: roots.length, rows, places: placesOf(cells), isCut };
}

/** Devices by class, so that equal colours stand together; then by name as people count. */
function childrenOf(map: OSDMap, item: number): Child[] {
  const { buckets, classMap, nameMap } = map.crush.crush;
  const bucket = item < 0 ? buckets[-1 - item] : undefined;
  if (bucket === undefined) return [];
  const weights = bucketItemWeights(bucket);
  return [...bucket.items]
    .map((id, i) => ({
      item: id,
      weight: weights[i] ?? 0,
      group: id < 0 ? -1 : (classMap.get(id) ?? 0),
      name: nameMap.get(id) ?? '',
    }))
    .sort(
      (a, b) =>
        a.group - b.group ||
        (a.item >= 0 && b.item >= 0 ? a.item - b.item : NATURAL.compare(a.name, b.name)),
    );
}

const NATURAL = new Intl.Collator('en', { numeric: true });

function placesOf(cells: readonly Cell[]): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (const [i, { item }] of cells.entries()) {
    const known = places.get(item);
    if (known === undefined) places.set(item, [i]);
    else known.push(i);
  }
  return places;
}

/** The cell at `x` (0 to 1) in a row; a device is as high as there are rows below it. */
export function cellAt(
  { cells, rootCount }: TreeLayout,
  x: number,
  row: number,
): number | undefined {
  let [first, count] = [0, rootCount];
  for (;;) {
    let found = -1;
    for (let i = first; i < first + count; i++) if (x >= (cells[i]?.x0 ?? 2)) found = i;
    const cell = cells[found];
    if (cell === undefined || x > cell.x1) return undefined;
    if (cell.row === row || cell.item >= 0) return found;
    [first, count] = [cell.firstChild, cell.childCount];
  }
}
