import type { OSDOp } from '../osd/OSDOp.ts';
import type { OpReply } from './Op.ts';

/** One step, and what its output means. */
export interface Step<T> {
  readonly op: OSDOp;
  /**
   * From what the step put out, and the version of the object; DecodeError for what makes no sense.
   * Views of `out` may be kept.
   */
  readonly decode: (out: Uint8Array, version: bigint) => T;
}

/**
 * Steps that an OSD does as one, on one object, and what their outputs mean.
 * Ceph: ObjectOperation (src/osdc/Objecter.h).
 */
export interface ObjectOperation<R extends readonly unknown[]> {
  readonly ops: readonly OSDOp[];
  /** The results, from a reply without an error that answers each of `ops`. */
  decode(reply: OpReply): R;
}
