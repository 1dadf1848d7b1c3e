import { LH, LL, RH } from '../../src/crush/crush_ln_table.ts';
import { NaiveReader } from './NaiveReader.ts';
import { naiveHash2, naiveHash3 } from './naive_hash.ts';

/**
 * CRUSH as slow and plain as it goes, for the maps of simulations: straw2 buckets, rules of take, choose
 * or chooseleaf firstn, emit, and the tunables of Jewel. Of the product's code it has the table of the
 * logarithm only, which is data.
 */

interface Bucket {
  readonly type: number;
  readonly items: readonly number[];
  readonly weights: readonly number[];
}

interface Step {
  readonly op: number;
  readonly arg1: number;
  readonly arg2: number;
}

const TAKE = 1;
const CHOOSE_FIRSTN = 2;
const EMIT = 4;
const CHOOSELEAF_FIRSTN = 6;

const STRAW2 = 5;

export class NaiveCrush {
  readonly #buckets = new Map<number, Bucket>();
  readonly #rules: (readonly Step[])[] = [];
  #tries = 0;

  constructor(bytes: Uint8Array) {
    const reader = new NaiveReader(bytes);
    reader.u32(); // magic
    const buckets = reader.s32();
    const rules = reader.u32();
    reader.s32(); // devices
    for (let i = 0; i < buckets; i++) this.#readBucket(reader);
    for (let i = 0; i < rules; i++) this.#rules.push(readRule(reader));
    for (let i = 0; i < 3; i++) reader.list(() => [reader.s32(), reader.text()]);
    reader.u32(); // choose_local_tries
    reader.u32(); // choose_local_fallback_tries
    this.#tries = reader.u32() + 1;
  }

  /** The OSDs of `x`, `most` of them; `weights` are 16.16. */
  map(rule: number, x: number, most: number, weights: readonly number[]): number[] {
    const result: number[] = [];
    let from = 0;
    let found: number[] = [];
    for (const { op, arg1, arg2 } of this.#rules[rule] ?? []) {
      if (op === TAKE) from = arg1;
      if (op === CHOOSE_FIRSTN || op === CHOOSELEAF_FIRSTN) {
        const count = arg1 > 0 ? arg1 : most + arg1;
        found = this.#choose(from, x, count, arg2, op === CHOOSELEAF_FIRSTN, weights);
      }
      if (op === EMIT) result.push(...found.slice(0, most - result.length));
    }
    return result;
  }

  #choose(
    from: number,
    x: number,
    count: number,
    type: number,
    toLeaf: boolean,
    weights: readonly number[],
  ): number[] {
    const chosen: number[] = [];
    const leaves: number[] = [];
    for (let replica = 0; replica < count; replica++) {
      for (let failed = 0; failed < this.#tries; failed++) {
        const draw = replica + failed;
        const item = this.#descend(from, x, draw, type);
        if (item === undefined || chosen.includes(item)) continue;
        const leaf = toLeaf && item < 0 ? this.#descend(item, x, draw, 0) : item;
        if (leaf === undefined || leaves.includes(leaf)) continue;
        if (leaf >= 0 && isOut(leaf, x, weights)) continue;
        chosen.push(item);
        leaves.push(leaf);
        break;
      }
    }
    return leaves;
  }

  /** The first item of `type` on the way down. */
  #descend(from: number, x: number, draw: number, type: number): number | undefined {
    let item = from;
    do {
      const bucket = this.#buckets.get(item);
      if (bucket === undefined || bucket.items.length === 0) return undefined;
      item = longestStraw(bucket, x, draw);
    } while ((item >= 0 ? 0 : this.#buckets.get(item)?.type) !== type);
    return item;
  }

  #readBucket(reader: NaiveReader): void {
    if (reader.u32() === 0) return;
    const id = reader.s32();
    const type = reader.u16();
    const alg = reader.u8();
    if (alg !== STRAW2) throw new RangeError(`a bucket of algorithm ${alg}`);
    reader.u8(); // hash
    reader.u32(); // weight
    const size = reader.u32();
    const items = Array.from({ length: size }, () => reader.s32());
    const weights = Array.from({ length: size }, () => reader.u32());
    this.#buckets.set(id, { type, items, weights });
  }
}

function readRule(reader: NaiveReader): Step[] {
  if (reader.u32() === 0) return [];
  const length = reader.u32();
  reader.u32(); // ruleset, type, sizes
  const step = (): Step => ({ op: reader.u32(), arg1: reader.s32(), arg2: reader.s32() });
  return Array.from({ length }, step);
}

function longestStraw({ items, weights }: Bucket, x: number, draw: number): number {
  let best = 0;
  let longest = Number.NEGATIVE_INFINITY;
  items.forEach((item, i) => {
    const weight = weights[i] ?? 0;
    const u = naiveHash3(x, item, draw) & 0xffff;
    const straw = weight === 0 ? Number.MIN_SAFE_INTEGER : Math.trunc(logarithm(u) / weight);
    if (straw > longest) [best, longest] = [item, straw];
  });
  return best;
}

const logarithms: (number | undefined)[] = [];

/** 2^44 * log2(u + 1), less 2^48. */
function logarithm(u: number): number {
  logarithms[u] ??= computeLogarithm(u);
  return logarithms[u] ?? 0;
}

function computeLogarithm(u: number): number {
  let x = u + 1;
  let exponent = 15;
  while (x < 0x8000) {
    x *= 2;
    exponent -= 1;
  }
  const k = (x >> 8) - 128;
  const high = BigInt(LH[k] ?? 0);
  const fraction = (BigInt(x) * BigInt(RH[k] ?? 0)) >> 48n;
  const low = BigInt(LL[Number(fraction & 0xffn)] ?? 0);
  return Number((BigInt(exponent) << 44n) + ((high + low) >> 4n) - (1n << 48n));
}

function isOut(osd: number, x: number, weights: readonly number[]): boolean {
  const weight = weights[osd] ?? 0;
  if (weight >= 0x10000) return false;
  return weight === 0 || (naiveHash2(x, osd) & 0xffff) >= weight;
}
