/**
 * Items put into the hierarchy, moved and removed. Ceph: CrushWrapper, insert_item and kin. Throws
 * CrushEditError where the original answers an errno.
 */

import { addBucketItem, removeBucketItem } from './bucket_items.ts';
import { addBucket, bucketItemWeights, makeBucket, nextBucketId } from './builder.ts';
import { CrushEditError } from './CrushEditError.ts';
import type { CrushData } from './crush_codec.ts';
import {
  CRUSH_BUCKET_LIST,
  CRUSH_BUCKET_STRAW,
  CRUSH_BUCKET_STRAW2,
  CRUSH_BUCKET_TREE,
  CRUSH_BUCKET_UNIFORM,
  CRUSH_RULE_TAKE,
  type crush_bucket,
} from './crush_types.ts';
import { rebuildRootsWithClasses, splitIdClass } from './device_classes.ts';
import { adjustItemWeightInBucket, itemWeight } from './item_weights.ts';
import { addWeightSets, trimChooseArgs } from './weight_sets.ts';

/** Type names to bucket names. */
export type CrushLocation = Readonly<Record<string, string>>;

const WEIGHT_ONE = 0x10000;
const WEIGHT_MAX = 0x7fffffff;

/** 16.16 of a float, cut. */
export function toFixedPoint(weight: number): number {
  const fixed = Math.trunc(Math.fround(weight) * WEIGHT_ONE);
  if (fixed < 0 || fixed > WEIGHT_MAX) throw new CrushEditError('EOVERFLOW', `weight ${weight}`);
  return fixed;
}

export function itemId({ nameMap }: CrushData, name: string): number | undefined {
  for (const [id, held] of nameMap) if (held === name) return id;
  return undefined;
}

/** A bucket of the algorithm that new ones have; answers its id. Ceph: CrushWrapper::add_bucket. */
export function makeNamedBucket(
  crush: CrushData,
  name: string,
  type: number,
  items: readonly number[],
): number {
  const { allowedBucketAlgs, strawCalcVersion } = crush.tunables;
  const alg = [
    CRUSH_BUCKET_STRAW2,
    CRUSH_BUCKET_STRAW,
    CRUSH_BUCKET_TREE,
    CRUSH_BUCKET_LIST,
    CRUSH_BUCKET_UNIFORM,
  ].find((each) => allowedBucketAlgs & (1 << each));
  if (alg === undefined) throw new CrushEditError('EINVAL', 'no bucket algorithm is allowed');
  const id = nextBucketId(crush);
  const weights = items.map(() => 0);
  const bucket = makeBucket({ id, alg, type, items, weights }, strawCalcVersion);
  addBucket(crush, bucket);
  addWeightSets(crush, bucket);
  crush.nameMap.set(id, name);
  return id;
}

/**
 * Puts an item where `location` says, with a weight (1 is 1.0), making the buckets that are not
 * there yet. `inSets`: it weighs that in weight sets too, else nothing.
 */
export function insertItem(
  crush: CrushData,
  item: number,
  weight: number,
  name: string,
  location: CrushLocation,
  inSets: boolean,
): void {
  checkNames(name, location);
  const fixed = toFixedPoint(weight);
  const known = itemId(crush, name);
  if (known !== undefined && known !== item) {
    throw new CrushEditError('EEXIST', `${name} is item ${known}`);
  }
  if (known === undefined) crush.nameMap.set(item, name);
  linkItem(crush, item, location);
  if (!setWeightInLocation(crush, item, fixed, location, item >= 0 && inSets)) {
    throw new CrushEditError('EINVAL', `no place for ${name}`);
  }
  crush.maxDevices = Math.max(crush.maxDevices, item + 1);
  rebuildOrFail(crush);
}

function rebuildOrFail(crush: CrushData): void {
  if (rebuildRootsWithClasses(crush)) return;
  throw new CrushEditError('EINVAL', 'a uniform bucket has no shadow for a device class');
}

function checkNames(name: string, location: CrushLocation): void {
  for (const each of [name, ...Object.entries(location).flat()]) {
    if (!/^[-_.0-9A-Za-z]+$/.test(each)) throw new CrushEditError('EINVAL', `bad name '${each}'`);
  }
}

/** Links `item` at weight 0 into `location`, from the lowest type up to the first bucket there is. */
function linkItem(crush: CrushData, item: number, location: CrushLocation): void {
  let current = item;
  for (const [type, name] of placesOf(crush, location)) {
    const id = itemId(crush, name);
    if (id === undefined) {
      current = makeNamedBucket(crush, name, type, [current]);
      continue;
    }
    const bucket = crush.buckets[-1 - id];
    if (bucket === undefined) throw new CrushEditError('EINVAL', `item ${id} is no bucket`);
    if (contains(crush, id, current)) {
      throw new CrushEditError('EINVAL', `item ${current} is below ${name}`);
    }
    if (bucket.type !== type) {
      throw new CrushEditError('EINVAL', `${name} is no ${crush.typeMap.get(type)}`);
    }
    if (contains(crush, current, id)) {
      throw new CrushEditError('ELOOP', `${name} is below item ${current}`);
    }
    addBucketItem(crush, bucket, current, 0);
    return;
  }
}

/** The places of a location by ascending type. */
function placesOf({ typeMap }: CrushData, location: CrushLocation): [type: number, name: string][] {
  return [...typeMap]
    .sort(([a], [b]) => a - b)
    .flatMap(([type, typeName]): [number, string][] => {
      const name = location[typeName];
      return type === 0 || name === undefined ? [] : [[type, name]];
    });
}

/** Whether `item` is `root` or below it. Ceph: subtree_contains. */
export function contains(crush: CrushData, root: number, item: number): boolean {
  if (root === item) return true;
  const items = crush.buckets[-1 - root]?.items ?? [];
  for (const held of items) if (contains(crush, held, item)) return true;
  return false;
}

/** In each bucket that the location names, by order of types' names. Ceph: adjust_item_weight_in_loc. */
function setWeightInLocation(
  crush: CrushData,
  item: number,
  weight: number,
  location: CrushLocation,
  inSets: boolean,
): boolean {
  let isChanged = false;
  const names = Object.entries(location).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, name] of names) {
    const id = itemId(crush, name) ?? 0;
    if (adjustItemWeightInBucket(crush, item, weight, id, inSets)) isChanged = true;
  }
  return isChanged;
}

/**
 * The item's weight in the bucket of the lowest type that the location names, if it is there.
 * Ceph: check_item_loc.
 */
export function weightInLocation(
  crush: CrushData,
  item: number,
  location: CrushLocation,
): number | undefined {
  const [, name = ''] = placesOf(crush, location)[0] ?? [];
  const bucket = crush.buckets[-1 - (itemId(crush, name) ?? 0)];
  const at = bucket?.items.indexOf(item) ?? -1;
  return bucket === undefined ? undefined : bucketItemWeights(bucket)[at];
}

/** Puts an item into place, or moves it there with its name and weight. Ceph: update_item. */
export function updateItem(
  crush: CrushData,
  item: number,
  weight: number,
  name: string,
  location: CrushLocation,
): void {
  checkNames(name, location);
  const fixed = toFixedPoint(weight);
  const old = weightInLocation(crush, item, location);
  if (old === undefined) {
    if (crush.nameMap.has(item)) takeOut(crush, item, true);
    insertItem(crush, item, weight, name, location, true);
    return;
  }
  if (old !== fixed) {
    setWeightInLocation(crush, item, fixed, location, true);
    rebuildOrFail(crush);
  }
  crush.nameMap.set(item, name);
}

/** Moves an item with its weight. Ceph: create_or_move_item and move_bucket. */
export function moveItem(
  crush: CrushData,
  item: number,
  name: string,
  location: CrushLocation,
): void {
  if (item >= 0) {
    const weight = (itemWeight(crush, item) ?? 0) / WEIGHT_ONE;
    takeOut(crush, item, true);
    insertItem(crush, item, weight, name, location, true);
    return;
  }
  const weight = (crush.buckets[-1 - item]?.weight ?? 0) / WEIGHT_ONE;
  const parent = crush.buckets.find((bucket) => bucket?.items.includes(item));
  if (parent !== undefined) takeFrom(crush, parent, item);
  insertItem(crush, item, weight, name, location, false);
}

/** Removes an item from the map; a bucket must be empty and of no use. Ceph: remove_item. */
export function removeItem(crush: CrushData, item: number): void {
  if (item < 0) {
    const bucket = crush.buckets[-1 - item];
    if (bucket === undefined) throw new CrushEditError('ENOENT', `no bucket ${item}`);
    if (bucket.items.length > 0) throw new CrushEditError('ENOTEMPTY', `bucket ${item}`);
    if (isInUse(crush, item)) throw new CrushEditError('EBUSY', `bucket ${item}`);
  }
  takeOut(crush, item, false);
}

/** Out of all buckets; `keeps` its class, or all of it if it is a bucket. */
function takeOut(crush: CrushData, item: number, keeps: boolean): void {
  for (const bucket of [...crush.buckets]) {
    if (bucket?.items.includes(item)) takeFrom(crush, bucket, item);
  }
  if (item < 0 && keeps) return;
  if (item < 0) {
    crush.buckets[-1 - item] = undefined;
    crush.classBucket.delete(item);
    trimChooseArgs(crush);
  }
  crush.nameMap.delete(item);
  if (!keeps) crush.classMap.delete(item);
  rebuildRootsWithClasses(crush);
}

function takeFrom(crush: CrushData, bucket: crush_bucket, item: number): void {
  adjustItemWeightInBucket(crush, item, 0, bucket.id, true);
  removeBucketItem(crush, crush.buckets[-1 - bucket.id] ?? bucket, item);
}

/** Whether the bucket is a shadow, or a rule takes it or a shadow of it. Ceph: _bucket_is_in_use. */
function isInUse(crush: CrushData, id: number): boolean {
  for (const shadows of crush.classBucket.values()) {
    for (const shadow of shadows.values()) if (shadow === id) return true;
  }
  return crush.rules.some((rule) =>
    rule?.steps.some(
      ({ op, arg1 }) =>
        op === CRUSH_RULE_TAKE && (arg1 === id || splitIdClass(crush, arg1).id === id),
    ),
  );
}
