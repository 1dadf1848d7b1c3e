import { addBucket, makeBucket, nextBucketId } from '../../crush/builder.ts';
import type { CrushWrapper } from '../../crush/CrushWrapper.ts';
import { BUCKET_ALGS } from '../../crush/crush_words.ts';
import { findRoots } from '../../crush/device_classes.ts';
import type { Output } from '../ceph/Output.ts';
import { ToolExit } from '../ceph/ToolExit.ts';

const WEIGHT_ONE = 0x10000;
/** Buffers of the original for a layer's name with its number, and without. */
const NUMBERED_NAME_MAX = 18;
const NAME_MAX = 19;
const REPLICATED = 1;

/** Buckets over what the layer below has made; `size` items in each, 0: all in one. */
export interface Layer {
  readonly name: string;
  readonly alg: string;
  readonly size: number;
}

interface Item {
  readonly id: number;
  readonly weight: number;
}

/** Puts devices into buckets, those into buckets, and so on. Ceph: crushtool.cc, --build. */
export function buildLayers(
  map: CrushWrapper,
  osds: number,
  layers: readonly Layer[],
  output: Output,
): void {
  const { crush } = map;
  crush.typeMap.clear();
  crush.typeMap.set(0, 'osd');
  let items: Item[] = Array.from({ length: osds }, (_, id) => ({ id, weight: WEIGHT_ONE }));
  for (const { id } of items) crush.nameMap.set(id, `osd.${id}`);
  crush.maxDevices = osds;
  for (const [i, layer] of layers.entries()) items = buildLayer(map, items, layer, i + 1);
  const last = layers.at(-1);
  const root = last === undefined || last.size === 0 ? (last?.name ?? '') : `${last.name}0`;
  const roots = findRoots(crush).length;
  if (roots > 1) output.stderr(rootsWarning(root, roots));
  if (map.getItemId(root) === undefined) {
    throw new ToolExit(1, '', `root item ${root} does not exist`);
  }
  map.addSimpleRule('replicated_rule', root, layers[0]?.name ?? '', 'firstn', REPLICATED);
}

function buildLayer(map: CrushWrapper, items: readonly Item[], layer: Layer, type: number): Item[] {
  const { crush } = map;
  crush.typeMap.set(type, layer.name);
  const alg = BUCKET_ALGS.get(layer.alg);
  if (alg === undefined) throw new ToolExit(1, '', `unknown bucket type '${layer.alg}'\n`);
  const made: Item[] = [];
  const size = layer.size === 0 ? items.length : layer.size;
  for (let from = 0; from < items.length; from += size) {
    const held = items.slice(from, from + size);
    const bucket = makeBucket(
      {
        id: nextBucketId(crush),
        alg,
        type,
        items: held.map(({ id }) => id),
        weights: held.map(({ weight }) => weight),
      },
      crush.tunables.strawCalcVersion,
    );
    addBucket(crush, bucket);
    crush.nameMap.set(bucket.id, bucketName(layer, made.length));
    made.push({ id: bucket.id, weight: bucket.weight });
  }
  return made;
}

function bucketName({ name, size }: Layer, index: number): string {
  if (size === 0) return name.slice(0, NAME_MAX);
  const format = `${name}%d`.slice(0, NUMBERED_NAME_MAX);
  return format.replace(/%d$/, String(index)).slice(0, NAME_MAX);
}

function rootsWarning(root: string, roots: number): string {
  return `The crush rulesets will use the root ${root}
and ignore the others.
There are ${roots} roots, they can be
grouped into a single root by appending something like:
  root straw 0

`;
}
