import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import type { OSDOpArgs } from '../../../src/osd/osd_op_args.ts';
import type { OpContext } from './OpContext.ts';

export const NO_DATA: Uint8Array = new Uint8Array(0);

/** What one step of an op gives. */
export interface StepResult {
  /** Undefined: as the step before, as of those that never set it in PrimaryLogPG::do_osd_ops. */
  readonly rval: number | undefined;
  readonly out: Uint8Array;
  /** What the reply says in place of the arguments that were asked for. */
  readonly args?: OSDOpArgs;
}

/** Throws DecodeError where `indata` makes no sense: that step is answered EINVAL. */
export type Step = (ctx: OpContext, op: OSDOp) => StepResult;

export type Steps = readonly (readonly [code: number, step: Step])[];

export const DONE: StepResult = { rval: 0, out: NO_DATA };
/** Nothing to say, and the result stays. */
export const NOTHING: StepResult = { rval: undefined, out: NO_DATA };

export function failed(errno: number): StepResult {
  return { rval: -errno, out: NO_DATA };
}

export function gave(out: Uint8Array): StepResult {
  return { rval: 0, out };
}
