import type { OSDOp } from '../osd/OSDOp.ts';
import { CEPH_OSD_OP_FLAG_FAILOK, CEPH_OSD_OP_LIST_SNAPS } from '../osd/rados.ts';
import { callStep } from '../osdc/call_step.ts';
import {
  CHECKSUMS,
  type Checksums,
  type ChecksumType,
  checksumStep,
} from '../osdc/checksum_step.ts';
import {
  assertVersionStep,
  COMPARISONS,
  type Comparison,
  cmpextStep,
  cmpXattrStep,
  type OmapAssertion,
  omapCmpStep,
} from '../osdc/compare_steps.ts';
import {
  EXISTS_STEP,
  type Extents,
  mapextStep,
  READ_NOTHING_STEP,
  readStep,
  type SparseData,
  STAT_STEP,
  sparseReadStep,
} from '../osdc/data_steps.ts';
import type { ObjectOperation, Step } from '../osdc/ObjectOperation.ts';
import type { OpReply } from '../osdc/Op.ts';
import {
  OMAP_GET_HEADER_STEP,
  type OmapKeys,
  type OmapVals,
  omapGetKeysStep,
  omapGetValsByKeysStep,
  omapGetValsStep,
} from '../osdc/omap_steps.ts';
import { LIST_SNAPS_STEP, type SnapSet } from '../osdc/snaps_step.ts';
import { LIST_WATCHERS_STEP, type Watcher } from '../osdc/watchers_step.ts';
import { GET_XATTRS_STEP, getXattrStep } from '../osdc/xattr_steps.ts';
import {
  checkBytes,
  checkCount,
  checkExtent,
  checkSteps,
  checkText,
  checkUnsigned,
  invalid,
} from './check_arguments.ts';
import { type RadosError, radosError, type StepOutcome } from './RadosError.ts';
import { fadviseBits } from './read_flags.ts';
import {
  type Advice,
  type ChecksumOptions,
  type Extent,
  type FilteredOmapRange,
  type ObjectStat,
  type OmapRange,
  objectStat,
  type SparseExtent,
} from './read_types.ts';

type Results = readonly unknown[];
type Decode<R> = (reply: OpReply) => R;
/** `R` and one result more. */
type Plus<R extends Results, T> = ReadSteps<[...R, T], [...R, T | RadosError]>;

const SYSCALL = 'operateRead';
const EMPTY = new Uint8Array(0);
const CLASS_NAME_MAX = 255;
const U32_MAX = 0xffffffff;
/** As many as the OSD gives at once. */
const NO_MAX = Number.MAX_SAFE_INTEGER;

const OBJECT_STAT_STEP: Step<ObjectStat> = {
  op: STAT_STEP.op,
  decode: (out, version) => {
    const { size, mtime } = STAT_STEP.decode(out, version);
    return objectStat(size, mtime, version);
  },
};

/**
 * Steps of a read that an OSD does as one: all of them see the same version of the object, and if
 * one fails, all do. Immutable: each method answers a longer list, of 1024 steps at most. Its results
 * are a tuple in the order of the steps that have any. `F`: the results if the last step may fail.
 * Ceph: librados::ObjectReadOperation.
 */
class ReadSteps<R extends Results, F extends Results> implements ObjectOperation<R> {
  readonly ops: readonly OSDOp[];
  readonly decode: Decode<R>;
  readonly #decodeFailOk: Decode<F>;
  readonly #steps: readonly Step<unknown>[];

  constructor(steps: readonly Step<unknown>[], decode: Decode<R>, decodeFailOk: Decode<F>) {
    checkSteps(steps.length);
    this.ops = steps.map((step) => step.op);
    this.decode = decode;
    this.#decodeFailOk = decodeFailOk;
    this.#steps = steps;
  }

  // The bytes

  /** Bytes of the object; fewer than `length` where it ends before. */
  read({ offset = 0, length, fadvise }: Extent & Advice = {}): Plus<R, Uint8Array> {
    checkExtent(offset, length);
    if (length === 0) return this.#step(READ_NOTHING_STEP);
    return this.#step(readStep(offset, length ?? 0, fadviseBits(fadvise)));
  }

  /** The bytes that were written, and where. What lies between them is zeros. */
  sparseRead({ offset = 0, length, fadvise }: SparseExtent): Plus<R, SparseData> {
    checkCount('read', 'length', length);
    checkExtent(offset, length);
    return this.#step(sparseReadStep(offset, length, fadviseBits(fadvise)));
  }

  /** Where bytes were written. EOPNOTSUPP in erasure-coded pools. */
  mapext({ offset = 0, length }: Extent = {}): Plus<R, Extents> {
    checkExtent(offset, length);
    return this.#step(mapextStep(offset, length));
  }

  /** Checksums of chunks of the object, made by the OSD. */
  checksum<T extends ChecksumType>(
    type: T,
    { offset = 0, length = 0, chunkSize = 0, init }: ChecksumOptions = {},
  ): Plus<R, Checksums[T][]> {
    if (!Object.hasOwn(CHECKSUMS, type)) throw invalid(SYSCALL, `no such checksum: ${type}`);
    checkExtent(offset, length);
    checkCount(SYSCALL, 'chunkSize', chunkSize, U32_MAX);
    const kind = CHECKSUMS[type];
    if (typeof init === 'number') checkCount(SYSCALL, 'init', init);
    const begin = init === undefined ? kind.init : BigInt(init);
    checkUnsigned(SYSCALL, 'init', begin, kind.size * 8);
    return this.#step(checksumStep(type, { offset, length, chunkSize, init: begin }));
  }

  stat(): Plus<R, ObjectStat> {
    return this.#step(OBJECT_STAT_STEP);
  }

  // Attributes and omap

  /** Fails with NoData if there is no such attribute. */
  getXattr(name: string): Plus<R, Uint8Array> {
    checkText(SYSCALL, 'name of the attribute', name);
    return this.#step(getXattrStep(name));
  }

  /** All attributes. */
  getXattrs(): Plus<R, Map<string, Uint8Array>> {
    return this.#step(GET_XATTRS_STEP);
  }

  omapGetKeys({ startAfter = '', maxReturn = NO_MAX }: OmapRange = {}): Plus<R, OmapKeys> {
    checkText(SYSCALL, 'key', startAfter);
    checkCount(SYSCALL, 'maxReturn', maxReturn);
    return this.#step(omapGetKeysStep(startAfter, maxReturn));
  }

  omapGetVals(range: FilteredOmapRange = {}): Plus<R, OmapVals> {
    const { startAfter = '', filterPrefix = '', maxReturn = NO_MAX } = range;
    checkText(SYSCALL, 'key', startAfter);
    checkText(SYSCALL, 'prefix', filterPrefix);
    checkCount(SYSCALL, 'maxReturn', maxReturn);
    return this.#step(omapGetValsStep(startAfter, filterPrefix, maxReturn));
  }

  /** Keys that are not there are left out of the result. */
  omapGetValsByKeys(keys: Iterable<string>): Plus<R, Map<string, Uint8Array>> {
    const list = [...keys];
    for (const key of list) checkText(SYSCALL, 'key', key);
    return this.#step(omapGetValsByKeysStep(list));
  }

  omapGetHeader(): Plus<R, Uint8Array> {
    return this.#step(OMAP_GET_HEADER_STEP);
  }

  // What else there is to know of an object

  /** What a method of an object class puts out. Only for methods that do not write. */
  exec(cls: string, method: string, input: Uint8Array = EMPTY): Plus<R, Uint8Array> {
    checkText(SYSCALL, 'class', cls, CLASS_NAME_MAX);
    checkText(SYSCALL, 'method', method, CLASS_NAME_MAX);
    checkBytes(SYSCALL, 'input', input);
    return this.#step(callStep(cls, method, input));
  }

  listWatchers(): Plus<R, Watcher[]> {
    return this.#step(LIST_WATCHERS_STEP);
  }

  /** Clones and snapshots. Goes with no other step: the op reads no snapshot, but all of them. */
  listSnaps(): Plus<R, SnapSet> {
    return this.#step(LIST_SNAPS_STEP);
  }

  // Conditions: they have no results

  /** Fails with ObjectNotFound if there is no such object. */
  assertExists(): ReadSteps<R, R> {
    return this.#check(EXISTS_STEP);
  }

  /** Fails with ERANGE if the object is newer, with EOVERFLOW if it is older. */
  assertVersion(version: bigint): ReadSteps<R, R> {
    checkUnsigned(SYSCALL, 'version', version, 64);
    return this.#check(assertVersionStep(version));
  }

  /**
   * Fails if the bytes from `offset` on are others; errno is then -4095 minus the index in `expected`
   * of the first that differs. The object ends in zeros that never end.
   */
  cmpext(offset: number, expected: Uint8Array): ReadSteps<R, R> {
    checkBytes(SYSCALL, 'expected', expected);
    checkExtent(offset, expected.length);
    return this.#check(cmpextStep(offset, expected));
  }

  /**
   * Fails with ECANCELED unless `value` compares so with the attribute: as bytes, or as a number with
   * the one that the attribute says in decimal digits. No attribute is no bytes, and 0.
   */
  cmpXattr(name: string, op: Comparison, value: Uint8Array | bigint): ReadSteps<R, R> {
    checkText(SYSCALL, 'name of the attribute', name);
    checkComparison(op);
    if (typeof value === 'bigint') checkUnsigned(SYSCALL, 'value', value, 64);
    else checkBytes(SYSCALL, 'value', value);
    return this.#check(cmpXattrStep(name, op, value));
  }

  /** Fails with ECANCELED unless each key's value compares so. OSDs know eq, lt and gt only. */
  omapCmp(assertions: ReadonlyMap<string, OmapAssertion>): ReadSteps<R, R> {
    for (const [key, { op, value }] of assertions) {
      checkText(SYSCALL, 'key', key);
      checkComparison(op);
      checkBytes(SYSCALL, 'value', value);
    }
    return this.#check(omapCmpStep(assertions));
  }

  // How the steps are done

  /** The last step may fail without failing the whole; its result is then a RadosError. */
  failOk(): ReadSteps<F, F> {
    const last = this.#steps.at(-1);
    if (last === undefined) throw invalid(SYSCALL, 'no step that may fail');
    const op = { ...last.op, flags: last.op.flags | CEPH_OSD_OP_FLAG_FAILOK };
    const steps = [...this.#steps.slice(0, -1), { ...last, op }];
    return new ReadSteps(steps, this.#decodeFailOk, this.#decodeFailOk);
  }

  /** @internal Whether it reads all snapshots, not one. */
  get isOfSnapDir(): boolean {
    return this.ops.some(({ op }) => op === CEPH_OSD_OP_LIST_SNAPS);
  }

  /** @internal Of an op that failed: what became of its steps, up to the one that failed. */
  outcomes(reply: OpReply): StepOutcome[] {
    const failed = this.ops.findIndex(
      ({ flags }, i) => rvalOf(reply, i) < 0 && (flags & CEPH_OSD_OP_FLAG_FAILOK) === 0,
    );
    return this.#steps.slice(0, failed + 1).map((step, i) => {
      const rval = rvalOf(reply, i);
      return { rval, result: rval < 0 ? undefined : decodeStep(step, reply, i) };
    });
  }

  #step<T>(step: Step<T>): Plus<R, T> {
    const at = this.#steps.length;
    const before = this.decode;
    return new ReadSteps<[...R, T], [...R, T | RadosError]>(
      [...this.#steps, step],
      (reply) => [...before(reply), decodeStep(step, reply, at)],
      (reply) => [...before(reply), resultOrError(step, reply, at)],
    );
  }

  #check(step: Step<undefined>): ReadSteps<R, R> {
    return new ReadSteps([...this.#steps, step], this.decode, this.decode);
  }
}

class NoSteps extends ReadSteps<[], []> {
  constructor() {
    const nothing = (): [] => [];
    super([], nothing, nothing);
  }
}

/** Steps of a read: `new ReadOp().stat().read({ length: 4096 })`. */
export type ReadOp<R extends Results = []> = ReadSteps<R, Results>;
export const ReadOp: new () => ReadSteps<[], []> = NoSteps;

function decodeStep<T>(step: Step<T>, { outdata, userVersion }: OpReply, at: number): T {
  return step.decode(outdata[at] ?? EMPTY, BigInt(userVersion));
}

function resultOrError<T>(step: Step<T>, reply: OpReply, at: number): T | RadosError {
  const rval = rvalOf(reply, at);
  if (rval >= 0) return decodeStep(step, reply, at);
  return radosError(rval, { syscall: SYSCALL, reason: `step ${at}` });
}

function rvalOf(reply: OpReply, at: number): number {
  return reply.rvals[at] ?? 0;
}

function checkComparison(op: Comparison): void {
  if (!Object.hasOwn(COMPARISONS, op)) throw invalid(SYSCALL, `no such comparison: ${op}`);
}
