import { fullKey, type ObjectId } from './store/StoredObject.ts';

/** Objects that are being written, and who waits for them. Ceph: ObjectContext::rwstate. */
export class ObjectLocks {
  /** By the object's full key. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /** False: it is taken; `again` is called when it is not any more. */
  isFreeOr(id: ObjectId, again: () => void): boolean {
    // Mostly nothing is being written: then no key is put together.
    const waiting = this.#waiting.size === 0 ? undefined : this.#waiting.get(fullKey(id));
    waiting?.push(again);
    return waiting === undefined;
  }

  take(key: string): void {
    this.#waiting.set(key, []);
  }

  /** Who waits goes on, in the order of coming; one of them may take it again. */
  release(key: string): void {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const again of waiting) again();
  }

  clear(): void {
    this.#waiting.clear();
  }
}
