import { utf8Encode } from '../../../src/common/utf8.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import type { OSDOpArgs } from '../../../src/osd/osd_op_args.ts';
import {
  CEPH_OSD_OP_GETXATTR,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_SETXATTR,
  CEPH_OSD_OP_STAT,
  CEPH_OSD_OP_WRITEFULL,
} from '../../../src/osd/rados.ts';
import type { OpContext, OpOrigin } from '../ops/OpContext.ts';
import { deleteObject } from '../ops/object_steps.ts';
import type { StepResult } from '../ops/step.ts';

/** Runs a step; what it throws is EINVAL. */
export type RunStep = (ctx: OpContext, op: OSDOp) => StepResult;

const NO_DATA = new Uint8Array(0);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What a class sees of the object that it is called on. Ceph: src/osd/objclass.cc, cls_cxx_*. */
export class ClassContext {
  readonly #ctx: OpContext;
  readonly #run: RunStep;
  /** Whether it has done so: a method must have said that it would. */
  hasRead = false;
  hasWritten = false;

  constructor(ctx: OpContext, run: RunStep) {
    this.#ctx = ctx;
    this.#run = run;
  }

  get origin(): OpOrigin {
    return this.#ctx.origin;
  }

  /** Ceph: cls_gen_rand_base64. */
  randomText(length: number): string {
    const { random } = this.#ctx.origin;
    return Array.from({ length }, () => ALPHABET.charAt(random.uint32() % ALPHABET.length)).join(
      '',
    );
  }

  get exists(): boolean {
    return this.#step(CEPH_OSD_OP_STAT, { kind: 'none' }).rval === undefined;
  }

  read(offset: number, length: number): { rval: number; out: Uint8Array } {
    this.hasRead = true;
    const { rval = 0, out } = this.#step(CEPH_OSD_OP_READ, extent(offset, length));
    return { rval, out };
  }

  writeFull(bytes: Uint8Array): number {
    this.hasWritten = true;
    return this.#step(CEPH_OSD_OP_WRITEFULL, extent(0, bytes.length), bytes).rval ?? 0;
  }

  remove(): number {
    this.hasWritten = true;
    return deleteObject(this.#ctx).rval ?? 0;
  }

  /** A negative errno, or the value. */
  getXattr(name: string): number | Uint8Array {
    this.hasRead = true;
    const bytes = utf8Encode(name);
    const { rval = 0, out } = this.#step(CEPH_OSD_OP_GETXATTR, xattr(bytes.length, 0), bytes);
    return rval < 0 ? rval : out;
  }

  /** Names of all. */
  xattrNames(): readonly string[] {
    this.hasRead = true;
    return [...(this.#ctx.before?.xattrs.keys() ?? [])];
  }

  setXattr(name: string, value: Uint8Array): number {
    this.hasWritten = true;
    const bytes = utf8Encode(name);
    const indata = new Uint8Array(bytes.length + value.length);
    indata.set(bytes);
    indata.set(value, bytes.length);
    return this.#step(CEPH_OSD_OP_SETXATTR, xattr(bytes.length, value.length), indata).rval ?? 0;
  }

  omapGet(key: string): Uint8Array | undefined {
    this.hasRead = true;
    return this.#ctx.before?.omap.get(key);
  }

  omapSet(key: string, value: Uint8Array): void {
    this.hasWritten = true;
    this.#ctx.changeOmap((omap) => omap.set(key, value));
  }

  #step(op: number, args: OSDOpArgs, indata: Uint8Array = NO_DATA): StepResult {
    return this.#run(this.#ctx, { op, flags: 0, args, indata });
  }
}

function extent(offset: number, length: number): OSDOpArgs {
  return { kind: 'extent', offset, length, truncateSize: 0, truncateSeq: 0 };
}

function xattr(nameLength: number, valueLength: number): OSDOpArgs {
  return { kind: 'xattr', nameLength, valueLength, cmpOp: 0, cmpMode: 0 };
}
