/**
 * The binary CRUSH map, as it stands in an OSDMap and as `crushtool -o` writes it.
 * Ceph: src/crush/CrushWrapper.cc, encode and decode. Numbers little-endian:
 *
 *   u32 CRUSH_MAGIC, s32 max_buckets, u32 max_rules, s32 max_devices
 *   max_buckets × { u32 alg, and unless 0: s32 id, u16 type, u8 alg, u8 hash, u32 weight,
 *                   u32 size, s32 items[size], then by alg
 *                     uniform u32 item_weight
 *                     list    size × { u32 item_weight, u32 sum_weight }
 *                     tree    u8 num_nodes, u32 node_weights[num_nodes]
 *                     straw   size × { u32 item_weight, u32 straw }
 *                     straw2  u32 item_weights[size] }
 *   max_rules × { u32 exists, and unless 0: u32 len, u8 ruleset, type, min_size, max_size,
 *                 len × { u32 op, s32 arg1, s32 arg2 } }
 *   type, name and rule-name maps: map<s32, string>
 *   from here on what an old map lacks keeps its legacy value:
 *   u32 choose_local_tries, choose_local_fallback_tries, choose_total_tries
 *   u32 chooseleaf_descend_once
 *   u8 chooseleaf_vary_r
 *   u8 straw_calc_version
 *   u32 allowed_bucket_algs
 *   u8 chooseleaf_stable
 *   map<s32, s32> class_map, map<s32, string> class_name, map<s32, map<s32, s32>> class_bucket
 *   choose_args: u32 n × { s64 index, u32 m × { u32 slot, u32 positions × { u32 size, u32 weights[] },
 *                                               u32 ids_size, s32 ids[] } }
 *   u32 msr_descents, msr_collision_tries (releases from 19 on; written if they were there)
 *
 * Newer releases append more, which is skipped.
 */
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { checkHierarchy } from './crush_check.ts';
import {
  CRUSH_BUCKET_LIST,
  CRUSH_BUCKET_STRAW,
  CRUSH_BUCKET_STRAW2,
  CRUSH_BUCKET_TREE,
  CRUSH_BUCKET_UNIFORM,
  CRUSH_ITEM_UNDEF,
  CRUSH_MAGIC,
  CRUSH_MAX_BUCKET_WEIGHT,
  type crush_bucket,
  type crush_choose_arg,
  type crush_msr_tunables,
  type crush_rule,
  type crush_tunables,
} from './crush_types.ts';
import { CRUSH_HASH_RJENKINS1 } from './hash.ts';
import { TUNABLES_LEGACY } from './tunables.ts';

/** All that the binary map holds. */
export interface CrushData {
  buckets: (crush_bucket | undefined)[];
  rules: (crush_rule | undefined)[];
  maxDevices: number;
  tunables: crush_tunables;
  /** Type, item and rule names by number. */
  typeMap: Map<number, string>;
  nameMap: Map<number, string>;
  ruleNameMap: Map<number, string>;
  /** Class of each device that has one; names of classes. */
  classMap: Map<number, number>;
  className: Map<number, string>;
  /** Bucket to class to the shadow bucket that holds only that class's devices. */
  classBucket: Map<number, Map<number, number>>;
  /** By pool, or -1 for all others; within by bucket slot. */
  chooseArgs: Map<number, Map<number, crush_choose_arg>>;
}

/** A map with nothing in it. */
export function emptyCrush(): CrushData {
  return {
    buckets: [],
    rules: [],
    maxDevices: 0,
    tunables: TUNABLES_LEGACY,
    typeMap: new Map(),
    nameMap: new Map(),
    ruleNameMap: new Map(),
    classMap: new Map(),
    className: new Map(),
    classBucket: new Map(),
    chooseArgs: new Map(),
  };
}

/** Steps in one rule, at most; rules in use have ten. */
const RULE_STEPS_MAX = 1000;

export function decodeCrush(dec: Decoder): CrushData {
  if (dec.u32() !== CRUSH_MAGIC) throw dec.error('not a CRUSH map', 'magic', 0);
  const maxBuckets = dec.count('max_buckets', 4);
  const maxRules = dec.count('max_rules', 4);
  const maxDevices = dec.s32();
  const buckets = Array.from({ length: maxBuckets }, (_, slot) =>
    decodeBucket(dec, slot, maxDevices),
  );
  checkHierarchy(dec, buckets);
  const rules = Array.from({ length: maxRules }, () => decodeRule(dec));
  const typeMap = decodeNames(dec, 'type_map');
  const nameMap = decodeNames(dec, 'name_map');
  const ruleNameMap = decodeNames(dec, 'rule_name_map');
  const tunables = decodeTunables(dec);
  const classes = decodeClasses(dec);
  const chooseArgs = dec.remaining > 0 ? decodeChooseArgs(dec, buckets) : new Map();
  const msr = dec.remaining > 0 ? decodeMsrTunables(dec) : undefined;
  return {
    buckets,
    rules,
    maxDevices: countDevices(buckets, nameMap),
    tunables: msr === undefined ? tunables : { ...tunables, msr },
    typeMap,
    nameMap,
    ruleNameMap,
    ...classes,
    chooseArgs,
  };
}

export function encodeCrush(enc: Encoder, data: CrushData): void {
  enc.u32(CRUSH_MAGIC);
  enc.s32(data.buckets.length);
  enc.u32(data.rules.length);
  enc.s32(data.maxDevices);
  for (const bucket of data.buckets) encodeBucket(enc, bucket);
  for (const rule of data.rules) encodeRule(enc, rule);
  encodeMap(enc, data.typeMap, (name) => enc.string(name));
  encodeMap(enc, data.nameMap, (name) => enc.string(name));
  encodeMap(enc, data.ruleNameMap, (name) => enc.string(name));
  const tunables = data.tunables;
  enc.u32(tunables.chooseLocalTries);
  enc.u32(tunables.chooseLocalFallbackTries);
  enc.u32(tunables.chooseTotalTries);
  enc.u32(tunables.chooseleafDescendOnce);
  enc.u8(tunables.chooseleafVaryR);
  enc.u8(tunables.strawCalcVersion);
  enc.u32(tunables.allowedBucketAlgs);
  enc.u8(tunables.chooseleafStable);
  encodeMap(enc, data.classMap, (id) => enc.s32(id));
  encodeMap(enc, data.className, (name) => enc.string(name));
  encodeMap(enc, data.classBucket, (shadows) => encodeMap(enc, shadows, (id) => enc.s32(id)));
  encodeChooseArgs(enc, data.chooseArgs);
  if (tunables.msr !== undefined) {
    enc.u32(tunables.msr.descents);
    enc.u32(tunables.msr.collisionTries);
  }
}

/** One more than the highest device in a bucket or with a name. Ceph: CrushWrapper::finalize. */
export function countDevices(
  buckets: readonly (crush_bucket | undefined)[],
  nameMap: ReadonlyMap<number, string>,
): number {
  let count = 0;
  for (const bucket of buckets) {
    for (const item of bucket?.items ?? []) count = Math.max(count, item + 1);
  }
  for (const item of nameMap.keys()) count = Math.max(count, item + 1);
  return count;
}

function decodeBucket(dec: Decoder, slot: number, maxDevices: number): crush_bucket | undefined {
  const at = dec.offset;
  const alg = dec.u32();
  if (alg === 0) return undefined;
  const fail = (reason: string): Error => dec.error(reason, `bucket ${-1 - slot}`, at);
  const id = dec.s32();
  if (id !== -1 - slot) throw fail(`has id ${id}`);
  const type = dec.u16();
  if (type === 0) throw fail('has type 0, the type of devices');
  if (dec.u8() !== alg) throw fail('has two algorithms');
  const hash = dec.u8();
  if (hash !== CRUSH_HASH_RJENKINS1) throw fail(`has the unknown hash ${hash}`);
  const weight = dec.u32();
  const items = decodeS32s(dec, dec.count('size', 4));
  for (const item of items) {
    if (item >= Math.min(maxDevices, CRUSH_ITEM_UNDEF)) {
      throw fail(`holds device ${item} of ${maxDevices}`);
    }
  }
  const header = { id, type, hash, weight, items };
  switch (alg) {
    case CRUSH_BUCKET_UNIFORM:
      return { ...header, alg, itemWeight: decodeWeight(dec) };
    case CRUSH_BUCKET_LIST: {
      const [itemWeights, sumWeights] = decodePairs(dec, items.length);
      return { ...header, alg, itemWeights, sumWeights };
    }
    case CRUSH_BUCKET_TREE:
      return { ...header, alg, nodeWeights: decodeNodeWeights(dec, items.length) };
    case CRUSH_BUCKET_STRAW: {
      const [itemWeights, straws] = decodePairs(dec, items.length);
      return { ...header, alg, itemWeights, straws };
    }
    case CRUSH_BUCKET_STRAW2: {
      // Not by spreading the header: V8 gives each object made so a hidden class of its own, and the
      // mapper's code for the one is thrown away when it meets the next.
      const itemWeights = decodeWeights(dec, items.length);
      return { id, type, hash, weight, items, alg, itemWeights };
    }
    default:
      throw fail(`has the unknown algorithm ${alg}`);
  }
}

function encodeBucket(enc: Encoder, bucket: crush_bucket | undefined): void {
  if (bucket === undefined) {
    enc.u32(0);
    return;
  }
  enc.u32(bucket.alg);
  enc.s32(bucket.id);
  enc.u16(bucket.type);
  enc.u8(bucket.alg);
  enc.u8(bucket.hash);
  enc.u32(bucket.weight);
  enc.u32(bucket.items.length);
  for (const item of bucket.items) enc.s32(item);
  switch (bucket.alg) {
    case CRUSH_BUCKET_UNIFORM:
      enc.u32(bucket.itemWeight);
      break;
    case CRUSH_BUCKET_LIST:
      encodePairs(enc, bucket.itemWeights, bucket.sumWeights);
      break;
    case CRUSH_BUCKET_TREE:
      enc.u8(bucket.nodeWeights.length);
      encodeU32s(enc, bucket.nodeWeights);
      break;
    case CRUSH_BUCKET_STRAW:
      encodePairs(enc, bucket.itemWeights, bucket.straws);
      break;
    case CRUSH_BUCKET_STRAW2:
      encodeU32s(enc, bucket.itemWeights);
      break;
  }
}

/** `count` has been seen to fit, here and below. */
function decodeS32s(dec: Decoder, count: number): Int32Array {
  const values = new Int32Array(count);
  for (let i = 0; i < count; i++) values[i] = dec.s32();
  return values;
}

function decodeWeight(dec: Decoder): number {
  const at = dec.offset;
  const weight = dec.u32();
  if (weight > CRUSH_MAX_BUCKET_WEIGHT) {
    throw dec.error(`${weight} is more than a bucket may weigh`, 'item_weight', at);
  }
  return weight;
}

function decodeWeights(dec: Decoder, count: number): Uint32Array {
  const values = new Uint32Array(count);
  for (let i = 0; i < count; i++) values[i] = decodeWeight(dec);
  return values;
}

function decodePairs(dec: Decoder, count: number): [Uint32Array, Uint32Array] {
  const weights = new Uint32Array(count);
  const others = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    weights[i] = decodeWeight(dec);
    others[i] = dec.u32();
  }
  return [weights, others];
}

function encodePairs(enc: Encoder, weights: Uint32Array, others: Uint32Array): void {
  for (let i = 0; i < weights.length; i++) {
    enc.u32(weights[i] ?? 0);
    enc.u32(others[i] ?? 0);
  }
}

function encodeU32s(enc: Encoder, values: Uint32Array): void {
  for (const value of values) enc.u32(value);
}

/** The walk from the root halves its step down to 1, and item `i` is node `2i + 1`. */
function decodeNodeWeights(dec: Decoder, size: number): Uint32Array {
  const at = dec.offset;
  const count = dec.u8();
  const isTree = count > 1 && (count & (count - 1)) === 0;
  if (size > 0 && !(isTree && size <= count / 2)) {
    throw dec.error(`${count} nodes for ${size} items`, 'num_nodes', at);
  }
  const values = new Uint32Array(count);
  for (let i = 0; i < count; i++) values[i] = dec.u32();
  return values;
}

function decodeRule(dec: Decoder): crush_rule | undefined {
  if (dec.u32() === 0) return undefined;
  const at = dec.offset;
  const len = dec.count('rule.len', 12);
  if (len > RULE_STEPS_MAX) throw dec.error(`${len} steps`, 'rule.len', at);
  const mask = { ruleset: dec.u8(), type: dec.u8(), minSize: dec.u8(), maxSize: dec.u8() };
  const steps = Array.from({ length: len }, () => ({
    op: dec.u32(),
    arg1: dec.s32(),
    arg2: dec.s32(),
  }));
  return { ...mask, steps };
}

function encodeRule(enc: Encoder, rule: crush_rule | undefined): void {
  if (rule === undefined) {
    enc.u32(0);
    return;
  }
  enc.u32(1);
  enc.u32(rule.steps.length);
  enc.u8(rule.ruleset);
  enc.u8(rule.type);
  enc.u8(rule.minSize);
  enc.u8(rule.maxSize);
  for (const step of rule.steps) {
    enc.u32(step.op);
    enc.s32(step.arg1);
    enc.s32(step.arg2);
  }
}

/**
 * Names by number. Maps of very old releases have 64-bit keys; no name is empty, so a length of 0
 * is the upper half of such a key and the length follows. Ceph: decode_32_or_64_string_map.
 */
function decodeNames(dec: Decoder, field: string): Map<number, string> {
  const names = new Map<number, string>();
  const count = dec.count(field, 8);
  for (let i = 0; i < count; i++) {
    const key = dec.s32();
    const name = dec.string(field);
    names.set(key, name === '' ? dec.string(field) : name);
  }
  return names;
}

function decodeTunables(dec: Decoder): crush_tunables {
  let tunables = TUNABLES_LEGACY;
  if (dec.remaining > 0) {
    tunables = {
      ...tunables,
      chooseLocalTries: dec.u32(),
      chooseLocalFallbackTries: dec.u32(),
      chooseTotalTries: dec.u32(),
    };
  }
  if (dec.remaining > 0) tunables = { ...tunables, chooseleafDescendOnce: dec.u32() };
  if (dec.remaining > 0) tunables = { ...tunables, chooseleafVaryR: dec.u8() };
  if (dec.remaining > 0) tunables = { ...tunables, strawCalcVersion: dec.u8() };
  if (dec.remaining > 0) tunables = { ...tunables, allowedBucketAlgs: dec.u32() };
  if (dec.remaining > 0) tunables = { ...tunables, chooseleafStable: dec.u8() };
  return tunables;
}

function decodeMsrTunables(dec: Decoder): crush_msr_tunables {
  return { descents: dec.u32(), collisionTries: dec.u32() };
}

type Classes = Pick<CrushData, 'classMap' | 'className' | 'classBucket'>;

function decodeClasses(dec: Decoder): Classes {
  if (dec.remaining === 0)
    return { classMap: new Map(), className: new Map(), classBucket: new Map() };
  const classMap = decodeMap(dec, 'class_map', 8, () => dec.s32());
  const className = decodeMap(dec, 'class_name', 8, () => dec.string('class_name'));
  const classBucket = decodeMap(dec, 'class_bucket', 8, () =>
    decodeMap(dec, 'class_bucket', 8, () => dec.s32()),
  );
  return { classMap, className, classBucket };
}

/** `size`: bytes of an entry, at least. */
function decodeMap<T>(dec: Decoder, field: string, size: number, value: () => T): Map<number, T> {
  const map = new Map<number, T>();
  const count = dec.count(field, size);
  for (let i = 0; i < count; i++) map.set(dec.s32(), value());
  return map;
}

/** By ascending key, as std::map is written. */
function encodeMap<T>(enc: Encoder, map: ReadonlyMap<number, T>, value: (value: T) => void): void {
  enc.u32(map.size);
  for (const [key, held] of sorted(map)) {
    enc.s32(key);
    value(held);
  }
}

function sorted<T>(map: ReadonlyMap<number, T>): [number, T][] {
  return [...map].sort(([a], [b]) => a - b);
}

function decodeChooseArgs(
  dec: Decoder,
  buckets: readonly (crush_bucket | undefined)[],
): CrushData['chooseArgs'] {
  const chooseArgs: CrushData['chooseArgs'] = new Map();
  const count = dec.count('choose_args', 12);
  for (let i = 0; i < count; i++) {
    const index = dec.s64();
    const args = new Map<number, crush_choose_arg>();
    const size = dec.count('choose_args.args', 12);
    for (let j = 0; j < size; j++) {
      const at = dec.offset;
      const slot = dec.u32();
      if (slot >= buckets.length) throw dec.error(`no slot ${slot}`, 'choose_args', at);
      const bucket = buckets[slot];
      const arg = decodeChooseArg(dec, bucket);
      // Only straw2 buckets have them; Ceph forgets the others too (update_choose_args).
      if (bucket?.alg === CRUSH_BUCKET_STRAW2) args.set(slot, arg);
    }
    chooseArgs.set(index, args);
  }
  return chooseArgs;
}

function decodeChooseArg(dec: Decoder, bucket: crush_bucket | undefined): crush_choose_arg {
  const at = dec.offset;
  const positions = dec.count('weight_set', 4);
  const weightSet = Array.from({ length: positions }, () =>
    decodeWeights(dec, dec.count('weight_set.weights', 4)),
  );
  const ids = decodeS32s(dec, dec.count('ids', 4));
  const size = bucket?.items.length ?? 0;
  if (weightSet.some((weights) => weights.length !== size)) {
    throw dec.error(`a weight set of another size than the ${size} items`, 'choose_args', at);
  }
  if (ids.length !== 0 && ids.length !== size) {
    throw dec.error(`${ids.length} ids for ${size} items`, 'choose_args', at);
  }
  return { weightSet, ids };
}

function encodeChooseArgs(enc: Encoder, chooseArgs: CrushData['chooseArgs']): void {
  enc.u32(chooseArgs.size);
  for (const [index, args] of sorted(chooseArgs)) {
    enc.u64(index);
    enc.u32(args.size);
    for (const [slot, arg] of sorted(args)) {
      enc.u32(slot);
      enc.u32(arg.weightSet.length);
      for (const weights of arg.weightSet) {
        enc.u32(weights.length);
        encodeU32s(enc, weights);
      }
      enc.u32(arg.ids.length);
      for (const id of arg.ids) enc.s32(id);
    }
  }
}
