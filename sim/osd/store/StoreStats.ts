import type { ClusterStats, PoolUsage } from '../../mon/ClusterStats.ts';
import type { ObjectStore } from './ObjectStore.ts';

/** What OSDs report of an {@link ObjectStore}, each as large as the others. */
export class StoreStats implements ClusterStats {
  readonly capacity: number;
  readonly #store: ObjectStore;

  /** `capacity`: bytes of each OSD. */
  constructor(store: ObjectStore, capacity: number) {
    this.#store = store;
    this.capacity = capacity;
  }

  poolUsage(pool: number): PoolUsage {
    let [objects, clones, bytes] = [0, 0, 0];
    for (const object of this.#store.pool(pool).all()) {
      clones += object.clones.size;
      for (const clone of object.clones.values()) bytes += clone.data.size;
      if (!object.exists) continue;
      objects += 1;
      bytes += object.head?.data.size ?? 0;
    }
    return { objects, clones, bytes };
  }
}
