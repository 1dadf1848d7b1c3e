import { compareHobjects, reverseBits } from '../../../src/osd/hobject_order.ts';
import type { hobject_t } from '../../../src/osd/hobject_t.ts';
import { CEPH_NOSNAP } from '../../../src/osd/rados.ts';
import { type ObjectId, objectKey, StoredObject } from './StoredObject.ts';

/** Objects are in buckets by the top bits of their reversed hash, so that few are sorted at a time. */
const BUCKET_BITS = 12;
const BUCKETS = 1 << BUCKET_BITS;

interface Bucket {
  readonly objects: Map<string, StoredObject>;
  /** In order; undefined: not since the last change. */
  sorted: readonly StoredObject[] | undefined;
}

/** The objects of a pool, to be found by name and listed in order. */
export class PoolObjects {
  readonly #buckets: (Bucket | undefined)[] = new Array<Bucket | undefined>(BUCKETS).fill(
    undefined,
  );

  find(id: ObjectId): StoredObject | undefined {
    return this.#buckets[bucketOf(id.hash)]?.objects.get(objectKey(id));
  }

  findOrAdd(id: ObjectId): StoredObject {
    const index = bucketOf(id.hash);
    const bucket = this.#buckets[index] ?? { objects: new Map(), sorted: undefined };
    this.#buckets[index] = bucket;
    const key = objectKey(id);
    const found = bucket.objects.get(key);
    if (found !== undefined) return found;
    const object = new StoredObject(id);
    bucket.objects.set(key, object);
    bucket.sorted = undefined;
    return object;
  }

  remove(id: ObjectId): void {
    const bucket = this.#buckets[bucketOf(id.hash)];
    if (bucket?.objects.delete(objectKey(id)) === true) bucket.sorted = undefined;
  }

  /** In the order of listings, from the first that is not before `cursor`. */
  *from(cursor: hobject_t): Generator<StoredObject> {
    for (let i = bucketOf(cursor.hash); i < BUCKETS; i++) {
      for (const object of this.#sorted(i)) {
        if (compareHobjects(hobjectOf(object.id), cursor) >= 0) yield object;
      }
    }
  }

  *all(): Generator<StoredObject> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket.objects.values();
  }

  #sorted(index: number): readonly StoredObject[] {
    const bucket = this.#buckets[index];
    if (bucket === undefined) return [];
    bucket.sorted ??= [...bucket.objects.values()].sort((a, b) =>
      compareHobjects(hobjectOf(a.id), hobjectOf(b.id)),
    );
    return bucket.sorted;
  }
}

/** The head. */
export function hobjectOf({ pool, nspace, key, oid, hash }: ObjectId): hobject_t {
  const locator = key === oid ? '' : key;
  return { pool, nspace, key: locator, oid, hash, snap: CEPH_NOSNAP, isMax: false };
}

function bucketOf(hash: number): number {
  return reverseBits(hash) >>> (32 - BUCKET_BITS);
}
