import { randomFillSync } from 'node:crypto';
import type { Random } from '../common/Random.ts';

const POOL_LENGTH = 4096;

/** Chance from the system. */
export class NodeRandom implements Random {
  readonly #pool = new Uint32Array(POOL_LENGTH);
  #used = POOL_LENGTH;

  uint32(): number {
    if (this.#used === POOL_LENGTH) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    return this.#pool[this.#used++] ?? 0;
  }

  float(): number {
    return this.uint32() / 2 ** 32;
  }
}
