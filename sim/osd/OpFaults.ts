import type { Random } from '../../src/common/Random.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';

/** What happens to an op in place of being served, or besides. */
export type OpTrouble =
  /** It is looked at again `ms` later, once: a queue that is long, a copy that is repaired first. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Dropped without a word, as ops are that another OSD is to serve. */
  | { readonly kind: 'drop' }
  /** Waits for as long as the rule lasts: what it reads is nowhere to be found. */
  | { readonly kind: 'block' }
  /** The client is asked to send nothing for the PG, or the object, until the rule is over. */
  | { readonly kind: 'backoff'; readonly isWholePg: boolean }
  /** Answered with an errno. */
  | { readonly kind: 'fail'; readonly errno: number }
  /** The true reply, and one more that is not to be believed. */
  | { readonly kind: 'stray'; readonly how: 'twice' | 'older attempt' | 'unknown tid' }
  /** A reply that does not fit the op. */
  | { readonly kind: 'misshapen'; readonly how: 'fewer steps' | 'more steps' | 'too long' };

/** Which ops it is for; what is left out stands for all. */
export interface OpRule {
  readonly trouble: OpTrouble;
  /** One in so many, by chance. Default: each. */
  readonly oneIn?: number;
  readonly pool?: number;
  readonly oid?: string;
  /** The PG of a seed. */
  readonly seed?: number;
  /** Those that any member of the PG may serve, at one that is not its primary. */
  readonly atReplica?: boolean;
}

/** The rules by which one OSD treats ops badly. Each lasts until what `add` answers is called. */
export class OpFaults {
  readonly #random: Random;
  readonly #rules = new Set<OpRule>();
  readonly #onEnd: (trouble: OpTrouble) => void;

  /** `onEnd`: a rule is over, and what it has blocked may go on. */
  constructor(random: Random, onEnd: (trouble: OpTrouble) => void) {
    this.#random = random;
    this.#onEnd = onEnd;
  }

  add(rule: OpRule): () => void {
    this.#rules.add(rule);
    return () => {
      if (this.#rules.delete(rule)) this.#onEnd(rule.trouble);
    };
  }

  /** What is to happen to `op`; undefined: it is served. `isLate`: it has been delayed before. */
  draw(op: MOSDOp, isPrimary: boolean, isLate: boolean): OpTrouble | undefined {
    for (const rule of this.#rules) {
      if (!matches(rule, op) || (rule.atReplica === true && isPrimary)) continue;
      if (isLate && rule.trouble.kind === 'delay') continue;
      if (rule.oneIn !== undefined && this.#random.uint32() % rule.oneIn !== 0) continue;
      return rule.trouble;
    }
    return undefined;
  }
}

function matches(rule: OpRule, { oid, pgid: { pgid } }: MOSDOp): boolean {
  const { pool = pgid.pool, seed = pgid.seed } = rule;
  return (rule.oid ?? oid) === oid && pool === pgid.pool && seed === pgid.seed;
}
