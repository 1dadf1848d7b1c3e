import type { Random } from '../../src/common/Random.ts';

/** What is drawn by chance. */
export class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  chance(p: number): boolean {
    return this.#random.float() < p;
  }

  /** A whole number from `least` to `most`. */
  from(least: number, most: number): number {
    return least + (this.#random.uint32() % (most - least + 1));
  }

  /** As likely to be small as large, in orders of magnitude. */
  order(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.#random.float());
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.#random.uint32() % list.length] ?? list[0];
  }

  /** A random part of `list`: each is in it with probability `p`. */
  some<T>(list: readonly T[], p: number): T[] {
    return list.filter(() => this.chance(p));
  }
}
