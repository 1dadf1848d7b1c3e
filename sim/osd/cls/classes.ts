import { Decoder } from '../../../src/common/Decoder.ts';
import { EOPNOTSUPP, EPERM } from '../../../src/common/errno.ts';
import { utf8Decode } from '../../../src/common/utf8.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import type { ClassMethod, ClassMethods } from './ClassMethod.ts';
import { HELLO } from './cls_hello.ts';
import { LOCK } from './cls_lock.ts';
import { NUMOPS } from './cls_numops.ts';
import { REFCOUNT } from './cls_refcount.ts';
import { VERSION } from './cls_version.ts';

const CLASSES: ReadonlyMap<string, ClassMethods> = new Map([
  ['hello', HELLO],
  ['lock', LOCK],
  ['numops', NUMOPS],
  ['refcount', REFCOUNT],
  ['version', VERSION],
]);

/** osd_class_load_list: others may not be loaded. */
const MAY_LOAD =
  'cephfs hello journal lock log numops otp rbd refcount rgw rgw_gc timeindex user version cas cmpomap queue 2pc_queue fifo'.split(
    ' ',
  );

/** Or the errno with which a call of it is refused. */
export function findMethod(className: string, methodName: string): ClassMethod | number {
  if (!MAY_LOAD.includes(className)) return EPERM;
  const methods = CLASSES.get(className);
  const method =
    methods !== undefined && Object.hasOwn(methods, methodName) ? methods[methodName] : undefined;
  return method ?? EOPNOTSUPP;
}

export interface Call {
  readonly className: string;
  readonly methodName: string;
  readonly input: Uint8Array;
}

/** Undefined: what the step brings is shorter than it says. */
export function methodNames({ args, indata }: OSDOp): Call | undefined {
  if (args.kind !== 'cls') return undefined;
  const { classLength, methodLength, inputLength } = args;
  if (classLength + methodLength + inputLength > indata.length) return undefined;
  const dec = new Decoder(indata, 'call');
  return {
    className: utf8Decode(dec.raw(classLength)),
    methodName: utf8Decode(dec.raw(methodLength)),
    input: dec.raw(inputLength),
  };
}
