import { keepCrc32c } from '../../src/common/crc32c_kept.ts';
import type { utime_t } from '../../src/common/utime_t.ts';

/** What makes an object that object. `key`: its locator key, empty where there is none. */
export interface ObjectId {
  readonly pool: number;
  readonly nspace: string;
  readonly key: string;
  readonly oid: string;
}

/** An object as it is at one time: it is replaced, never changed, so replies can hold its bytes. */
export interface StoredObject {
  readonly data: Uint8Array;
  readonly mtime: utime_t;
  /** Grows with each change; what readers are told as the object's version. */
  readonly version: number;
}

/**
 * The objects of a whole simulated cluster. All OSDs see the same: what replication and recovery
 * bring about in Ceph is here so at once.
 */
export class ObjectStore {
  readonly #objects = new Map<string, StoredObject>();
  #version = 0;

  get(id: ObjectId): StoredObject | undefined {
    return this.#objects.get(keyOf(id));
  }

  /** Creates the object, or replaces it. `data` is the store's from now on. */
  put(id: ObjectId, data: Uint8Array, mtime: utime_t): StoredObject {
    keepCrc32c(data);
    this.#version += 1;
    const object = { data, mtime, version: this.#version };
    this.#objects.set(keyOf(id), object);
    return object;
  }

  /** False: there was none. */
  remove(id: ObjectId): boolean {
    return this.#objects.delete(keyOf(id));
  }
}

/** Names may hold any character, so lengths tell where one ends. A key that is the name is none. */
function keyOf({ pool, nspace, key, oid }: ObjectId): string {
  const locator = key === oid ? '' : key;
  return `${pool} ${nspace.length} ${locator.length} ${nspace}${locator}${oid}`;
}

export function sameObject(a: ObjectId, b: ObjectId): boolean {
  return keyOf(a) === keyOf(b);
}
