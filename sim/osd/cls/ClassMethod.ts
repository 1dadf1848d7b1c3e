import type { ClassContext } from './ClassContext.ts';

/** Ceph: CLS_METHOD_* (src/include/rados/objclass.h). */
export const METHOD_READS = 1;
export const METHOD_WRITES = 2;

/** What a method answers: a negative errno, or 0 and more, and bytes. */
export interface ClassResult {
  readonly rval: number;
  readonly out?: Uint8Array;
}

export interface ClassMethod {
  /** METHOD_*. */
  readonly flags: number;
  /** Throws DecodeError for input that makes no sense: that is EINVAL. */
  readonly run: (ctx: ClassContext, input: Uint8Array) => ClassResult;
}

/** By name. */
export type ClassMethods = Readonly<Record<string, ClassMethod>>;
