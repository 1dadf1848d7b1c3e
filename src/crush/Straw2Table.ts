import { Straw2Engine } from '../wasm/Straw2Engine.ts';
import { CRUSH_ITEM_NONE, type crush_bucket_straw2, type crush_choose_arg } from './crush_types.ts';
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
  /** Addresses by slot; those under choose_args by their weight set. */
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
    if (this.#generation !== this.#engine.generation) this.#forget();
    const addresses = arg === undefined ? this.#buckets : this.#args.get(arg);
    const known = addresses?.[indexOf(bucket, arg, position)] ?? UNKNOWN;
    const address = known === UNKNOWN ? this.#store(bucket, arg, position) : known;
    if (address === UNSERVED) return bucketStraw2Choose(bucket, x, r, arg, position);
    return bucket.items[this.#engine.choose(address, x, r)] ?? CRUSH_ITEM_NONE;
  }

  #store(bucket: crush_bucket_straw2, arg: crush_choose_arg | undefined, position: number): number {
    const weights = chooseArgWeights(bucket, arg, position);
    const address = this.#engine.store(chooseArgIds(bucket, arg), weights) ?? UNSERVED;
    if (this.#generation !== this.#engine.generation) this.#forget();
    const addresses = arg === undefined ? this.#buckets : (this.#args.get(arg) ?? []);
    if (arg !== undefined) this.#args.set(arg, addresses);
    const index = indexOf(bucket, arg, position);
    // Without holes, so that it stays a plain array.
    while (addresses.length <= index) addresses.push(UNKNOWN);
    addresses[index] = address;
    return address;
  }

  #forget(): void {
    this.#buckets = [];
    this.#args = new Map();
    this.#generation = this.#engine.generation;
  }
}

function indexOf(
  bucket: crush_bucket_straw2,
  arg: crush_choose_arg | undefined,
  position: number,
): number {
  return arg === undefined ? -1 - bucket.id : Math.min(position, arg.weightSet.length);
}
