import murmurhash from 'murmurhash';
import type { Random } from '../src/common/Random.ts';
import { utf8Encode } from '../src/common/utf8.ts';

const COUNTER_LENGTH = 8;

/** The same for 7 and '7', so that a seed can be replayed as it was printed. */
export function seedToUint32(seed: string | number): number {
  return murmurhash.v3(utf8Encode(String(seed)), 0);
}

/**
 * Chance that depends on (seed, key, n) alone: the n-th draw under a key is the same whoever else
 * draws, and in whatever order. So each client, daemon and link has a key of its own.
 */
export class SimRandom implements Random {
  readonly #seed: number;
  readonly #key: string;
  /** The key, 0, and n as a little-endian u64. */
  readonly #input: Uint8Array;
  readonly #view: DataView;
  #n = 0;

  /** `seed`: see {@link seedToUint32}. */
  constructor(seed: number, key: string) {
    const text = utf8Encode(key);
    this.#seed = seed;
    this.#key = key;
    this.#input = new Uint8Array(text.length + 1 + COUNTER_LENGTH);
    this.#input.set(text);
    this.#view = new DataView(this.#input.buffer, text.length + 1);
  }

  /** The stream of `key` under this one's key. */
  stream(key: string): SimRandom {
    return new SimRandom(this.#seed, `${this.#key}/${key}`);
  }

  uint32(): number {
    this.#view.setUint32(0, this.#n >>> 0, true);
    this.#view.setUint32(4, Math.floor(this.#n / 2 ** 32), true);
    this.#n += 1;
    return murmurhash.v3(this.#input, this.#seed);
  }

  float(): number {
    return this.uint32() / 2 ** 32;
  }
}
