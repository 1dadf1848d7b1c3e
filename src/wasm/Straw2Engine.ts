/**
 * The straw2 choose of assembly/straw2.ts and the memory it works on. Buckets are copied in once
 * and chosen from by address.
 *
 * The memory is fixed, and buckets are never freed one by one: when the arena is full, it is
 * emptied as a whole, `generation` goes up and who still needs a bucket stores it again. So maps
 * may come and go with their epochs and nobody has to say when.
 */
import { instantiate } from './instantiate.ts';
import { STRAW2_WASM } from './straw2_bytes.ts';

/** As in assembly/straw2.ts. */
const LN = 0;
const LEAST_U = 0x80000;
const LEAST_U_COUNT = 0x1000;
const LEAST_U_STEP = 2 ** 36;
const DRAWS = 0x84000;
const HEADER_LENGTH = 16;
const LANES = 4;

/** Most items of a bucket: what DRAWS has place for. */
const ITEMS_MAX = 0x8000;
const ARENA = DRAWS + ITEMS_MAX * 4;

/**
 * Equal weights up to here need no division: draws of different u then differ by at least 1, since
 * the least step of ln is 56128037.
 */
const EQUAL_WEIGHT_MAX = 2 ** 25;
/** Ceph's weights are ints in a draw; from here up they count as negative. */
const WEIGHT_END = 2 ** 31;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly choose: (bucket: number, x: number, r: number) => number;
}

export class Straw2Engine {
  /** The item that (x, r) chooses from the stored bucket `bucket`. */
  readonly choose: (bucket: number, x: number, r: number) => number;
  /** Addresses from {@link store} are good as long as this stays the same. */
  generation = 0;
  readonly #ints: Int32Array;
  readonly #doubles: Float64Array;
  #free = ARENA;

  private constructor(exports: Exports, ln: Float64Array) {
    const { buffer } = exports.memory;
    this.choose = exports.choose;
    this.#ints = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#doubles.set(ln, LN / 8);
    let u = ln.length - 1;
    for (let n = 0; n < LEAST_U_COUNT; n++) {
      while (u > 0 && (ln[u - 1] ?? 0) >= -(n + 1) * LEAST_U_STEP) u--;
      this.#ints[LEAST_U / 4 + n] = u;
    }
  }

  /**
   * `ln`: for each 16 bits, the numerator of a draw. `undefined` where there is no WebAssembly with
   * vectors.
   */
  static create(ln: Float64Array): Straw2Engine | undefined {
    const exports = instantiate<Exports>(STRAW2_WASM);
    return exports && new Straw2Engine(exports, ln);
  }

  /**
   * Copies a bucket in, which has as many items as weights. Answers its address, or `undefined` for
   * one that `choose` cannot serve: empty, too big, weights that count as negative. May move on to
   * the next {@link generation}.
   */
  store(items: Int32Array, weights: Uint32Array): number | undefined {
    const size = items.length;
    if (size === 0 || size > ITEMS_MAX) return undefined;
    let least = WEIGHT_END;
    let most = 0;
    for (const weight of weights) {
      if (weight < least) least = weight;
      if (weight > most) most = weight;
    }
    if (most >= WEIGHT_END) return undefined;
    const equal = least === most && most > 0 && most <= EQUAL_WEIGHT_MAX;
    const count = Math.ceil(size / LANES) * LANES;
    const address = this.#take(HEADER_LENGTH + count * (equal ? 4 : 12));
    this.#ints[address / 4] = count;
    this.#ints[address / 4 + 1] = equal ? 1 : 0;
    this.#doubles[address / 8 + 1] = most / LEAST_U_STEP;
    const itemsAt = (address + HEADER_LENGTH) / 4;
    this.#ints.set(items, itemsAt);
    this.#ints.fill(items[size - 1] ?? 0, itemsAt + size, itemsAt + count);
    if (!equal) {
      const weightsAt = (itemsAt + count) / 2;
      this.#doubles.set(weights, weightsAt);
      this.#doubles.fill(weights[size - 1] ?? 0, weightsAt + size, weightsAt + count);
    }
    return address;
  }

  /** Counts of items are multiples of four: lengths are of sixteen. */
  #take(length: number): number {
    if (this.#free + length > this.#ints.byteLength) {
      this.#free = ARENA;
      this.generation++;
    }
    const address = this.#free;
    this.#free += length;
    return address;
  }
}
