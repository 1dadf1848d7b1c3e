import type { Options } from '../common/options.ts';
import { Throttle } from '../common/Throttle.ts';
import type { OSDOp } from '../osd/OSDOp.ts';
import type { Op } from './Op.ts';

/**
 * How many ops, and bytes asked for, may be out at once; the rest waits in the order of submission.
 * Ceph: Objecter::op_throttle_ops, op_throttle_bytes.
 */
export class OpBudget {
  readonly #ops: Throttle;
  readonly #bytes: Throttle;
  readonly #granted: (op: Op) => void;

  /** `granted` is called for each op that was not released before its turn. */
  constructor(conf: Options, granted: (op: Op) => void) {
    this.#ops = new Throttle(conf.objecter_inflight_ops);
    this.#bytes = new Throttle(conf.objecter_inflight_op_bytes);
    this.#granted = granted;
  }

  /** Units that are out. */
  get current(): { readonly ops: number; readonly bytes: number } {
    return { ops: this.#ops.current, bytes: this.#bytes.current };
  }

  take(op: Op): void {
    if (this.#ops.getOrFail(1)) this.#takeBytes(op);
    else op.waiter = this.#ops.get(1, () => this.#takeBytes(op));
  }

  /** Gives back what `op` has, or its place in the queue. Ops that waited may be granted in this call. */
  release(op: Op): void {
    const { budget, waiter } = op;
    op.budget = 'none';
    op.waiter = undefined;
    if (waiter !== undefined) (budget === 'none' ? this.#ops : this.#bytes).cancel(waiter);
    if (budget === 'op and bytes') this.#bytes.put(calcOpBudget(op.ops));
    if (budget !== 'none') this.#ops.put(1);
  }

  #takeBytes(op: Op): void {
    op.budget = 'op';
    op.waiter = undefined;
    const bytes = calcOpBudget(op.ops);
    if (this.#bytes.getOrFail(bytes)) this.#grant(op);
    else op.waiter = this.#bytes.get(bytes, () => this.#grant(op));
  }

  #grant(op: Op): void {
    op.budget = 'op and bytes';
    op.waiter = undefined;
    this.#granted(op);
  }
}

/** Ceph: Objecter::calc_op_budget. A read of a whole object counts nothing: its size is not known. */
function calcOpBudget(ops: readonly OSDOp[]): number {
  let bytes = 0;
  for (const { args } of ops) {
    if (args.kind === 'extent') bytes += Math.max(args.length, 0);
    else if (args.kind === 'xattr') bytes += args.nameLength + args.valueLength;
  }
  return bytes;
}
