import {
  type HobjectRange,
  hobjectAtHash,
  hobjectsOfPg,
  sliceOfRange,
} from '../osd/hobject_range.ts';
import { HOBJECT_MAX, HOBJECT_NONE, type hobject_t } from '../osd/hobject_t.ts';
import { hobjectToString, parseHobject } from '../osd/hobject_text.ts';
import { ALL_NSPACES, type ListedObject } from '../osd/pg_nls.ts';
import { cephStableMod, hashKey } from '../osd/pg_pool.ts';
import { CEPH_NOSNAP } from '../osd/rados.ts';
import { pgNlsOperation } from '../osdc/pg_nls_operation.ts';
import type { CallOptions } from './CallOptions.ts';
import {
  checkBytes,
  checkCount,
  checkNamespace,
  checkOid,
  checkTimeout,
  invalid,
} from './check_arguments.ts';
import { ObjectList, type PageCall } from './ObjectList.ts';
import { PgCall } from './PgCall.ts';
import { type PoolView, poolOf } from './pool_view.ts';

/** In place of a namespace where objects are listed: those of all namespaces. */
export const ALL_NAMESPACES: unique symbol = Symbol('all namespaces');

/** Which objects, and where the list begins; `timeout` is that of each page. */
export interface ListOptions extends CallOptions {
  /** Default: that of the IoCtx. */
  readonly namespace?: string | typeof ALL_NAMESPACES | undefined;
  /** A cursor: the list begins with the object there, or with the next one. */
  readonly start?: string | undefined;
  /** A cursor: the list ends before it. */
  readonly end?: string | undefined;
  /** In place of `start`: the list begins with the placement group that has this hash. */
  readonly hashPosition?: number | undefined;
  /** In place of `start` and `end`: only the objects of the placement group of this number. */
  readonly pg?: number | undefined;
  /** What the OSDs are to ask of each object, in their encoding: the name of a filter and its arguments. */
  readonly filter?: Uint8Array | undefined;
  /** How many objects are fetched at a time; default 1024, of which OSDs may send fewer. */
  readonly pageSize?: number | undefined;
}

/** Two cursors. */
export interface ListRange {
  readonly start: string;
  readonly end: string;
}

/** Ceph: RADOS_LIST_MAX_ENTRIES (src/librados/librados_c.cc). */
const PAGE_SIZE = 1024;
const NO_FILTER = new Uint8Array(0);
const SYSCALL = 'listObjects';

/** Throws InvalidArgumentError. Ceph: Objecter::enumerate_objects. */
export function listObjects(pool: PoolView, options: ListOptions): ObjectList {
  const { session } = pool;
  session.checkConnected(SYSCALL);
  const { start, end } = rangeOf(pool, options);
  const readPage = pageReader(pool, options);
  return new ObjectList({ readPage, hobjectOf: (object) => hobjectOf(pool, object) }, start, end);
}

/** Part `n` of `m` of the pool, or of a range of it: parts can be listed side by side. */
export function objectListSlice(
  pool: PoolView,
  n: number,
  m: number,
  range: Partial<ListRange>,
): ListRange {
  const syscall = 'objectListSlice';
  checkCount(syscall, 'm', m);
  checkCount(syscall, 'n', n, m - 1);
  const slice = sliceOfRange(pool.poolId, cursorsOf(pool, syscall, range), n, m);
  return { start: hobjectToString(slice.start), end: hobjectToString(slice.end) };
}

function pageReader(
  { session, poolId, poolName, namespace: own }: PoolView,
  options: ListOptions,
): (handle: hobject_t) => PageCall {
  const { namespace = own, filter = NO_FILTER, pageSize = PAGE_SIZE, signal } = options;
  const { timeout = session.cct.conf.rados_osd_op_timeout * 1000 } = options;
  const nspace = namespace === ALL_NAMESPACES ? ALL_NSPACES : namespace;
  checkNamespace(SYSCALL, nspace);
  checkBytes(SYSCALL, 'filter', filter);
  checkCount(SYSCALL, 'pageSize', pageSize);
  if (pageSize === 0) throw invalid(SYSCALL, 'pages of no objects');
  checkTimeout(SYSCALL, timeout);
  const oloc = { pool: poolId, key: '', nspace, hash: -1 };
  return (handle) => {
    const startEpoch = session.osdMap().epoch;
    const operation = pgNlsOperation({ handle, count: pageSize, startEpoch, filter });
    const request = { syscall: SYSCALL, oloc, poolName, seed: handle.hash };
    const call = new PgCall(session, request, operation);
    if (signal === undefined || call.listen(signal, session.aborts)) call.submit(timeout);
    return call;
  };
}

function rangeOf(pool: PoolView, options: ListOptions): HobjectRange {
  const { pg, hashPosition, start, end } = options;
  const { poolId } = pool;
  if ([pg, hashPosition, start].filter((one) => one !== undefined).length > 1) {
    throw invalid(SYSCALL, 'more than one of pg, hashPosition and start');
  }
  if (pg !== undefined) {
    if (end !== undefined) throw invalid(SYSCALL, 'both of pg and end');
    const { pgNum } = poolOf(pool, SYSCALL);
    checkCount(SYSCALL, 'pg', pg, pgNum - 1);
    return hobjectsOfPg({ pool: poolId, seed: pg }, pgNum);
  }
  const range = cursorsOf(pool, SYSCALL, { start, end });
  if (hashPosition === undefined) return range;
  checkCount(SYSCALL, 'hashPosition', hashPosition, 0xffffffff);
  const seed = cephStableMod(hashPosition, poolOf(pool, SYSCALL).pgNum);
  return { ...range, start: hobjectAtHash(poolId, seed) };
}

function cursorsOf(
  { poolId }: PoolView,
  syscall: string,
  { start, end }: { readonly start?: string | undefined; readonly end?: string | undefined },
): HobjectRange {
  const parse = (cursor: string): hobject_t => {
    const object = parseHobject(cursor);
    if (object !== undefined && (object.pool ?? poolId) === poolId) return object;
    throw invalid(syscall, `'${cursor}' is no cursor of pool ${poolId}`);
  };
  return {
    start: start === undefined || start === '' ? HOBJECT_NONE : parse(start),
    end: end === undefined ? HOBJECT_MAX : parse(end),
  };
}

/** The hash of a name. Ceph: Objecter::get_object_hash_position. */
export function objectHashPosition(pool: PoolView, oid: string): number {
  const syscall = 'getObjectHashPosition';
  checkOid(syscall, oid);
  return hashKey(poolOf(pool, syscall), oid, pool.namespace);
}

/** The number of the PG that its hash is in. Ceph: Objecter::get_object_pg_hash_position. */
export function objectPgHashPosition(pool: PoolView, oid: string): number {
  return cephStableMod(objectHashPosition(pool, oid), poolOf(pool, SYSCALL).pgNum);
}

function hobjectOf(pool: PoolView, { oid, namespace, locator }: ListedObject): hobject_t {
  const hash = hashKey(poolOf(pool, SYSCALL), locator === '' ? oid : locator, namespace);
  const key = locator === oid ? '' : locator;
  return { key, oid, snap: CEPH_NOSNAP, hash, isMax: false, nspace: namespace, pool: pool.poolId };
}
