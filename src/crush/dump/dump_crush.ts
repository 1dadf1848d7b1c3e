import type { Json } from '../../common/json_formatter.ts';
import { bucketItemWeights } from '../builder.ts';
import type { CrushData } from '../crush_codec.ts';
import {
  CRUSH_BUCKET_STRAW2,
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSE_MSR,
  CRUSH_RULE_CHOOSELEAF_FIRSTN,
  CRUSH_RULE_CHOOSELEAF_INDEP,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_NOOP,
  CRUSH_RULE_SET_CHOOSE_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_STABLE,
  CRUSH_RULE_SET_CHOOSELEAF_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_VARY_R,
  CRUSH_RULE_SET_MSR_COLLISION_TRIES,
  CRUSH_RULE_SET_MSR_DESCENTS,
  CRUSH_RULE_TAKE,
  type crush_bucket,
  type crush_choose_arg,
  type crush_rule,
  type crush_rule_step,
  type crush_tunables,
} from '../crush_types.ts';
import { BUCKET_ALGS, SET_STEPS, wordOf } from '../crush_words.ts';
import { TUNABLES_JEWEL, TUNABLES_LEGACY } from '../tunables.ts';

const WEIGHT_ONE = 0x10000;

/** What the elements of its lists are called in XML, by the list. */
const DUMP_ELEMENTS: ReadonlyMap<string, string> = new Map([
  ['devices', 'device'],
  ['types', 'type'],
  ['buckets', 'bucket'],
  ['items', 'item'],
  ['rules', 'rule'],
  ['steps', 'step'],
  ['weight_set', 'weights'],
  ['weights', 'weight'],
  ['ids', 'id'],
]);

export function dumpElements({ chooseArgs }: CrushData): ReadonlyMap<string, string> {
  const ofArgs = [...chooseArgs.keys()].map((index) => [String(index), 'choose_args'] as const);
  return new Map([...DUMP_ELEMENTS, ...ofArgs]);
}

/** A map as `crushtool --dump` shows it. Ceph: CrushWrapper::dump. */
export function dumpCrush(crush: CrushData): Json {
  return {
    devices: Array.from({ length: crush.maxDevices }, (_, id) => dumpDevice(crush, id)),
    types: dumpTypes(crush),
    buckets: crush.buckets
      .filter((bucket) => bucket !== undefined)
      .map((bucket) => dumpBucket(crush, bucket)),
    rules: crush.rules.flatMap((rule, id) => (rule === undefined ? [] : dumpRule(crush, rule, id))),
    tunables: dumpTunables(crush),
    choose_args: new Map(
      sorted(crush.chooseArgs).map(([index, args]) => [String(index), dumpChooseArgs(args)]),
    ),
  };
}

function sorted<T>(map: ReadonlyMap<number, T>): [number, T][] {
  return [...map].sort(([a], [b]) => a - b);
}

function dumpDevice(crush: CrushData, id: number): Json {
  const className = crush.className.get(crush.classMap.get(id) ?? -1);
  return {
    id,
    name: crush.nameMap.get(id) ?? `device${id}`,
    ...(className === undefined ? {} : { class: className }),
  };
}

function dumpTypes(crush: CrushData): Json[] {
  const named = sorted(crush.typeMap).map(([id, name]) => ({ type_id: id, name }));
  const isNameless = named.length > 0 && !crush.typeMap.has(0);
  return isNameless ? [{ type_id: 0, name: 'device' }, ...named] : named;
}

function dumpBucket(crush: CrushData, bucket: crush_bucket): Json {
  const name = crush.nameMap.get(bucket.id);
  const typeName = crush.typeMap.get(bucket.type);
  const weights = bucketItemWeights(bucket);
  return {
    id: bucket.id,
    ...(name === undefined ? {} : { name }),
    type_id: bucket.type,
    ...(typeName === undefined ? {} : { type_name: typeName }),
    weight: bucket.weight | 0,
    alg: wordOf(BUCKET_ALGS, bucket.alg) ?? '',
    hash: 'rjenkins1',
    items: Array.from(bucket.items, (id, pos) => ({ id, weight: (weights[pos] ?? 0) | 0, pos })),
  };
}

function dumpRule(crush: CrushData, rule: crush_rule, id: number): Json {
  const name = crush.ruleNameMap.get(id);
  return {
    rule_id: id,
    ...(name === undefined ? {} : { rule_name: name }),
    ruleset: rule.ruleset,
    type: rule.type,
    min_size: rule.minSize,
    max_size: rule.maxSize,
    steps: rule.steps.map((step) => dumpStep(crush, step)),
  };
}

const CHOOSE_OPS: Readonly<Record<number, string>> = {
  [CRUSH_RULE_CHOOSE_FIRSTN]: 'choose_firstn',
  [CRUSH_RULE_CHOOSE_INDEP]: 'choose_indep',
  [CRUSH_RULE_CHOOSELEAF_FIRSTN]: 'chooseleaf_firstn',
  [CRUSH_RULE_CHOOSELEAF_INDEP]: 'chooseleaf_indep',
  [CRUSH_RULE_CHOOSE_MSR]: 'choosemsr',
};

/** The original knows no names for the others. */
const NAMED_SETS = new Set([
  CRUSH_RULE_SET_CHOOSE_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_TRIES,
  CRUSH_RULE_SET_MSR_DESCENTS,
  CRUSH_RULE_SET_MSR_COLLISION_TRIES,
]);

function dumpStep(crush: CrushData, { op, arg1, arg2 }: crush_rule_step): Json {
  if (op === CRUSH_RULE_NOOP) return { op: 'noop' };
  if (op === CRUSH_RULE_EMIT) return { op: 'emit' };
  if (op === CRUSH_RULE_TAKE) {
    return { op: 'take', item: arg1, item_name: crush.nameMap.get(arg1) ?? '' };
  }
  const choose = CHOOSE_OPS[op];
  if (choose !== undefined) {
    return { op: choose, num: arg1, type: crush.typeMap.get(arg2) ?? '' };
  }
  if (NAMED_SETS.has(op)) {
    return { op: wordOf(SET_STEPS, op) ?? '', num: arg1 };
  }
  return { opcode: op, arg1, arg2 };
}

function dumpTunables(crush: CrushData): Json {
  const { tunables: t } = crush;
  const used = usedFeatures(crush);
  const profile = profileOf(t);
  const flag = (isSet: boolean): number => (isSet ? 1 : 0);
  return {
    choose_local_tries: t.chooseLocalTries,
    choose_local_fallback_tries: t.chooseLocalFallbackTries,
    choose_total_tries: t.chooseTotalTries,
    chooseleaf_descend_once: t.chooseleafDescendOnce,
    chooseleaf_vary_r: t.chooseleafVaryR,
    chooseleaf_stable: t.chooseleafStable,
    straw_calc_version: t.strawCalcVersion,
    allowed_bucket_algs: t.allowedBucketAlgs,
    profile,
    optimal_tunables: flag(profile === 'jewel'),
    legacy_tunables: flag(profile === 'argonaut'),
    minimum_required_version: used.version,
    require_feature_tunables: flag(used.tunables),
    require_feature_tunables2: flag(used.tunables2),
    has_v2_rules: flag(used.v2Rules),
    require_feature_tunables3: flag(used.tunables3),
    has_v3_rules: flag(used.v3Rules),
    has_v4_buckets: flag(used.v4Buckets),
    require_feature_tunables5: flag(used.tunables5),
    has_v5_rules: flag(used.v5Rules),
  };
}

const V2_STEPS = new Set([
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSELEAF_INDEP,
  CRUSH_RULE_SET_CHOOSE_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_TRIES,
]);

/** What of the map an old client would not understand. */
function usedFeatures({ tunables: t, rules, buckets }: CrushData): {
  tunables: boolean;
  tunables2: boolean;
  tunables3: boolean;
  tunables5: boolean;
  v2Rules: boolean;
  v3Rules: boolean;
  v4Buckets: boolean;
  v5Rules: boolean;
  version: string;
} {
  const ops = new Set(rules.flatMap((rule) => rule?.steps.map(({ op }) => op) ?? []));
  const tunables =
    t.chooseLocalTries !== TUNABLES_LEGACY.chooseLocalTries ||
    t.chooseLocalFallbackTries !== TUNABLES_LEGACY.chooseLocalFallbackTries ||
    t.chooseTotalTries !== TUNABLES_LEGACY.chooseTotalTries;
  const tunables2 = t.chooseleafDescendOnce !== 0;
  const tunables3 = t.chooseleafVaryR !== 0;
  const tunables5 = t.chooseleafStable !== 0;
  const v2Rules = [...V2_STEPS].some((op) => ops.has(op));
  const v3Rules = ops.has(CRUSH_RULE_SET_CHOOSELEAF_VARY_R);
  const v4Buckets = buckets.some((bucket) => bucket?.alg === CRUSH_BUCKET_STRAW2);
  const v5Rules = ops.has(CRUSH_RULE_SET_CHOOSELEAF_STABLE);
  let version = 'argonaut';
  if (v5Rules || tunables5) version = 'jewel';
  else if (v4Buckets) version = 'hammer';
  else if (tunables3) version = 'firefly';
  else if (tunables2 || tunables) version = 'bobtail';
  return {
    tunables,
    tunables2,
    tunables3,
    tunables5,
    v2Rules,
    v3Rules,
    v4Buckets,
    v5Rules,
    version,
  };
}

/** The release whose tunables these are; how straws are worked out does not count. */
function profileOf(tunables: crush_tunables): string {
  const bobtail = {
    ...TUNABLES_JEWEL,
    chooseleafVaryR: 0,
    chooseleafStable: 0,
    allowedBucketAlgs: TUNABLES_LEGACY.allowedBucketAlgs,
  };
  const firefly = { ...bobtail, chooseleafVaryR: 1 };
  const hammer = { ...TUNABLES_JEWEL, chooseleafStable: 0 };
  const profiles = { argonaut: TUNABLES_LEGACY, bobtail, firefly, hammer, jewel: TUNABLES_JEWEL };
  const text = profileText(tunables);
  const found = Object.entries(profiles).find(([, profile]) => profileText(profile) === text);
  return found?.[0] ?? 'unknown';
}

function profileText(t: crush_tunables): string {
  const tries = [t.chooseLocalTries, t.chooseLocalFallbackTries, t.chooseTotalTries];
  const leaf = [t.chooseleafDescendOnce, t.chooseleafVaryR, t.chooseleafStable];
  return [...tries, ...leaf, t.allowedBucketAlgs].join();
}

function dumpChooseArgs(args: ReadonlyMap<number, crush_choose_arg>): Json {
  return sorted(args).map(([slot, { weightSet, ids }]) => ({
    bucket_id: -1 - slot,
    ...(weightSet.length === 0
      ? {}
      : {
          weight_set: weightSet.map((weights) =>
            Array.from(weights, (weight) => Math.fround(weight / WEIGHT_ONE)),
          ),
        }),
    ...(ids.length === 0 ? {} : { ids: [...ids] }),
  }));
}
