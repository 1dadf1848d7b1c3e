/**
 * Device classes: for each root and class a shadow tree (`default~ssd`) that holds only the devices
 * of that class, so that a rule may take it as its root.
 */
import { addBucket, bucketItemWeights, makeBucket } from './builder.ts';
import type { CrushData } from './crush_codec.ts';
import { CRUSH_BUCKET_UNIFORM, type crush_bucket } from './crush_types.ts';

/** The class's number; a new one if the name is new. Ceph: get_or_create_class_id. */
export function getOrCreateClassId(crush: CrushData, name: string): number {
  for (const [id, known] of crush.className) if (known === name) return id;
  const id = Math.max(-1, ...crush.className.keys()) + 1;
  crush.className.set(id, name);
  return id;
}

/**
 * Makes all shadow trees anew, each bucket of them under the id that it had.
 * Ceph: rebuild_roots_with_classes.
 */
export function rebuildRootsWithClasses(crush: CrushData): void {
  const old = crush.classBucket;
  if (crush.className.size === 0 && old.size === 0) return;
  removeShadows(crush);
  populateClasses(crush, old);
}

/**
 * Makes a shadow tree for each root and class, under the ids of `old` where that has some. A
 * uniform bucket with a device of a class has no shadow, and at the first of those it stops with
 * what there is: Ceph: populate_classes, whose callers go on then.
 */
export function populateClasses(crush: CrushData, old: CrushData['classBucket']): void {
  const taken = new Set([...old.values()].flatMap((shadows) => [...shadows.values()]));
  const classes = [...crush.className.keys()].sort((a, b) => a - b);
  for (const root of findRoots(crush)) {
    if (isShadowName(crush.nameMap.get(root.id))) continue;
    for (const classId of classes) {
      if (cloneForClass(crush, root, classId, old, taken) === undefined) return;
    }
  }
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

function removeShadows(crush: CrushData): void {
  for (const bucket of crush.buckets) {
    if (bucket === undefined || !isShadowName(crush.nameMap.get(bucket.id))) continue;
    crush.buckets[-1 - bucket.id] = undefined;
    crush.nameMap.delete(bucket.id);
    crush.classMap.delete(bucket.id);
    for (const args of crush.chooseArgs.values()) args.delete(-1 - bucket.id);
  }
  crush.classBucket = new Map();
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
  crush: CrushData,
  original: crush_bucket,
  classId: number,
  old: CrushData['classBucket'],
  taken: ReadonlySet<number>,
): crush_bucket | undefined {
  const known = crush.classBucket.get(original.id)?.get(classId);
  const clone = known === undefined ? undefined : crush.buckets[-1 - known];
  if (clone !== undefined) return clone;

  const items: number[] = [];
  const weights: number[] = [];
  const originalWeights = bucketItemWeights(original);
  for (const [i, item] of original.items.entries()) {
    const child = crush.buckets[-1 - item];
    if (child !== undefined) {
      const shadow = cloneForClass(crush, child, classId, old, taken);
      if (shadow === undefined) return undefined;
      items.push(shadow.id);
      weights.push(shadow.weight);
    } else if (crush.classMap.get(item) === classId) {
      items.push(item);
      weights.push(originalWeights[i] ?? 0);
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
  crush.nameMap.set(id, `${crush.nameMap.get(original.id)}~${crush.className.get(classId)}`);
  const shadows = crush.classBucket.get(original.id) ?? new Map<number, number>();
  crush.classBucket.set(original.id, shadows.set(classId, id));
  return shadow;
}

function freeId(crush: CrushData, taken: ReadonlySet<number>): number {
  let id = -1;
  while (crush.buckets[-1 - id] !== undefined || taken.has(id)) id--;
  return id;
}
