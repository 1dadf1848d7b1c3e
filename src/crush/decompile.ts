/**
 * From a map to crushtool's language, to the byte. Ceph: src/crush/CrushCompiler.cc, decompile.
 */
import { bucketItemWeights } from './builder.ts';
import type { CrushData } from './crush_codec.ts';
import {
  CRUSH_BUCKET_LIST,
  CRUSH_BUCKET_TREE,
  CRUSH_BUCKET_UNIFORM,
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSE_MSR,
  CRUSH_RULE_CHOOSELEAF_FIRSTN,
  CRUSH_RULE_CHOOSELEAF_INDEP,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_NOOP,
  CRUSH_RULE_TAKE,
  type crush_bucket,
  type crush_choose_arg,
  type crush_msr_tunables,
  type crush_rule,
  type crush_rule_step,
} from './crush_types.ts';
import { BUCKET_ALGS, RULE_TYPES, SET_STEPS, wordOf } from './crush_words.ts';
import { isShadowName, splitIdClass } from './device_classes.ts';
import { isMsrRule } from './mapper_msr.ts';
import { TUNABLES_LEGACY, TUNABLES_MSR } from './tunables.ts';

export function decompileCrush(crush: CrushData): string {
  return [
    '# begin crush map',
    ...tunables(crush),
    '',
    '# devices',
    ...devices(crush),
    '',
    '# types',
    ...types(crush),
    '',
    '# buckets',
    ...bucketsBottomUp(crush).flatMap((bucket) => bucketLines(crush, bucket)),
    '',
    '# rules',
    ...crush.rules.flatMap((rule, id) => (rule === undefined ? [] : ruleLines(crush, rule, id))),
    ...chooseArgs(crush),
    '',
    '# end crush map',
    '',
  ].join('\n');
}

/** Only what is not as in a map that says nothing. */
function tunables({ tunables: t }: CrushData): string[] {
  const rows: [word: string, value: number, legacy: number][] = [
    ['choose_local_tries', t.chooseLocalTries, TUNABLES_LEGACY.chooseLocalTries],
    [
      'choose_local_fallback_tries',
      t.chooseLocalFallbackTries,
      TUNABLES_LEGACY.chooseLocalFallbackTries,
    ],
    ['choose_total_tries', t.chooseTotalTries, TUNABLES_LEGACY.chooseTotalTries],
    ['chooseleaf_descend_once', t.chooseleafDescendOnce, 0],
    ['chooseleaf_vary_r', t.chooseleafVaryR, 0],
    ['chooseleaf_stable', t.chooseleafStable, 0],
    ['straw_calc_version', t.strawCalcVersion, 0],
    ['allowed_bucket_algs', t.allowedBucketAlgs, TUNABLES_LEGACY.allowedBucketAlgs],
  ];
  return [
    ...rows
      .filter(([, value, legacy]) => value !== legacy)
      .map(([word, value]) => `tunable ${word} ${value | 0}`),
    ...msrTunables(t.msr ?? TUNABLES_MSR),
  ];
}

/** Both, if one of them is not as in a map that says nothing. */
function msrTunables({ descents, collisionTries }: crush_msr_tunables): string[] {
  if (descents === TUNABLES_MSR.descents && collisionTries === TUNABLES_MSR.collisionTries) {
    return [];
  }
  return [`tunable msr_descents ${descents}`, `tunable msr_collision_tries ${collisionTries}`];
}

function devices(crush: CrushData): string[] {
  return [...crush.nameMap]
    .filter(([id]) => id >= 0)
    .sort(([a], [b]) => a - b)
    .map(([id, name]) => `device ${id} ${name}${classSuffix(crush, crush.classMap.get(id))}`);
}

function classSuffix(crush: CrushData, classId: number | undefined): string {
  const name = classId === undefined ? undefined : crush.className.get(classId);
  return name === undefined ? '' : ` class ${name}`;
}

function types(crush: CrushData): string[] {
  const named = [...crush.typeMap].sort(([a], [b]) => a - b);
  const lines = named.map(([id, name]) => `type ${id} ${name}`);
  return named.length > 0 && !crush.typeMap.has(0) ? ['type 0 osd', ...lines] : lines;
}

/** Each bucket after those that it holds. */
function bucketsBottomUp(crush: CrushData): crush_bucket[] {
  const done = new Set<crush_bucket>();
  const visit = (bucket: crush_bucket | undefined): void => {
    if (bucket === undefined || done.has(bucket)) return;
    for (const item of bucket.items) if (item < 0) visit(crush.buckets[-1 - item]);
    done.add(bucket);
  };
  for (const bucket of crush.buckets) visit(bucket);
  return [...done].filter(({ id }) => !isShadowName(crush.nameMap.get(id)));
}

function bucketLines(crush: CrushData, bucket: crush_bucket): string[] {
  const shadows = [...(crush.classBucket.get(bucket.id) ?? [])].sort(([a], [b]) => a - b);
  const weights = bucketItemWeights(bucket);
  const hasPlaces = bucket.alg === CRUSH_BUCKET_UNIFORM || bucket.alg === CRUSH_BUCKET_TREE;
  const keep = '\t\t# do not change unnecessarily';
  return [
    `${typeName(crush, bucket.type)} ${itemName(crush, bucket.id)} {`,
    `\tid ${bucket.id}${keep}`,
    ...shadows.map(([id, shadow]) => `\tid ${shadow}${classSuffix(crush, id)}${keep}`),
    `\t# weight ${fixedPoint(bucket.weight)}`,
    `\talg ${wordOf(BUCKET_ALGS, bucket.alg)}${algNote(bucket)}`,
    `\thash ${bucket.hash}\t# rjenkins1`,
    ...Array.from(bucket.items, (item, i) => {
      const pos = hasPlaces ? ` pos ${i}` : '';
      return `\titem ${itemName(crush, item)} weight ${fixedPoint(weights[i] ?? 0)}${pos}`;
    }),
    '}',
  ];
}

function algNote(bucket: crush_bucket): string {
  switch (bucket.alg) {
    case CRUSH_BUCKET_UNIFORM:
      return `\t# do not change bucket size (${bucket.items.length}) unnecessarily`;
    case CRUSH_BUCKET_LIST:
      return '\t# add new items at the end; do not change order unnecessarily';
    case CRUSH_BUCKET_TREE:
      return '\t# do not change pos for existing items unnecessarily';
    default:
      return '';
  }
}

function ruleLines(crush: CrushData, rule: crush_rule, id: number): string[] {
  const name = crush.ruleNameMap.get(id) ?? '';
  // MSR rules are of releases that know no sizes.
  const sizes = [`\tmin_size ${rule.minSize}`, `\tmax_size ${rule.maxSize}`];
  const warning = `\t# WARNING: ruleset ${rule.ruleset} != id ${id}`;
  return [
    `rule ${name} {`,
    `\tid ${id}`,
    ...(rule.ruleset === id ? [] : [`${warning}; this will not recompile to the same map`]),
    `\ttype ${wordOf(RULE_TYPES, rule.type) ?? rule.type}`,
    ...(isMsrRule(rule) ? [] : sizes),
    ...rule.steps.flatMap((step) => stepText(crush, step) ?? []).map((text) => `\tstep ${text}`),
    '}',
  ];
}

export function stepText(crush: CrushData, step: crush_rule_step): string | undefined {
  const choice = `${step.arg1} type ${typeName(crush, step.arg2)}`;
  switch (step.op) {
    case CRUSH_RULE_NOOP:
      return 'noop';
    case CRUSH_RULE_TAKE: {
      const { id, classId } = splitIdClass(crush, step.arg1);
      return `take ${itemName(crush, id)}${classSuffix(crush, classId)}`;
    }
    case CRUSH_RULE_EMIT:
      return 'emit';
    case CRUSH_RULE_CHOOSE_FIRSTN:
      return `choose firstn ${choice}`;
    case CRUSH_RULE_CHOOSE_INDEP:
      return `choose indep ${choice}`;
    case CRUSH_RULE_CHOOSELEAF_FIRSTN:
      return `chooseleaf firstn ${choice}`;
    case CRUSH_RULE_CHOOSELEAF_INDEP:
      return `chooseleaf indep ${choice}`;
    case CRUSH_RULE_CHOOSE_MSR:
      return `choosemsr ${choice}`;
    default: {
      const word = wordOf(SET_STEPS, step.op);
      return word === undefined ? undefined : `${word} ${step.arg1}`;
    }
  }
}

function chooseArgs(crush: CrushData): string[] {
  if (crush.chooseArgs.size === 0) return [];
  const maps = [...crush.chooseArgs].sort(([a], [b]) => a - b);
  return [
    '',
    '# choose_args',
    ...maps.flatMap(([index, args]) => [
      `choose_args ${index} {`,
      ...[...args].sort(([a], [b]) => a - b).flatMap(([slot, arg]) => chooseArg(slot, arg)),
      '}',
    ]),
  ];
}

function chooseArg(slot: number, { weightSet, ids }: crush_choose_arg): string[] {
  if (weightSet.length === 0 && ids.length === 0) return [];
  const rows = weightSet.map((row) => `      [ ${Array.from(row, fixedPoint).join(' ')} ]`);
  return [
    '  {',
    `    bucket_id ${-1 - slot}`,
    ...(rows.length > 0 ? ['    weight_set [', ...rows, '    ]'] : []),
    ...(ids.length > 0 ? [`    ids [ ${ids.join(' ')} ]`] : []),
    '  }',
  ];
}

function typeName(crush: CrushData, type: number): string {
  return crush.typeMap.get(type) ?? (type === 0 ? 'device' : `type${type}`);
}

function itemName(crush: CrushData, id: number): string {
  return crush.nameMap.get(id) ?? (id >= 0 ? `device${id}` : `bucket${-1 - id}`);
}

/**
 * A weight is an int there, and a float before "%.3f" prints it: halfway between two thousandths
 * that takes the even one, where toFixed takes the greater. The products are exact.
 */
function fixedPoint(weight: number): string {
  const thousandths = (Math.fround(weight | 0) * 1000) / 0x10000;
  const halfway = Math.abs(thousandths % 1) === 0.5;
  const rounded = halfway ? Math.round(thousandths / 2) * 2 : thousandths;
  return (rounded / 1000).toFixed(3);
}
