/**
 * Device classes: for each root and class a shadow tree (`default~ssd`) that holds only the devices
 * of that class, so that a rule may take it as its root.
 */
import { addBucket, bucketItemWeights, makeBucket } from './builder.ts';
import type { CrushData } from './crush_codec.ts';
import { CRUSH_BUCKET_UNIFORM, CRUSH_RULE_TAKE, type crush_bucket } from './crush_types.ts';
import { trimChooseArgs } from './weight_sets.ts';

/** The class's number; a new one if the name is new. Ceph: get_or_create_class_id. */
export function getOrCreateClassId(crush: CrushData, name: string): number {
  for (const [id, known] of crush.className) if (known === name) return id;
  const id = Math.max(-1, ...crush.className.keys()) + 1;
  crush.className.set(id, name);
  return id;
}

/**
 * Makes all shadow trees anew, each bucket of them under the id that it had; answers whether they
 * are all there. Ceph: rebuild_roots_with_classes.
 */
export function rebuildRootsWithClasses(crush: CrushData): boolean {
  const old = crush.classBucket;
  if (crush.className.size === 0 && old.size === 0) return true;
  for (const id of [...crush.className.keys()]) if (isDead(crush, id)) crush.className.delete(id);
  for (const root of findRoots(crush)) {
    if (isShadowName(crush.nameMap.get(root.id))) removeRoot(crush, root.id);
  }
  crush.classBucket = new Map();
  return populateClasses(crush, old);
}

/** Whether no device has the class, and no rule takes a shadow of it. Ceph: _class_is_dead. */
function isDead(crush: CrushData, classId: number): boolean {
  for (const [item, held] of crush.classMap) if (item >= 0 && held === classId) return false;
  const shadows = new Set([...crush.classBucket.values()].map((held) => held.get(classId)));
  return !crush.rules.some((rule) =>
    rule?.steps.some(({ op, arg1 }) => op === CRUSH_RULE_TAKE && shadows.has(arg1)),
  );
}

/**
 * Makes a shadow tree for each root and class, under the ids of `old` where that has some. A
 * uniform bucket with a device of a class has no shadow, and at the first of those it stops with
 * what there is: Ceph: populate_classes, not all of whose callers go on then.
 */
export function populateClasses(crush: CrushData, old: CrushData['classBucket']): boolean {
  const cloning = {
    crush,
    old,
    taken: new Set([...old.values()].flatMap((shadows) => [...shadows.values()])),
    ids: new Map([...crush.nameMap].map(([id, name]) => [name, id])),
  };
  const classes = [...crush.className.keys()].sort((a, b) => a - b);
  for (const root of findRoots(crush)) {
    if (isShadowName(crush.nameMap.get(root.id))) continue;
    for (const classId of classes) {
      if (cloneForClass(cloning, root, classId) === undefined) return false;
    }
  }
  return true;
}

interface Cloning {
  readonly crush: CrushData;
  readonly old: CrushData['classBucket'];
  /** Ids of shadows that were. */
  readonly taken: ReadonlySet<number>;
  readonly ids: Map<string, number>;
}

export function isShadowName(name: string | undefined): boolean {
  return name?.includes('~') ?? false;
}

/** The bucket that a shadow stands for, and its class; of anything else itself. Ceph: split_id_class. */
export function splitIdClass(
  crush: CrushData,
  id: number,
): { id: number; classId: number | undefined } {
  for (const [original, shadows] of crush.classBucket) {
    for (const [classId, shadow] of shadows) if (shadow === id) return { id: original, classId };
  }
  return { id, classId: undefined };
}

/** A bucket and all buckets below it, with their names and choose_args. Ceph: remove_root. */
function removeRoot(crush: CrushData, id: number): void {
  const bucket = crush.buckets[-1 - id];
  if (bucket === undefined) return;
  for (const item of bucket.items) if (item < 0) removeRoot(crush, item);
  crush.buckets[-1 - id] = undefined;
  crush.nameMap.delete(id);
  crush.classMap.delete(id);
  trimChooseArgs(crush);
}

/** Buckets in no other bucket, by ascending id. */
export function findRoots(crush: CrushData): crush_bucket[] {
  const below = new Set(crush.buckets.flatMap((bucket) => [...(bucket?.items ?? [])]));
  return crush.buckets
    .filter((bucket) => bucket !== undefined)
    .filter((bucket) => !below.has(bucket.id))
    .sort((a, b) => a.id - b.id);
}

/** The shadow of `original` for a class, with those of all below it. Ceph: device_class_clone. */
function cloneForClass(
  cloning: Cloning,
  original: crush_bucket,
  classId: number,
): crush_bucket | undefined {
  const { crush, old, taken, ids } = cloning;
  const name = `${crush.nameMap.get(original.id)}~${crush.className.get(classId)}`;
  // It may be of another bucket, which was renamed.
  const clone = crush.buckets[-1 - (ids.get(name) ?? 0)];
  if (clone !== undefined) return clone;

  const items: number[] = [];
  const weights: number[] = [];
  const places: number[] = [];
  const originalWeights = bucketItemWeights(original);
  for (const [i, item] of original.items.entries()) {
    const child = crush.buckets[-1 - item];
    if (child !== undefined) {
      const shadow = cloneForClass(cloning, child, classId);
      if (shadow === undefined) return undefined;
      items.push(shadow.id);
      weights.push(shadow.weight);
      places.push(i);
    } else if (crush.classMap.get(item) === classId) {
      items.push(item);
      weights.push(originalWeights[i] ?? 0);
      places.push(i);
    }
  }
  // Begun empty, a uniform bucket takes only what weighs nothing.
  if (original.alg === CRUSH_BUCKET_UNIFORM && weights.some((weight) => weight > 0))
    return undefined;
  const id = old.get(original.id)?.get(classId) ?? freeId(crush, taken);
  const { alg, type } = original;
  const parts = { id, alg, type, items, weights };
  const shadow = makeBucket(parts, crush.tunables.strawCalcVersion);
  addBucket(crush, shadow);
  crush.classMap.set(id, classId);
  crush.nameMap.set(id, name);
  ids.set(name, id);
  const shadows = crush.classBucket.get(original.id) ?? new Map<number, number>();
  crush.classBucket.set(original.id, shadows.set(classId, id));
  cloneWeightSets(crush, original, shadow, places);
  return shadow;
}

/** A shadow weighs in weight sets what is left of it; `places`: of its items in the original. */
function cloneWeightSets(
  crush: CrushData,
  original: crush_bucket,
  shadow: crush_bucket,
  places: readonly number[],
): void {
  for (const args of crush.chooseArgs.values()) {
    const { weightSet = [] } = args.get(-1 - original.id) ?? {};
    if (weightSet.length === 0) continue;
    const cloned = weightSet.map((set, position) =>
      Uint32Array.from(shadow.items, (item, i) => {
        if (item >= 0) return set[places[i] ?? 0] ?? 0;
        // The original keeps but the last position's sum of what is below.
        const below = args.get(-1 - item)?.weightSet ?? [];
        if (position !== below.length - 1) return 0;
        return (below[position] ?? new Uint32Array()).reduce((sum, weight) => sum + weight, 0);
      }),
    );
    args.set(-1 - shadow.id, { ids: new Int32Array(), weightSet: cloned });
  }
}

function freeId(crush: CrushData, taken: ReadonlySet<number>): number {
  let id = -1;
  while (crush.buckets[-1 - id] !== undefined || taken.has(id)) id--;
  return id;
}
