import { formatWeight } from '../../common/cpp_numbers.ts';
import { TextTable } from '../../common/TextTable.ts';
import { bucketItemWeights } from '../builder.ts';
import type { CrushData } from '../crush_codec.ts';
import type { crush_bucket } from '../crush_types.ts';
import { findRoots } from '../device_classes.ts';

const WEIGHT_ONE = 0x10000;
const DEFAULT_CHOOSE_ARGS = -1;

export interface TreeItem {
  readonly id: number;
  readonly depth: number;
  /** 16.16. */
  readonly weight: number;
  /** By choose_args: its weight in the first weight set there, 16.16. */
  readonly argWeights: readonly (number | undefined)[];
}

/** What hangs below each root, parents before children. Ceph: src/crush/CrushTreeDumper.h. */
export function* treeItems(crush: CrushData, roots: readonly crush_bucket[]): Generator<TreeItem> {
  for (const root of roots) {
    yield* below(crush, { id: root.id, depth: 0, weight: root.weight, argWeights: [] });
  }
}

function* below(crush: CrushData, item: TreeItem): Generator<TreeItem> {
  yield item;
  const bucket = item.id < 0 ? crush.buckets[-1 - item.id] : undefined;
  if (bucket === undefined) return;
  const weights = bucketItemWeights(bucket);
  const sets = sortedArgs(crush).map(([, args]) => args.get(-1 - bucket.id)?.weightSet[0]);
  const children = new Map<string, TreeItem>();
  for (let i = bucket.items.length - 1; i >= 0; i--) {
    const id = bucket.items[i] ?? 0;
    const argWeights = sets.map((set) => set?.[i]);
    children.set(sortKey(crush, id), {
      id,
      depth: item.depth + 1,
      weight: weights[i] ?? 0,
      argWeights,
    });
  }
  const sorted = [...children].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, child] of sorted) yield* below(crush, child);
}

/** Devices by class and number, buckets by name. */
function sortKey(crush: CrushData, id: number): string {
  if (id < 0) return `_${crush.nameMap.get(id) ?? ''}`;
  const className = crush.className.get(crush.classMap.get(id) ?? -1) ?? '';
  return `${className}_osd.${String(id).padStart(8, '0')}`;
}

function sortedArgs(
  crush: CrushData,
): [number, CrushData['chooseArgs'] extends Map<number, infer A> ? A : never][] {
  return [...crush.chooseArgs].sort(([a], [b]) => a - b);
}

/** The table of `crushtool --tree`, shadow trees included. Ceph: CrushWrapper::dump_tree. */
export function treeText(crush: CrushData): string {
  const table = new TextTable();
  for (const heading of ['ID', 'CLASS', 'WEIGHT']) table.defineColumn(heading, 'right');
  const args = sortedArgs(crush);
  for (const [index] of args) {
    table.defineColumn(index === DEFAULT_CHOOSE_ARGS ? '(compat)' : String(index), 'right');
  }
  table.defineColumn('TYPE NAME', 'left');
  for (const item of treeItems(crush, findRoots(crush))) {
    table.addRow([
      String(item.id),
      crush.className.get(crush.classMap.get(item.id) ?? -1) ?? '',
      // An int there, where the weights of sets are unsigned.
      weightText(item.weight | 0),
      ...args.map((_, i) => {
        const weight = item.argWeights[i];
        return weight === undefined ? '' : weightText(weight);
      }),
      '    '.repeat(item.depth) + itemText(crush, item.id),
    ]);
  }
  return table.toString();
}

function weightText(weight: number): string {
  return formatWeight(Math.fround(Math.fround(weight) / WEIGHT_ONE));
}

function itemText(crush: CrushData, id: number): string {
  if (id >= 0) return `osd.${id}`;
  const type = crush.typeMap.get(crush.buckets[-1 - id]?.type ?? 0) ?? '';
  return `${type} ${crush.nameMap.get(id) ?? ''}`;
}
