import { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { addRule } from './builder.ts';
import { CrushCompiler } from './CrushCompiler.ts';
import { type CrushTrace, CrushWork } from './CrushWork.ts';
import { type CrushData, decodeCrush, emptyCrush, encodeCrush } from './crush_codec.ts';
import {
  type CrushLocation,
  insertItem,
  makeNamedBucket,
  moveItem,
  removeItem,
  toFixedPoint,
  updateItem,
} from './crush_items.ts';
import {
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSELEAF_FIRSTN,
  CRUSH_RULE_CHOOSELEAF_INDEP,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_SET_CHOOSE_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_TRIES,
  CRUSH_RULE_TAKE,
  CRUSH_RULE_TYPE_ERASURE,
  CRUSH_RULE_TYPE_MSR_FIRSTN,
  CRUSH_RULE_TYPE_MSR_INDEP,
  CRUSH_RULE_TYPE_REPLICATED,
  type crush_choose_arg_map,
  type crush_rule,
} from './crush_types.ts';
import { decompileCrush } from './decompile.ts';
import { getOrCreateClassId, rebuildRootsWithClasses } from './device_classes.ts';
import { adjustItemWeight, reweight } from './item_weights.ts';
import { crushDoRule } from './mapper.ts';
import { createStraw2Table } from './Straw2Table.ts';
import { TUNABLES_JEWEL } from './tunables.ts';

/** Index of the choose_args that serve every pool without its own. Ceph: DEFAULT_CHOOSE_ARGS. */
const DEFAULT_CHOOSE_ARGS = -1;

/** Ceph: OSDMap::_build_crush_types. */
const DEFAULT_TYPES = [
  'osd',
  'host',
  'chassis',
  'rack',
  'row',
  'pdu',
  'pod',
  'room',
  'datacenter',
  'zone',
  'region',
  'root',
];

/** Types of pools that MSR rules are for. */
const MSR_POOL_TYPES: ReadonlyMap<number, number> = new Map([
  [CRUSH_RULE_TYPE_MSR_FIRSTN, CRUSH_RULE_TYPE_REPLICATED],
  [CRUSH_RULE_TYPE_MSR_INDEP, CRUSH_RULE_TYPE_ERASURE],
]);

export interface CrushWrapperOptions {
  /** Map by WebAssembly where there is some; the results are the same. Default: true. */
  readonly wasm?: boolean;
}

/**
 * A CRUSH map: the hierarchy, its rules and all their names. Ceph: src/crush/CrushWrapper.h.
 */
export class CrushWrapper {
  readonly crush: CrushData;
  readonly #wasm: boolean;
  /** Scratch memory of the mapper, for the map as it is. */
  #work: CrushWork | undefined;

  private constructor(crush: CrushData, wasm: boolean) {
    this.crush = crush;
    this.#wasm = wasm;
  }

  /** A map with nothing in it but Ceph's types, and jewel's tunables. */
  static create({ wasm = true }: CrushWrapperOptions = {}): CrushWrapper {
    const typeMap = new Map(DEFAULT_TYPES.entries());
    const crush = { ...emptyCrush(), tunables: TUNABLES_JEWEL, typeMap };
    return new CrushWrapper(crush, wasm);
  }

  /** Throws DecodeError for bytes that are no map, or one that cannot be mapped with. */
  static decode(bytes: Uint8Array, { wasm = true }: CrushWrapperOptions = {}): CrushWrapper {
    return new CrushWrapper(decodeCrush(new Decoder(bytes, 'crush_map')), wasm);
  }

  /** From the language of `crushtool -c`. Throws CrushCompileError with line and column. */
  static compile(text: string, { wasm = true }: CrushWrapperOptions = {}): CrushWrapper {
    return new CrushWrapper(new CrushCompiler(text).compile(), wasm);
  }

  /** In Pacific's encoding. */
  encode(): Uint8Array {
    const enc = new Encoder(4096);
    encodeCrush(enc, this.crush);
    return enc.take();
  }

  /** In the language of `crushtool -d`. */
  decompile(): string {
    return decompileCrush(this.crush);
  }

  /**
   * The devices for x by rule `ruleno`, at most `maxout`; places of an "indep" rule that could not
   * be filled hold CRUSH_ITEM_NONE. `weights` are the devices' (16.16; behind its end is out),
   * `chooseArgsIndex` is the pool. Throws CrushWorkError on absurd tunables. Ceph: do_rule.
   */
  doRule(
    ruleno: number,
    x: number,
    maxout: number,
    weights: ArrayLike<number>,
    chooseArgsIndex: number,
  ): number[] {
    const args = this.#chooseArgs(chooseArgsIndex);
    this.#work ??= new CrushWork(this.#wasm ? createStraw2Table() : undefined);
    return crushDoRule(this.crush, ruleno, x, maxout, weights, this.#work, args);
  }

  /** As {@link doRule}, and tells `trace` of each step. */
  traceRule(
    ruleno: number,
    x: number,
    maxout: number,
    weights: ArrayLike<number>,
    chooseArgsIndex: number,
    trace: CrushTrace,
  ): number[] {
    const work = new CrushWork();
    work.trace = trace;
    const args = this.#chooseArgs(chooseArgsIndex);
    return crushDoRule(this.crush, ruleno, x, maxout, weights, work, args);
  }

  /**
   * The rule for a pool of that ruleset, type and size, or -1. Ceph: crush_find_rule, and for MSR
   * rules rule_valid_for_pool_type.
   */
  findRule(ruleset: number, type: number, size: number): number {
    return this.crush.rules.findIndex(
      (rule) =>
        rule !== undefined &&
        rule.ruleset === ruleset &&
        (MSR_POOL_TYPES.get(rule.type) ?? rule.type) === type &&
        rule.minSize <= size &&
        rule.maxSize >= size,
    );
  }

  /** The device or bucket of that name. */
  getItemId(name: string): number | undefined {
    return keyOf(this.crush.nameMap, name);
  }

  getTypeId(name: string): number | undefined {
    return keyOf(this.crush.typeMap, name);
  }

  getRuleId(name: string): number | undefined {
    return keyOf(this.crush.ruleNameMap, name);
  }

  /** A new bucket with no items; answers its id. Throws RangeError if that cannot be. */
  addBucket(name: string, typeName: string): number {
    if (this.getItemId(name) !== undefined) throw new RangeError(`an item ${name} exists`);
    return makeNamedBucket(this.crush, name, this.#typeId(typeName), []);
  }

  /**
   * Puts a device where `location` says ({ host: 'a', root: 'default' }), with a weight in its own
   * unit (1 is what a 1 TiB device has), making the buckets that are not there yet. Weights above
   * it grow. Throws CrushEditError if that cannot be. Ceph: CrushWrapper::insert_item.
   */
  insertItem(device: number, weight: number, name: string, location: CrushLocation): void {
    insertItem(this.crush, device, weight, name, location, true);
    this.#work = undefined;
  }

  /** As {@link insertItem}; where the device is there already, changes it. Ceph: update_item. */
  updateItem(device: number, weight: number, name: string, location: CrushLocation): void {
    updateItem(this.crush, device, weight, name, location);
    this.#work = undefined;
  }

  /** Moves a device or bucket with its weight. Throws CrushEditError if that cannot be. */
  moveItem(item: number, location: CrushLocation): void {
    moveItem(this.crush, item, this.crush.nameMap.get(item) ?? '', location);
    this.#work = undefined;
  }

  /** Throws CrushEditError for a bucket that holds something or that a rule takes. */
  removeItem(item: number): void {
    removeItem(this.crush, item);
    this.#work = undefined;
  }

  /** Works out the weight of all buckets from their devices'. */
  reweight(): void {
    reweight(this.crush);
    this.#work = undefined;
  }

  /**
   * Sets an item's weight (1 is 1.0) wherever it is, in weight sets too, and so of all above it;
   * answers in how many buckets. Ceph: adjust_item_weightf.
   */
  adjustItemWeight(item: number, weight: number): number {
    this.#work = undefined;
    return adjustItemWeight(this.crush, item, toFixedPoint(weight), true);
  }

  /**
   * Gives a device a class, and every root a shadow tree for it. Ceph: set_item_class with
   * rebuild_roots_with_classes.
   */
  setItemClass(device: number, className: string): void {
    this.crush.classMap.set(device, getOrCreateClassId(this.crush, className));
    this.#changed();
  }

  /**
   * A rule that spreads copies over buckets of type `failureDomain` ('osd': over devices) below
   * `rootName`, `type` being the pool type that it is for, on devices of a class or on all ('');
   * answers its number. Throws RangeError if that cannot be. Ceph: add_simple_rule.
   */
  addSimpleRule(
    name: string,
    rootName: string,
    failureDomain: string,
    mode: string,
    type: number,
    className = '',
  ): number {
    const { rules, ruleNameMap } = this.crush;
    if (this.getRuleId(name) !== undefined) throw new RangeError(`a rule ${name} exists`);
    const root = this.getItemId(rootName);
    if (root === undefined) throw new RangeError(`root item ${rootName} does not exist`);
    const domain = failureDomain === '' ? 0 : this.getTypeId(failureDomain);
    if (domain === undefined) throw new RangeError(`unknown type ${failureDomain}`);
    const taken = className === '' ? root : this.#shadowOf(root, rootName, className);
    if (mode !== 'firstn' && mode !== 'indep') throw new RangeError(`unknown mode ${mode}`);
    const free = rules.indexOf(undefined);
    const ruleno = free < 0 ? rules.length : free;
    const steps = simpleRuleSteps(taken, domain, mode);
    const sizes = mode === 'firstn' ? { minSize: 1, maxSize: 10 } : { minSize: 3, maxSize: 20 };
    addRule(this.crush, { ruleset: ruleno, type, ...sizes, steps }, ruleno);
    ruleNameMap.set(ruleno, name);
    return ruleno;
  }

  /** Throws RangeError unless such a rule exists. */
  removeRule(name: string): void {
    const ruleno = this.getRuleId(name);
    if (ruleno === undefined) throw new RangeError(`rule ${name} does not exist`);
    this.crush.rules[ruleno] = undefined;
    this.crush.ruleNameMap.delete(ruleno);
    this.#changed();
  }

  /** Makes the shadow trees anew; answers whether they are all there. */
  rebuildClassRoots(): boolean {
    return this.#changed();
  }

  #shadowOf(root: number, rootName: string, className: string): number {
    const classId = keyOf(this.crush.className, className);
    if (classId === undefined) throw new RangeError(`device class ${className} does not exist`);
    const shadow = this.crush.classBucket.get(root)?.get(classId);
    if (shadow === undefined) {
      throw new RangeError(`root ${rootName} has no devices with class ${className}`);
    }
    return shadow;
  }

  #chooseArgs(pool: number): crush_choose_arg_map | undefined {
    const { chooseArgs } = this.crush;
    return chooseArgs.get(pool) ?? chooseArgs.get(DEFAULT_CHOOSE_ARGS);
  }

  #typeId(name: string): number {
    const id = this.getTypeId(name);
    if (id === undefined) throw new RangeError(`no type ${name}`);
    return id;
  }

  #changed(): boolean {
    this.#work = undefined;
    return rebuildRootsWithClasses(this.crush);
  }
}

function keyOf(map: ReadonlyMap<number, string>, name: string): number | undefined {
  for (const [key, held] of map) if (held === name) return key;
  return undefined;
}

function simpleRuleSteps(
  root: number,
  type: number,
  mode: 'firstn' | 'indep',
): crush_rule['steps'] {
  const take = { op: CRUSH_RULE_TAKE, arg1: root, arg2: 0 };
  const emit = { op: CRUSH_RULE_EMIT, arg1: 0, arg2: 0 };
  if (mode === 'firstn') {
    const op = type === 0 ? CRUSH_RULE_CHOOSE_FIRSTN : CRUSH_RULE_CHOOSELEAF_FIRSTN;
    return [take, { op, arg1: 0, arg2: type }, emit];
  }
  const op = type === 0 ? CRUSH_RULE_CHOOSE_INDEP : CRUSH_RULE_CHOOSELEAF_INDEP;
  return [
    { op: CRUSH_RULE_SET_CHOOSELEAF_TRIES, arg1: 5, arg2: 0 },
    { op: CRUSH_RULE_SET_CHOOSE_TRIES, arg1: 100, arg2: 0 },
    take,
    { op, arg1: 0, arg2: type },
    emit,
  ];
}
