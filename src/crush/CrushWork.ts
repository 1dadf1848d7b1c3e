import { CrushWorkError } from './CrushWorkError.ts';
import type { crush_bucket } from './crush_types.ts';
import type { Straw2Table } from './Straw2Table.ts';

/**
 * Items that one mapping may look at. Hostile tunables and rules ask for 2^32 tries; a mapping on
 * a map of 10,000 OSDs looks at a few thousand items, one with many OSDs out at a million.
 */
const WORK_MAX = 2 ** 22;

interface Permutation {
  x: number;
  /** Places in `order` that are final. */
  known: number;
  readonly order: Uint32Array;
}

/** Is told of each step of a mapping as it is done. */
export interface CrushTrace {
  /** `item` came up in `bucket` for r. */
  drew(bucket: number, r: number, item: number): void;
  /**
   * It is in the set already, or else: a device that is out, or where no device is wanted; a bucket
   * with no device to give; CRUSH_ITEM_NONE where there is nothing to draw from.
   */
  refused(item: number, isCollision: boolean): void;
  took(item: number): void;
}

/**
 * What the mapper writes to: memory kept from one mapping to the next, so that a mapping allocates
 * nothing but its result. It belongs to one map, which may not change under it.
 */
export class CrushWork {
  /**
   * Vectors of resultMax places: two that swap roles, one for leaves, one for the result. Of an MSR
   * rule: one for each step that chooses.
   */
  scratch: Int32Array = new Int32Array(0);
  /** If set: how many choices took n retries, by n. Ceph: crush_map.choose_tries. */
  chooseTries: Uint32Array | undefined;
  trace: CrushTrace | undefined;
  /** Chooses from straw2 buckets; without it, plain TypeScript does. */
  readonly straw2: Straw2Table | undefined;
  #left = 0;
  readonly #permutations: (Permutation | undefined)[] = [];

  constructor(straw2?: Straw2Table) {
    this.straw2 = straw2;
  }

  /** Before each mapping. */
  begin(resultMax: number, vectors = 4): void {
    this.#left = WORK_MAX;
    const places = resultMax * vectors;
    if (this.scratch.length < places) this.scratch = new Int32Array(places);
  }

  /** Counts a look at `items` items. Throws {@link CrushWorkError} when it is one too many. */
  spend(items: number): void {
    this.#left -= items + 1;
    if (this.#left < 0) throw new CrushWorkError(WORK_MAX);
  }

  /** The permutation of a bucket for x, begun anew if it is of another x. */
  permutation(bucket: crush_bucket, x: number): Permutation {
    const slot = -1 - bucket.id;
    let perm = this.#permutations[slot];
    if (perm === undefined) {
      perm = { x, known: 0, order: Uint32Array.from(bucket.items.keys()) };
      this.#permutations[slot] = perm;
    } else if (perm.x !== x) {
      for (let i = 0; i < perm.order.length; i++) perm.order[i] = i;
      perm.x = x;
      perm.known = 0;
    }
    return perm;
  }

  countTries(retries: number): void {
    const counts = this.chooseTries;
    if (counts !== undefined && retries < counts.length)
      counts[retries] = (counts[retries] ?? 0) + 1;
  }
}
