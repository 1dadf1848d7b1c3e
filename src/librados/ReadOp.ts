import { Decoder } from '../common/Decoder.ts';
import type { OSDOp } from '../osd/OSDOp.ts';
import { type ObjectOperation, OSD_OP_STAT, osdOpRead } from '../osdc/ObjectOperation.ts';
import { checkExtent, checkSteps } from './check_arguments.ts';

export interface ObjectStat {
  /** Bytes. */
  readonly size: number;
  readonly mtime: Date;
  /** Nanoseconds since 1970 UTC. */
  readonly mtimeNs: bigint;
  readonly version: bigint;
}

export interface Extent {
  /** Bytes; default 0. */
  readonly offset?: number | undefined;
  /** Bytes; default: to the end of the object. */
  readonly length?: number | undefined;
}

const EMPTY = new Uint8Array(0);

type Decode<T> = (outdata: Uint8Array, version: bigint) => T;

/**
 * Steps of a read that an OSD does as one: all of them see the same version of the object, and if
 * one fails, all do. Immutable: each method answers a longer list, of 1024 steps at most. Its results
 * are a tuple in the order of the steps.
 */
class ReadSteps<R extends readonly unknown[]> implements ObjectOperation<R> {
  readonly ops: readonly OSDOp[];
  /** The results, from what the OSD puts out for each step. */
  readonly decode: (outdata: readonly Uint8Array[], version: bigint) => R;

  constructor(
    ops: readonly OSDOp[],
    decode: (outdata: readonly Uint8Array[], version: bigint) => R,
  ) {
    checkSteps(ops.length);
    this.ops = ops;
    this.decode = decode;
  }

  /** Bytes of the object; fewer than `length` where it ends before. */
  read({ offset = 0, length }: Extent = {}): ReadSteps<[...R, Uint8Array]> {
    checkExtent(offset, length);
    // A READ of length 0 is one to the end; what is left of one of no bytes is that the object is there.
    if (length === 0) return this.#step(OSD_OP_STAT, () => EMPTY);
    return this.#step(osdOpRead(offset, length ?? 0), takeAll);
  }

  stat(): ReadSteps<[...R, ObjectStat]> {
    return this.#step(OSD_OP_STAT, decodeStat);
  }

  /** Fails with ObjectNotFound if there is no such object. Has no result. */
  assertExists(): ReadSteps<R> {
    return new ReadSteps([...this.ops, OSD_OP_STAT], this.decode);
  }

  #step<T>(op: OSDOp, decode: Decode<T>): ReadSteps<[...R, T]> {
    const at = this.ops.length;
    return new ReadSteps<[...R, T]>([...this.ops, op], (outdata, version) => [
      ...this.decode(outdata, version),
      decode(outdata[at] ?? EMPTY, version),
    ]);
  }
}

class NoSteps extends ReadSteps<[]> {
  constructor() {
    super([], () => []);
  }
}

/** Steps of a read: `new ReadOp().stat().read({ length: 4096 })`. */
export type ReadOp<R extends readonly unknown[] = []> = ReadSteps<R>;
export const ReadOp: new () => ReadOp = NoSteps;

function takeAll(outdata: Uint8Array): Uint8Array {
  return outdata;
}

/** u64 size, utime_t mtime. Ceph: ObjectOperation::CB_ObjectOperation_stat. */
function decodeStat(outdata: Uint8Array, version: bigint): ObjectStat {
  const dec = new Decoder(outdata, 'stat');
  const size = dec.u64();
  const sec = dec.u32();
  const nsec = dec.u32();
  if (dec.remaining > 0) throw dec.error(`${dec.remaining} bytes too many`);
  return {
    size,
    mtime: new Date(sec * 1000 + Math.floor(nsec / 1e6)),
    mtimeNs: BigInt(sec) * 1_000_000_000n + BigInt(nsec),
    version,
  };
}
