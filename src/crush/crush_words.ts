/** Words of crushtool's language and of its JSON for the numbers of the map. */
import {
  CRUSH_BUCKET_LIST,
  CRUSH_BUCKET_STRAW,
  CRUSH_BUCKET_STRAW2,
  CRUSH_BUCKET_TREE,
  CRUSH_BUCKET_UNIFORM,
  CRUSH_RULE_SET_CHOOSE_LOCAL_FALLBACK_TRIES,
  CRUSH_RULE_SET_CHOOSE_LOCAL_TRIES,
  CRUSH_RULE_SET_CHOOSE_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_STABLE,
  CRUSH_RULE_SET_CHOOSELEAF_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_VARY_R,
  CRUSH_RULE_SET_MSR_COLLISION_TRIES,
  CRUSH_RULE_SET_MSR_DESCENTS,
  CRUSH_RULE_TYPE_ERASURE,
  CRUSH_RULE_TYPE_MSR_FIRSTN,
  CRUSH_RULE_TYPE_MSR_INDEP,
  CRUSH_RULE_TYPE_REPLICATED,
} from './crush_types.ts';

export const BUCKET_ALGS: ReadonlyMap<string, number> = new Map([
  ['uniform', CRUSH_BUCKET_UNIFORM],
  ['list', CRUSH_BUCKET_LIST],
  ['tree', CRUSH_BUCKET_TREE],
  ['straw', CRUSH_BUCKET_STRAW],
  ['straw2', CRUSH_BUCKET_STRAW2],
]);

export const SET_STEPS: ReadonlyMap<string, number> = new Map([
  ['set_choose_tries', CRUSH_RULE_SET_CHOOSE_TRIES],
  ['set_choose_local_tries', CRUSH_RULE_SET_CHOOSE_LOCAL_TRIES],
  ['set_choose_local_fallback_tries', CRUSH_RULE_SET_CHOOSE_LOCAL_FALLBACK_TRIES],
  ['set_chooseleaf_tries', CRUSH_RULE_SET_CHOOSELEAF_TRIES],
  ['set_chooseleaf_vary_r', CRUSH_RULE_SET_CHOOSELEAF_VARY_R],
  ['set_chooseleaf_stable', CRUSH_RULE_SET_CHOOSELEAF_STABLE],
  ['set_msr_descents', CRUSH_RULE_SET_MSR_DESCENTS],
  ['set_msr_collision_tries', CRUSH_RULE_SET_MSR_COLLISION_TRIES],
]);

export const RULE_TYPES: ReadonlyMap<string, number> = new Map([
  ['replicated', CRUSH_RULE_TYPE_REPLICATED],
  ['erasure', CRUSH_RULE_TYPE_ERASURE],
  ['msr_firstn', CRUSH_RULE_TYPE_MSR_FIRSTN],
  ['msr_indep', CRUSH_RULE_TYPE_MSR_INDEP],
]);

/** The word for a number of one of those. */
export function wordOf(words: ReadonlyMap<string, number>, number: number): string | undefined {
  for (const [word, known] of words) if (known === number) return word;
  return undefined;
}
