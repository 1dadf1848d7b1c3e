import { cppStrerror, ENOENT } from '../../common/errno.ts';
import type { IoCtx } from '../../librados/IoCtx.ts';
import type { RadosClient } from '../../librados/RadosClient.ts';
import { POOL_TYPE_ERASURE, type pg_pool_t } from '../../osd/pg_pool.ts';
import type { ByteOutput } from '../ceph/Output.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { OP_SIZE_DEFAULT, type RadosOptions } from './options.ts';
import { orFail } from './RadosRun.ts';

/** Of such a pool any part of an object may be written: pieces need not be whole stripes. */
const POOL_FLAG_EC_OVERWRITES = 1 << 17;

/** The pool of a line, and how much is read of it at once. */
export interface OpenPool {
  readonly ioctx: IoCtx;
  /** The number of the placement group of --pgid. */
  readonly pg: number | undefined;
  readonly opSize: number;
}

/**
 * The pool of --pool or --pgid, seen as the other options say. Undefined: no option names one.
 * Ceph: rados_tool_common (src/tools/rados/rados.cc).
 */
export async function openPool(
  rados: RadosClient,
  options: RadosOptions,
  output: ByteOutput,
): Promise<OpenPool | undefined> {
  const { pool, namespace, objectLocator } = options;
  const pg = options.pgid === undefined ? undefined : parsePgid(rados, options.pgid, pool);
  const id = pool ?? pg?.pool;
  if (id === undefined) {
    checkPoolIsNamed(options);
    return undefined;
  }
  const what = pool ?? `with id ${id}`;
  const ioctx = await orFail(rados.openIoCtx(id), `error opening pool ${what}`);
  const info = rados.osdMap.pools.get(ioctx.poolId);
  const opSize = info === undefined ? options.opSize : alignedOpSize(info, options, output);
  checkPoolIsNamed(options);
  const snap = info === undefined ? undefined : findSnap(info, options, output);
  const view = ioctx.with({ namespace, locatorKey: objectLocator, snap });
  return { ioctx: view, pg: pg?.seed, opSize };
}

interface Pgid {
  readonly pool: number;
  readonly seed: number;
}

/** `1.7f`. Ceph: pg_t::parse (src/osd/osd_types.cc), which looks at no more than the beginning. */
function parsePgid(rados: RadosClient, text: string, poolName: string | undefined): Pgid {
  const [, pool, seed = ''] = /^\s*\+?([0-9]{1,15})\.(?:0x)?([0-9a-f]{1,8})/i.exec(text) ?? [];
  const isOther = poolName !== undefined && rados.poolLookup(poolName) !== Number(pool);
  if (pool === undefined || isOther) throw refused('invalid pgid');
  return { pool: Number(pool), seed: Number.parseInt(seed, 16) };
}

/** Of pools that take whole stripes, pieces are of whole stripes. */
function alignedOpSize(
  { type, flags, stripeWidth }: pg_pool_t,
  { opSize }: RadosOptions,
  output: ByteOutput,
): number {
  const isAligned = type === POOL_TYPE_ERASURE && (flags & POOL_FLAG_EC_OVERWRITES) === 0;
  if (!isAligned || stripeWidth === 0) return opSize;
  const rounded = Math.ceil(opSize / stripeWidth) * stripeWidth;
  if (rounded !== opSize && opSize !== OP_SIZE_DEFAULT) {
    output.stderr(`INFO: op_size has been rounded to ${rounded}\n`);
  }
  return rounded;
}

function checkPoolIsNamed({ pool, snap, objectLocator, namespace, snapid }: RadosOptions): void {
  if (pool !== undefined) return;
  const option = [
    snap !== undefined && '--snap',
    objectLocator !== '' && '--object-locator',
    namespace !== undefined && '--namespace',
    snapid !== undefined && '--snapid',
  ].find((name) => name !== false);
  if (option !== undefined) throw refused(`pool name must be specified with ${option}`);
}

/** The snapshot of --snap or --snapid, which is told. */
function findSnap(
  info: pg_pool_t,
  { pool, snap, snapid }: RadosOptions,
  output: ByteOutput,
): bigint | undefined {
  const id = snap === undefined ? snapid : lookUpSnap(info, snap);
  if (id === undefined) return undefined;
  const name = info.snaps.get(Number(id))?.name;
  if (name === undefined) throw refused(`snapid ${id} doesn't exist in pool ${pool}`);
  output.stdout(`selected snap ${id} '${name}'\n`);
  return id;
}

function lookUpSnap({ snaps }: pg_pool_t, name: string): bigint {
  const found = [...snaps].find(([, snap]) => snap.name === name);
  if (found === undefined) {
    throw refused(`error looking up snap '${name}': ${cppStrerror(ENOENT)}`);
  }
  return BigInt(found[0]);
}

function refused(complaint: string): ToolExit {
  return new ToolExit(1, '', `${complaint}\n`);
}
