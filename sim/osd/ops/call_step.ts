import { EINVAL, EIO } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import { ClassContext, type RunStep } from '../cls/ClassContext.ts';
import {
  type ClassMethod,
  type ClassResult,
  METHOD_READS,
  METHOD_WRITES,
} from '../cls/ClassMethod.ts';
import { findMethod, methodNames } from '../cls/classes.ts';
import type { OpContext } from './OpContext.ts';
import { failed, NO_DATA, type StepResult } from './step.ts';

/** CALL. `run`: for the steps that a class takes. */
export function callStep(ctx: OpContext, op: OSDOp, run: RunStep): StepResult {
  const call = methodNames(op);
  if (call === undefined) return failed(EINVAL);
  const method = findMethod(call.className, call.methodName);
  if (typeof method === 'number') return failed(method);
  if (method.flags & METHOD_WRITES) ctx.isUserModify = true;
  const cls = new ClassContext(ctx, run);
  const { rval, out = NO_DATA } = runMethod(method, cls, call.input);
  if (cls.hasRead && !(method.flags & METHOD_READS)) return failed(EIO);
  if (cls.hasWritten && !(method.flags & METHOD_WRITES)) return failed(EIO);
  const { args } = op;
  return args.kind === 'cls'
    ? { rval, out, args: { ...args, outputLength: out.length } }
    : { rval, out };
}

function runMethod(method: ClassMethod, cls: ClassContext, input: Uint8Array): ClassResult {
  try {
    return method.run(cls, input);
  } catch (error) {
    if (error instanceof DecodeError) return { rval: -EINVAL };
    throw error;
  }
}
