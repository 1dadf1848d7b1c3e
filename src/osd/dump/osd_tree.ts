import { formatWeight } from '../../common/cpp_numbers.ts';
import type { Json } from '../../common/json_formatter.ts';
import { TextTable } from '../../common/TextTable.ts';
import { bucketItemWeights } from '../../crush/builder.ts';
import type { crush_bucket } from '../../crush/crush_types.ts';
import { findRoots, isShadowName } from '../../crush/device_classes.ts';
import type { OSDMap } from '../OSDMap.ts';
import { CEPH_OSD_DEFAULT_PRIMARY_AFFINITY, CEPH_OSD_DESTROYED } from '../rados.ts';

const WEIGHT_ONE = 0x10000;
/** choose_args of all pools without their own. */
const DEFAULT_CHOOSE_ARGS = -1;

interface Item {
  readonly id: number;
  /** 0: none. */
  readonly parent: number;
  readonly depth: number;
  readonly weight: number;
  readonly children: readonly number[];
}

type Fields = { readonly [key: string]: Json };

/** The CRUSH tree with the state of its OSDs, as a table. Ceph: OSDMap::print_tree. */
export function printTree(map: OSDMap): string {
  const table = new TextTable();
  for (const heading of ['ID', 'CLASS', 'WEIGHT']) table.defineColumn(heading, 'right');
  table.defineColumn('TYPE NAME', 'left');
  for (const heading of ['STATUS', 'REWEIGHT', 'PRI-AFF']) table.defineColumn(heading, 'right');
  const items = itemsOf(map);
  for (const item of [...items, ...straysOf(map, items)]) table.addRow(rowOf(map, item));
  return table.toString();
}

/** The same as an object. */
export function dumpTree(map: OSDMap): Json {
  const items = itemsOf(map);
  return {
    nodes: items.map((item) => dumpItem(map, item)),
    stray: straysOf(map, items).map((item) => dumpItem(map, item)),
  };
}

/** The CRUSH tree alone, as a table. Ceph: CrushTreePlainDumper. */
export function printCrushTree(map: OSDMap): string {
  const table = new TextTable();
  for (const heading of ['ID', 'CLASS', 'WEIGHT']) table.defineColumn(heading, 'right');
  table.defineColumn('TYPE NAME', 'left');
  for (const item of itemsOf(map)) table.addRow(rowOf(map, item).slice(0, 4));
  return table.toString();
}

/** The same as an object. Ceph: CrushTreeFormattingDumper. */
export function dumpCrushTree(map: OSDMap): Json {
  return { nodes: itemsOf(map).map((item) => dumpItem(map, item, {})), stray: [] };
}

/** All that hangs below the roots, parents before children. Ceph: src/crush/CrushTreeDumper.h. */
function itemsOf(map: OSDMap): Item[] {
  const { nameMap } = map.crush.crush;
  const roots = findRoots(map.crush.crush)
    .filter(({ id }) => !isShadowName(nameMap.get(id)))
    .sort((a, b) => a.id - b.id);
  return roots.flatMap((root) =>
    below(map, { id: root.id, parent: 0, depth: 0, weight: root.weight }),
  );
}

function below(map: OSDMap, item: Omit<Item, 'children'>): Item[] {
  const bucket = bucketOf(map, item.id);
  if (bucket === undefined) return [{ ...item, children: [] }];
  const weights = bucketItemWeights(bucket);
  const children = [...bucket.items]
    .map((id, i) => ({ id, weight: weights[i] ?? 0, key: sortKey(map, id) }))
    .reverse()
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return [
    { ...item, children: children.map(({ id }) => id).reverse() },
    ...children.flatMap(({ id, weight }) =>
      below(map, { id, parent: item.id, depth: item.depth + 1, weight }),
    ),
  ];
}

/** Devices by class and number, buckets by name. */
function sortKey(map: OSDMap, id: number): string {
  if (id < 0) return `_${map.crush.crush.nameMap.get(id) ?? ''}`;
  return `${classOf(map, id) ?? ''}_osd.${String(id).padStart(8, '0')}`;
}

/** OSDs that are in no bucket. */
function straysOf(map: OSDMap, items: readonly Item[]): Item[] {
  const held = new Set(items.map(({ id }) => id));
  return map
    .getAllOsds()
    .filter((id) => !held.has(id))
    .map((id) => ({ id, parent: 0, depth: 0, weight: 0, children: [] }));
}

function rowOf(map: OSDMap, item: Item): string[] {
  const { id } = item;
  const name = id < 0 ? `${typeName(map, id)} ${itemName(map, id)}` : `osd.${id}`;
  const row = [
    `${id}`,
    classOf(map, id) ?? '',
    formatWeight(item.weight / WEIGHT_ONE),
    '    '.repeat(item.depth) + name,
  ];
  if (id < 0) return row;
  if (!map.exists(id)) return [...row, 'DNE', '0'];
  const weights = [map.getWeight(id), affinityOf(map, id)];
  return [...row, statusOf(map, id), ...weights.map((weight) => formatWeight(weight / WEIGHT_ONE))];
}

/** `state`: of a device, what it does. */
function dumpItem(map: OSDMap, item: Item, state: Fields = dumpState(map, item.id)): Json {
  const { id } = item;
  const deviceClass = classOf(map, id);
  return {
    id,
    ...(deviceClass === undefined ? {} : { device_class: deviceClass }),
    ...(id < 0 ? dumpBucket(map, id) : dumpDevice(map, item)),
    ...(item.parent < 0 ? { pool_weights: dumpPoolWeights(map, item) } : {}),
    ...(id < 0 ? { children: item.children } : state),
  };
}

function dumpBucket(map: OSDMap, id: number): Fields {
  return {
    name: itemName(map, id),
    type: typeName(map, id),
    type_id: bucketOf(map, id)?.type ?? 0,
  };
}

function dumpDevice(map: OSDMap, { id, weight, depth }: Item): Fields {
  return {
    name: `osd.${id}`,
    type: typeName(map, id),
    type_id: 0,
    crush_weight: weight / WEIGHT_ONE,
    depth,
  };
}

function dumpState(map: OSDMap, id: number): Fields {
  return {
    exists: map.exists(id) ? 1 : 0,
    status: statusOf(map, id),
    reweight: map.getWeight(id) / WEIGHT_ONE,
    primary_affinity: affinityOf(map, id) / WEIGHT_ONE,
  };
}

/** The item's weights by pool, where weight sets give it others. */
function dumpPoolWeights(map: OSDMap, { id, parent }: Item): ReadonlyMap<string, Json> {
  const at = bucketOf(map, parent)?.items.indexOf(id) ?? -1;
  const weights = new Map<string, Json>();
  for (const [pool, args] of [...map.crush.crush.chooseArgs].sort(([a], [b]) => a - b)) {
    const weightSet = args.get(-1 - parent)?.weightSet ?? [];
    const name = pool === DEFAULT_CHOOSE_ARGS ? '(compat)' : (map.poolName(pool) ?? `${pool}`);
    if (weightSet.length === 0) continue;
    weights.set(
      name,
      weightSet.map((set) => (set[at] ?? 0) / WEIGHT_ONE),
    );
  }
  return weights;
}

function bucketOf(map: OSDMap, id: number): crush_bucket | undefined {
  return map.crush.crush.buckets[-1 - id];
}

function typeName(map: OSDMap, id: number): string {
  return map.crush.crush.typeMap.get(bucketOf(map, id)?.type ?? 0) ?? '';
}

function itemName(map: OSDMap, id: number): string {
  return map.crush.crush.nameMap.get(id) ?? '';
}

function classOf(map: OSDMap, id: number): string | undefined {
  const { classMap, className } = map.crush.crush;
  const classId = classMap.get(id);
  return classId === undefined ? undefined : className.get(classId);
}

function statusOf(map: OSDMap, id: number): string {
  if (map.isUp(id)) return 'up';
  return map.getState(id) & CEPH_OSD_DESTROYED ? 'destroyed' : 'down';
}

function affinityOf(map: OSDMap, id: number): number {
  return map.data.osdPrimaryAffinity?.[id] ?? CEPH_OSD_DEFAULT_PRIMARY_AFFINITY;
}
