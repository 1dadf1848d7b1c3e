import { bucketItemWeights } from '../../crush/builder.ts';
import type { CrushData } from '../../crush/crush_codec.ts';
import {
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSELEAF_FIRSTN,
  CRUSH_RULE_CHOOSELEAF_INDEP,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_TAKE,
  type crush_rule,
} from '../../crush/crush_types.ts';

/** What a rule can reach, and what of it lies below what. */
export class RuleTree {
  readonly #crush: CrushData;
  readonly #rule: crush_rule;
  readonly #roots: readonly number[];
  readonly #weights = new Map<number, number>();
  /** By bucket: all that lies in it, at any depth, and itself. */
  readonly #contents = new Map<number, ReadonlySet<number>>();

  constructor(crush: CrushData, rule: crush_rule) {
    const takes = rule.steps.filter(({ op }) => op === CRUSH_RULE_TAKE).map(({ arg1 }) => arg1);
    this.#crush = crush;
    this.#rule = rule;
    this.#roots = [...new Set(takes)].sort((a, b) => a - b);
    for (const root of takes) this.#weigh(root);
  }

  /** 0: not there, or of no weight. Ceph: CrushWrapper::get_rule_weight_osd_map. */
  weightOf(osd: number): number {
    return this.#weights.get(osd) ?? 0;
  }

  /** Whether the rule could have chosen these devices. Ceph: CrushWrapper::verify_upmap. */
  allows(osds: readonly number[], size: number): boolean {
    let root = 0;
    let cursor = 0;
    const types = new Map<number, number>();
    for (const { op, arg1, arg2: type } of this.#rule.steps) {
      const count = arg1 <= 0 ? arg1 + size : arg1;
      if (op === CRUSH_RULE_TAKE) root = arg1;
      else if (op === CRUSH_RULE_EMIT) {
        const wanted = [...types.values()].reduce((product, n) => product * n, 1);
        const chosen = root < 0 ? osds.slice(cursor, cursor + Math.max(wanted, 0)) : [];
        if (chosen.some((osd) => !this.#contains(root, osd))) return false;
        cursor += chosen.length;
        types.clear();
        root = 0;
      } else if (CHOOSES.has(op)) {
        if (!types.has(type)) types.set(type, count);
        if (type !== 0 && !this.#fits(osds, type, LEAVES.has(op) ? undefined : count)) return false;
      }
    }
    return true;
  }

  /** Below buckets of a type: one each, or (`most`) no more than so many buckets. */
  #fits(osds: readonly number[], type: number, most: number | undefined): boolean {
    const inBuckets = new Map<number, Set<number>>();
    for (const osd of osds) {
      const bucket = this.#bucketOf(osd, type);
      if (bucket !== undefined)
        inBuckets.set(bucket, (inBuckets.get(bucket) ?? new Set()).add(osd));
    }
    if (most !== undefined) return inBuckets.size <= most;
    return [...inBuckets.values()].every((held) => held.size === 1);
  }

  #bucketOf(osd: number, type: number): number | undefined {
    return this.#roots
      .flatMap((root) => this.#ofType(root, type))
      .find((bucket) => this.#contains(bucket, osd));
  }

  #ofType(id: number, type: number): readonly number[] {
    const bucket = this.#crush.buckets[-1 - id];
    if (bucket === undefined || bucket.type < type) return [];
    if (bucket.type === type) return [id];
    return [...bucket.items].flatMap((item) => this.#ofType(item, type));
  }

  #contains(root: number, item: number): boolean {
    let contents = this.#contents.get(root);
    if (contents === undefined) {
      contents = new Set(this.#below(root));
      this.#contents.set(root, contents);
    }
    return contents.has(item);
  }

  #below(id: number): number[] {
    const bucket = this.#crush.buckets[-1 - id];
    return [id, ...[...(bucket?.items ?? [])].flatMap((item) => this.#below(item))];
  }

  /** Adds each device's share of what lies below a root: of nothing, that is no number. */
  #weigh(root: number): void {
    const weights = new Map<number, number>();
    let sum = 0;
    const add = (item: number, weight: number) => {
      weights.set(item, weight);
      sum += weight;
    };
    if (root >= 0) add(root, 1);
    const queue = [root];
    for (const id of queue) {
      const bucket = this.#crush.buckets[-1 - id];
      if (bucket === undefined) continue;
      const itemWeights = bucketItemWeights(bucket);
      for (const [i, item] of bucket.items.entries()) {
        if (item >= 0) add(item, itemWeights[i] ?? 0);
        else queue.push(item);
      }
    }
    for (const [osd, weight] of weights) {
      this.#weights.set(osd, (this.#weights.get(osd) ?? 0) + weight / sum);
    }
  }
}

const LEAVES = new Set([CRUSH_RULE_CHOOSELEAF_FIRSTN, CRUSH_RULE_CHOOSELEAF_INDEP]);
const CHOOSES = new Set([...LEAVES, CRUSH_RULE_CHOOSE_FIRSTN, CRUSH_RULE_CHOOSE_INDEP]);
