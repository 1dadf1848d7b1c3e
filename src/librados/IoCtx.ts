import { ENOENT } from '../common/errno.ts';
import { type object_locator_t, pgToString } from '../osd/osd_types.ts';
import type { ObjectOperation } from '../osdc/ObjectOperation.ts';
import { rejected } from './Call.ts';
import type { CallOptions } from './CallOptions.ts';
import {
  checkLocatorKey,
  checkNamespace,
  checkOid,
  checkTimeout,
  invalid,
} from './check_arguments.ts';
import { RadosError, radosError } from './RadosError.ts';
import { ReadCall } from './ReadCall.ts';
import { type Extent, type ObjectStat, ReadOp } from './ReadOp.ts';
import type { Session } from './Session.ts';

export interface IoCtxOptions {
  /** Objects of other namespaces are other objects. Default: the one with no name. */
  readonly namespace?: string | undefined;
  /** Placed as if this were the name; objects of one key are on the same OSDs. */
  readonly locatorKey?: string | undefined;
}

export interface ReadOptions extends CallOptions, Extent {}

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

const WHOLE = new ReadOp().read();
const STAT = new ReadOp().stat();

/** One pool, seen in one namespace. Made by `openIoCtx`. Ceph: src/librados/IoCtxImpl.cc. */
export class IoCtx {
  readonly poolId: number;
  readonly poolName: string;
  readonly #session: Session;
  readonly #oloc: object_locator_t;

  constructor(session: Session, poolId: number, poolName: string, options: IoCtxOptions) {
    const { namespace = '', locatorKey = '' } = options;
    checkNamespace('openIoCtx', namespace);
    checkLocatorKey('openIoCtx', locatorKey);
    this.poolId = poolId;
    this.poolName = poolName;
    this.#session = session;
    this.#oloc = { pool: poolId, key: locatorKey, nspace: namespace, hash: -1 };
  }

  get namespace(): string {
    return this.#oloc.nspace;
  }

  get locatorKey(): string {
    return this.#oloc.key;
  }

  /** The same pool with other settings. */
  with(options: IoCtxOptions): IoCtx {
    const { namespace, locatorKey } = this;
    return new IoCtx(this.#session, this.poolId, this.poolName, {
      namespace,
      locatorKey,
      ...options,
    });
  }

  /**
   * The bytes of an object, all of them by default; fewer than `length` where the object ends before,
   * none past its end. Rejects with ObjectNotFound, TimedOut, ConnectionShutdown, ….
   */
  read(oid: string, options: ReadOptions = {}): Promise<Uint8Array> {
    return this.#operate('read', oid, () => readOperation(options), options, first);
  }

  /** Size, time of change, version. */
  stat(oid: string, options: CallOptions = {}): Promise<ObjectStat> {
    return this.#operate('stat', oid, () => STAT, options, first);
  }

  /** The results of the steps, in their order, and the version of the object that all of them saw. */
  operateRead<R extends readonly unknown[]>(
    oid: string,
    op: ReadOp<R>,
    options: CallOptions = {},
  ): Promise<R & { readonly version: bigint }> {
    return this.#operate('operateRead', oid, () => op, options, withVersion);
  }

  /** Where the object is (or would be), by the newest map that has come. Asks nobody. */
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

  /** What is wrong with a call rejects it before anything is sent. */
  #operate<R extends readonly unknown[], T>(
    syscall: string,
    oid: string,
    prepare: () => ObjectOperation<R>,
    options: CallOptions,
    finish: (results: R, version: bigint) => T,
  ): Promise<T> {
    const session = this.#session;
    const { signal, timeout = session.cct.conf.rados_osd_op_timeout * 1000 } = options;
    let operation: ObjectOperation<R>;
    try {
      session.checkConnected(syscall);
      checkOid(syscall, oid);
      checkTimeout(syscall, timeout);
      operation = prepare();
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
    const request = { syscall, oid, oloc: this.#oloc, poolName: this.poolName };
    const call = new ReadCall(session, request, operation, finish);
    if (signal === undefined || call.listen(signal, session.aborts)) call.submit(timeout);
    return call.promise;
  }
}

function readOperation({ offset = 0, length }: Extent): ObjectOperation<[Uint8Array]> {
  return offset === 0 && length === undefined ? WHOLE : new ReadOp().read({ offset, length });
}

function first<T>([result]: readonly [T]): T {
  return result;
}

function withVersion<R extends readonly unknown[]>(
  results: R,
  version: bigint,
): R & { readonly version: bigint } {
  return Object.assign(results, { version });
}
