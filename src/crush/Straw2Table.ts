import { Straw2Engine } from '../wasm/Straw2Engine.ts';
import type { crush_bucket_straw2, crush_choose_arg } from './crush_types.ts';
import { bucketStraw2Choose, chooseArgIds, chooseArgWeights, lnTable } from './straw2.ts';

/** In place of an address: not stored yet, and nothing that the engine can serve. */
const UNKNOWN = 0;
const UNSERVED = -1;

/**
 * One engine for all maps: its memory is scratch, and a host gives out few such memories. It is made
 * when the first mapping asks for it.
 */
let engine: Straw2Engine | undefined;
let tried = false;

/** A table for a map; `undefined` where WebAssembly is not to be had. */
export function createStraw2Table(): Straw2Table | undefined {
  if (!tried) engine = Straw2Engine.create(lnTable());
  tried = true;
  return engine && new Straw2Table(engine);
}

/**
 * The straw2 buckets of one map, as they lie in the engine's memory: each is stored when it is
 * first chosen from.
 */
export class Straw2Table {
  readonly #engine: Straw2Engine;
  #generation: number;
  /** Addresses by slot; those under choose_args by weight set. */
  #buckets: number[] = [];
  #args = new Map<crush_choose_arg, number[]>();

  constructor(engine: Straw2Engine) {
    this.#engine = engine;
    this.#generation = engine.generation;
  }

  /** What {@link bucketStraw2Choose} answers. */
  choose(
    bucket: crush_bucket_straw2,
    x: number,
    r: number,
    arg: crush_choose_arg | undefined,
    position: number,
  ): number {
    const engine = this.#engine;
    if (this.#generation !== engine.generation) this.#forget();
    const known =
      arg === undefined
        ? this.#buckets[-1 - bucket.id]
        : this.#args.get(arg)?.[weightSetOf(arg, position)];
    const address = known || this.#store(bucket, arg, position);
    if (address === UNSERVED) return bucketStraw2Choose(bucket, x, r, arg, position);
    return engine.choose(address, x, r);
  }

  #store(bucket: crush_bucket_straw2, arg: crush_choose_arg | undefined, position: number): number {
    const weights = chooseArgWeights(bucket, arg, position);
    const hashed = chooseArgIds(bucket, arg) === bucket.items;
    const address = (hashed ? this.#engine.store(bucket.items, weights) : undefined) ?? UNSERVED;
    if (this.#generation !== this.#engine.generation) this.#forget();
    if (arg === undefined) {
      put(this.#buckets, -1 - bucket.id, address);
    } else {
      const ofArg = this.#args.get(arg) ?? [];
      put(ofArg, weightSetOf(arg, position), address);
      this.#args.set(arg, ofArg);
    }
    return address;
  }

  #forget(): void {
    this.#buckets = [];
    this.#args = new Map();
    this.#generation = this.#engine.generation;
  }
}

function weightSetOf(arg: crush_choose_arg, position: number): number {
  return Math.min(position, arg.weightSet.length);
}

/** Fills up what lies before, so that the list has no holes and stays a plain array. */
function put(addresses: number[], index: number, address: number): void {
  while (addresses.length <= index) addresses.push(UNKNOWN);
  addresses[index] = address;
}
