import { ENOENT, MAX_ERRNO } from '../common/errno.ts';
import { randomUuid } from '../common/uuid.ts';
import { type object_locator_t, pgToString } from '../osd/osd_types.ts';
import { CEPH_NOSNAP, CEPH_SNAPDIR } from '../osd/rados.ts';
import type { Checksums, ChecksumType } from '../osdc/checksum_step.ts';
import type { Extents, SparseData } from '../osdc/data_steps.ts';
import type { OmapKeys, OmapVals } from '../osdc/omap_steps.ts';
import type { SnapSet } from '../osdc/snaps_step.ts';
import type { Watcher } from '../osdc/watchers_step.ts';
import { rejected } from './Call.ts';
import type { AbortSignalLike } from './CallOptions.ts';
import {
  checkBytes,
  checkLocatorKey,
  checkNamespace,
  checkOid,
  checkTimeout,
  invalid,
} from './check_arguments.ts';
import {
  type ListOptions,
  type ListRange,
  listObjects,
  objectHashPosition,
  objectListSlice,
  objectPgHashPosition,
} from './list_objects.ts';
import type { ObjectList } from './ObjectList.ts';
import { omapEntries } from './omap_entries.ts';
import { listPoolSnaps, type PoolSnap, snapGetInfo, snapLookup } from './pool_snaps.ts';
import type { PoolView } from './pool_view.ts';
import { RadosError, radosError } from './RadosError.ts';
import { ReadCall, type ReadReply } from './ReadCall.ts';
import { ReadOp } from './ReadOp.ts';
import { type ReadFlags, readFlagBits } from './read_flags.ts';
import { type ReadManyOptions, type ReadManyResult, readMany } from './read_many.ts';
import type {
  Advice,
  ChecksumOptions,
  Cmpext,
  Extent,
  FilteredOmapRange,
  ObjectStat,
  OmapRange,
  OpOptions,
  ReadOptions,
  SparseExtent,
} from './read_types.ts';
import type { Session } from './Session.ts';

export interface IoCtxOptions {
  /** Objects of other namespaces are other objects. Default: the one with no name. */
  readonly namespace?: string | undefined;
  /** Placed as if this were the name; objects of one key are on the same OSDs. */
  readonly locatorKey?: string | undefined;
  /** Objects as they were in this snapshot, by its id, or its name if it is the pool's. Default: as they are. */
  readonly snap?: number | bigint | string | undefined;
  /** Of all its ops. */
  readonly flags?: ReadFlags | undefined;
}

/** Where an object is: what `ceph osd map` prints. */
export interface Placement {
  /** Of the OSD map that says so. */
  readonly epoch: number;
  readonly poolId: number;
  readonly oid: string;
  /** With the whole hash of the name: `1.6cf8deff`. */
  readonly rawPgid: string;
  /** The placement group: `1.7`. */
  readonly pgid: string;
  readonly up: readonly number[];
  /** -1: none. */
  readonly upPrimary: number;
  readonly acting: readonly number[];
  /** The OSD that serves reads; -1: none. */
  readonly actingPrimary: number;
}

interface ExtentRead extends Extent, Advice {
  readonly op: ReadOp<[Uint8Array]>;
}

const WHOLE: ExtentRead = {
  offset: 0,
  length: undefined,
  fadvise: undefined,
  op: new ReadOp().read(),
};
const STAT = new ReadOp().stat();
const EXISTS = new ReadOp().assertExists();

/**
 * One pool, seen in one namespace. Made by `openIoCtx`. Ceph: src/librados/IoCtxImpl.cc.
 *
 * Every read rejects with a RadosError (ObjectNotFound, TimedOut, ConnectionShutdown, …) or with the reason of
 * its signal; with InvalidArgumentError before anything is sent.
 */
export class IoCtx {
  readonly poolId: number;
  readonly poolName: string;
  readonly #session: Session;
  readonly #view: PoolView;
  readonly #oloc: object_locator_t;
  readonly #options: IoCtxOptions;
  readonly #snapid: number;
  readonly #flags: number;
  #lastRead: ExtentRead = WHOLE;

  constructor(session: Session, poolId: number, poolName: string, options: IoCtxOptions) {
    const { namespace = '', locatorKey = '', snap, flags } = options;
    checkNamespace('openIoCtx', namespace);
    checkLocatorKey('openIoCtx', locatorKey);
    this.poolId = poolId;
    this.poolName = poolName;
    this.#session = session;
    this.#oloc = { pool: poolId, key: locatorKey, nspace: namespace, hash: -1 };
    this.#options = options;
    this.#view = { session, poolId, poolName, namespace };
    this.#snapid = snap === undefined ? CEPH_NOSNAP : snapId(this.#view, snap);
    this.#flags = readFlagBits('openIoCtx', flags);
  }

  get namespace(): string {
    return this.#oloc.nspace;
  }

  get locatorKey(): string {
    return this.#oloc.key;
  }

  /** The snapshot that is read; undefined: none. */
  get snap(): number | undefined {
    return this.#snapid === CEPH_NOSNAP ? undefined : this.#snapid;
  }

  /** The same pool with other settings. */
  with(options: IoCtxOptions): IoCtx {
    const all = { ...this.#options, ...options };
    return new IoCtx(this.#session, this.poolId, this.poolName, all);
  }

  // Bytes

  /**
   * The bytes of an object, all of them by default; fewer than `length` where the object ends before,
   * none past its end.
   */
  read(oid: string, options: ReadOptions = {}): Promise<Uint8Array> {
    return this.#operate('read', oid, () => this.#readOp(options), options, first);
  }

  /** Fills `buffer` with the bytes from `offset` on. Answers how many there were: fewer at the end. */
  readInto(
    oid: string,
    buffer: Uint8Array,
    options: OpOptions & Advice & Pick<Extent, 'offset'> = {},
  ): Promise<number> {
    const { offset, fadvise } = options;
    const prepare = (): ReadOp<[Uint8Array]> => {
      checkBytes('readInto', 'buffer', buffer);
      return this.#readOp({ offset, length: buffer.length, fadvise });
    };
    const finish = ([data]: readonly [Uint8Array]): number => {
      const isThere = data.buffer === buffer.buffer && data.byteOffset === buffer.byteOffset;
      if (!isThere) buffer.set(data);
      return data.length;
    };
    return this.#operate('readInto', oid, prepare, options, finish, buffer);
  }

  /** The bytes that were written, and where. What lies between them is zeros. */
  sparseRead(oid: string, options: OpOptions & SparseExtent): Promise<SparseData> {
    const prepare = (): ReadOp<[SparseData]> => new ReadOp().sparseRead(options);
    return this.#operate('sparseRead', oid, prepare, options, first);
  }

  /** Where bytes were written. EOPNOTSUPP in erasure-coded pools. */
  mapext(oid: string, options: OpOptions & Extent = {}): Promise<Extents> {
    const prepare = (): ReadOp<[Extents]> => new ReadOp().mapext(options);
    return this.#operate('mapext', oid, prepare, options, first);
  }

  /** Checksums of chunks of the object, made by the OSD. */
  checksum<T extends ChecksumType>(
    oid: string,
    type: T,
    options: OpOptions & ChecksumOptions = {},
  ): Promise<Checksums[T][]> {
    const prepare = (): ReadOp<[Checksums[T][]]> => new ReadOp().checksum(type, options);
    return this.#operate('checksum', oid, prepare, options, first);
  }

  /** Whether these are the bytes from `offset` on. The object ends in zeros that never end. */
  async cmpext(
    oid: string,
    expected: Uint8Array,
    options: OpOptions & Pick<Extent, 'offset'> = {},
  ): Promise<Cmpext> {
    const prepare = (): ReadOp<[]> => new ReadOp().cmpext(options.offset ?? 0, expected);
    try {
      await this.#operate('cmpext', oid, prepare, options, nothing);
      return { equal: true };
    } catch (error) {
      if (!RadosError.is(error) || error.errno > -MAX_ERRNO) throw error;
      return { equal: false, mismatchAt: -error.errno - MAX_ERRNO };
    }
  }

  /**
   * Many objects, some at a time. `timeout` is that of each read; an error of one object is its result, and the
   * loop goes on. What leaves the loop ends the reads that are under way.
   */
  readMany(
    oids: Iterable<string> | AsyncIterable<string>,
    { concurrency, ordered, signal, ...options }: ReadOptions & ReadManyOptions = {},
  ): AsyncGenerator<ReadManyResult, void, undefined> {
    const read = (oid: string, closing: AbortSignalLike): Promise<Uint8Array> =>
      this.read(oid, { ...options, signal: closing });
    return readMany(read, oids, { concurrency, ordered, signal });
  }

  // Size, attributes, omap

  /** Size, time of change, version. */
  stat(oid: string, options: OpOptions = {}): Promise<ObjectStat> {
    return this.#operate('stat', oid, () => STAT, options, first);
  }

  /** Whether there is such an object. Rejects only if that cannot be known. */
  async exists(oid: string, options: OpOptions = {}): Promise<boolean> {
    try {
      await this.#operate('exists', oid, () => EXISTS, options, nothing);
      return true;
    } catch (error) {
      if (RadosError.is(error, 'ENOENT')) return false;
      throw error;
    }
  }

  /** Rejects with NoData if there is no such attribute. */
  getXattr(oid: string, name: string, options: OpOptions = {}): Promise<Uint8Array> {
    const prepare = (): ReadOp<[Uint8Array]> => new ReadOp().getXattr(name);
    return this.#operate('getXattr', oid, prepare, options, first);
  }

  /** All attributes. */
  getXattrs(oid: string, options: OpOptions = {}): Promise<Map<string, Uint8Array>> {
    return this.#operate('getXattrs', oid, () => new ReadOp().getXattrs(), options, first);
  }

  /** No bytes if there is none. */
  getOmapHeader(oid: string, options: OpOptions = {}): Promise<Uint8Array> {
    return this.#operate('getOmapHeader', oid, () => new ReadOp().omapGetHeader(), options, first);
  }

  /** Keys of a range, and whether there are more behind them. */
  getOmapKeys(oid: string, options: OpOptions & OmapRange = {}): Promise<OmapKeys> {
    const prepare = (): ReadOp<[OmapKeys]> => new ReadOp().omapGetKeys(options);
    return this.#operate('getOmapKeys', oid, prepare, options, first);
  }

  /** Keys and values of a range, and whether there are more behind them. */
  getOmapVals(oid: string, options: OpOptions & FilteredOmapRange = {}): Promise<OmapVals> {
    const prepare = (): ReadOp<[OmapVals]> => new ReadOp().omapGetVals(options);
    return this.#operate('getOmapVals', oid, prepare, options, first);
  }

  /** Keys that are not there are left out. */
  getOmapValsByKeys(
    oid: string,
    keys: Iterable<string>,
    options: OpOptions = {},
  ): Promise<Map<string, Uint8Array>> {
    const prepare = (): ReadOp<[Map<string, Uint8Array>]> => new ReadOp().omapGetValsByKeys(keys);
    return this.#operate('getOmapValsByKeys', oid, prepare, options, first);
  }

  /** All keys and values of a range, fetched as they are asked for, `maxReturn` at a time. */
  omapEntries(
    oid: string,
    options: OpOptions & FilteredOmapRange = {},
  ): AsyncIterable<[key: string, value: Uint8Array]> {
    return omapEntries((startAfter) => this.getOmapVals(oid, { ...options, startAfter }), options);
  }

  // What else there is to know of an object

  /** Who is told when the object is notified. */
  listWatchers(oid: string, options: OpOptions = {}): Promise<Watcher[]> {
    return this.#operate('listWatchers', oid, () => new ReadOp().listWatchers(), options, first);
  }

  /** Clones and snapshots of an object. */
  listSnaps(oid: string, options: OpOptions = {}): Promise<SnapSet> {
    return this.#operate('listSnaps', oid, () => new ReadOp().listSnaps(), options, first);
  }

  /** What a method of an object class puts out. Only for methods that do not write. */
  execute(
    oid: string,
    cls: string,
    method: string,
    input?: Uint8Array,
    options: OpOptions = {},
  ): Promise<Uint8Array> {
    const prepare = (): ReadOp<[Uint8Array]> => new ReadOp().exec(cls, method, input);
    return this.#operate('execute', oid, prepare, options, first);
  }

  /**
   * The results of the steps, in their order, with the version of the object that all of them saw and
   * what each step answered. An error's `steps` has the results of those before the one that failed.
   */
  operateRead<R extends readonly unknown[]>(
    oid: string,
    op: ReadOp<R>,
    options: OpOptions = {},
  ): Promise<R & ReadReply> {
    return this.#operate('operateRead', oid, () => op, options, withReply);
  }

  /**
   * Where the object is (or would be), by the newest map that has come. Asks nobody. Throws ObjectNotFound if
   * the pool is gone.
   */
  locate(oid: string): Placement {
    this.#session.checkConnected('locate');
    checkOid('locate', oid);
    const osdMap = this.#session.osdMap();
    if (!osdMap.pools.has(this.poolId)) {
      throw radosError(ENOENT, {
        syscall: 'locate',
        oid,
        pool: this.poolName,
        reason: 'no such pool',
      });
    }
    const raw = osdMap.objectLocatorToPg(oid, this.#oloc);
    const pgid = osdMap.rawPgToPg(raw);
    return {
      epoch: osdMap.epoch,
      poolId: this.poolId,
      oid,
      rawPgid: pgToString(raw),
      pgid: pgToString(pgid),
      ...osdMap.pgToUpActingOsds(pgid),
    };
  }

  // Lists of objects and snapshots

  /**
   * Objects of the pool, fetched page by page as they are asked for. `for await` goes through them;
   * the list's `cursor` is where it stands. Throws InvalidArgumentError.
   */
  listObjects(options: ListOptions = {}): ObjectList {
    return listObjects(this.#view, options);
  }

  /** Part `n` of `m`, counted from 0, of the pool or of a range of it: parts can be listed side by side. */
  objectListSlice(n: number, m: number, range: Partial<ListRange> = {}): ListRange {
    return objectListSlice(this.#view, n, m, range);
  }

  /** The hash of a name in this namespace: where the object stands in lists, if it has no locator key. */
  getObjectHashPosition(oid: string): number {
    return objectHashPosition(this.#view, oid);
  }

  /** The number of the placement group of that hash. */
  getObjectPgHashPosition(oid: string): number {
    return objectPgHashPosition(this.#view, oid);
  }

  /** The pool's own snapshots, by the newest map that has come, from old to new. */
  listPoolSnaps(): PoolSnap[] {
    return listPoolSnaps(this.#view);
  }

  /** The id of a snapshot of the pool. Throws ObjectNotFound. */
  snapLookup(name: string): number {
    return snapLookup(this.#view, name);
  }

  /** Throws ObjectNotFound. */
  snapGetName(id: number | bigint): string {
    return snapGetInfo(this.#view, 'snapGetName', id).name;
  }

  /** When the snapshot was made. Throws ObjectNotFound. */
  snapGetStamp(id: number | bigint): Date {
    return snapGetInfo(this.#view, 'snapGetStamp', id).timestamp;
  }

  /** A text that nobody else has, to be known by: as the cookie of a lock. */
  newCookie(): string {
    return randomUuid(this.#session.cct.random);
  }

  /** Who reads many objects mostly reads the same extent of each. */
  #readOp({ offset = 0, length, fadvise }: Extent & Advice): ReadOp<[Uint8Array]> {
    const last = this.#lastRead;
    if (last.offset === offset && last.length === length && last.fadvise === fadvise) {
      return last.op;
    }
    const op = new ReadOp().read({ offset, length, fadvise });
    this.#lastRead = { offset, length, fadvise, op };
    return op;
  }

  /** What is wrong with a call rejects it before anything is sent. */
  #operate<R extends readonly unknown[], T>(
    syscall: string,
    oid: string,
    prepare: () => ReadOp<R>,
    options: OpOptions,
    finish: (results: R, reply: ReadReply) => T,
    rxBuffer?: Uint8Array,
  ): Promise<T> {
    const session = this.#session;
    const { signal, timeout = session.cct.conf.rados_osd_op_timeout * 1000 } = options;
    let operation: ReadOp<R>;
    let flags: number;
    try {
      session.checkConnected(syscall);
      checkOid(syscall, oid);
      checkTimeout(syscall, timeout);
      operation = prepare();
      flags = this.#flags | readFlagBits(syscall, options.flags);
      if (operation.ops.length === 0) throw invalid(syscall, 'a ReadOp with no steps');
    } catch (error) {
      if (!RadosError.is(error)) throw error;
      return rejected(session.cct, error);
    }
    session.cct.log?.({
      who: session.who(),
      fn: 'IoCtx.operateRead',
      facts: { syscall, oid, pool: this.poolName },
    });
    const snapid = operation.isOfSnapDir ? CEPH_SNAPDIR : this.#snapid;
    const { poolName } = this;
    const request = { syscall, oid, oloc: this.#oloc, poolName, snapid, flags, rxBuffer };
    const call = new ReadCall(session, request, operation, finish);
    if (signal === undefined || call.listen(signal, session.aborts)) call.submit(timeout);
    return call.promise;
  }
}

function snapId(pool: PoolView, snap: number | bigint | string): number {
  if (typeof snap === 'string') return snapLookup(pool, snap);
  const id = Number(snap);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw invalid('openIoCtx', `${snap} is no snapshot`);
}

function first<T>([result]: readonly [T]): T {
  return result;
}

function nothing(): void {}

function withReply<R extends readonly unknown[]>(results: R, reply: ReadReply): R & ReadReply {
  return Object.assign(results, reply);
}
