import type { ObjectState } from './ObjectState.ts';
import { SNAPSET_NEW, type SnapSet } from './SnapSet.ts';

/** What makes an object that object. `key`: its locator key, empty where there is none. */
export interface ObjectId {
  readonly pool: number;
  readonly nspace: string;
  readonly key: string;
  readonly oid: string;
  /** Of the key or the name, not folded. */
  readonly hash: number;
}

/** An object with its past. Ceph: ObjectContext, SnapSetContext. */
export class StoredObject {
  readonly id: ObjectId;
  /** Undefined: there is no object. */
  head: ObjectState | undefined;
  snapset: SnapSet = SNAPSET_NEW;
  /** By the ids in the snapset. */
  readonly clones: Map<number, ObjectState> = new Map();

  constructor(id: ObjectId) {
    this.id = id;
  }

  /** One that has been deleted, and is kept for its clones only, is none. */
  get exists(): boolean {
    return this.head?.isWhiteout === false;
  }
}

/** Names may hold any character, so lengths tell where one ends. A key that is the name is none. */
export function objectKey({ nspace, key, oid }: ObjectId): string {
  const locator = key === oid ? '' : key;
  return `${nspace.length} ${locator.length} ${nspace}${locator}${oid}`;
}

/** Of an object among those of all pools. */
export function fullKey(id: ObjectId): string {
  return `${id.pool} ${objectKey(id)}`;
}
