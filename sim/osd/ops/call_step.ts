import { Encoder } from '../../../src/common/Encoder.ts';
import { EINVAL, EIO } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import { encodeArgs, type OSDOpArgs } from '../../../src/osd/osd_op_args.ts';
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

/** Where an extent's length is in the union. */
const EXTENT_LENGTH_AT = 8;

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
  return { rval, out, args: argsWithLength(op.args, out.length) };
}

function runMethod(method: ClassMethod, cls: ClassContext, input: Uint8Array): ClassResult {
  try {
    return method.run(cls, input);
  } catch (error) {
    if (error instanceof DecodeError) return { rval: -EINVAL };
    throw error;
  }
}

/** The length of the output stands where an extent has its own, behind what names the method. */
function argsWithLength(args: OSDOpArgs, length: number): OSDOpArgs {
  const enc = new Encoder(32);
  encodeArgs(enc, args);
  enc.patchU64(EXTENT_LENGTH_AT, length);
  return { kind: 'raw', bytes: enc.take() };
}
