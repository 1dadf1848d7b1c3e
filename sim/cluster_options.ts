import type { Clock } from '../src/common/Clock.ts';
import {
  CEPH_STR_HASH_LINUX,
  CEPH_STR_HASH_MURMUR3,
  CEPH_STR_HASH_RJENKINS,
} from '../src/common/ceph_hash.ts';
import type { Log } from '../src/common/Log.ts';
import { utimeFromMs } from '../src/common/utime_t.ts';
import { buildSimple, type SimplePool } from '../src/osd/build_simple.ts';
import type { OSDMap } from '../src/osd/OSDMap.ts';
import type { SimRandom } from './SimRandom.ts';

/** How object names of a pool become numbers. murmur3 is in no Ceph: only simulated maps have it. */
export type ObjectHash = 'rjenkins' | 'linux' | 'murmur3';

/**
 * `async` speaks msgr v2 and v1, `simple` v1. `xio` hands messages over: what is read are then the
 * OSD's own bytes, not to be changed.
 */
export type MsType = 'simple' | 'async' | 'xio';

/** How clients show who they are. */
export type AuthMethod = 'none' | 'cephx';

export interface SimPool {
  readonly name: string;
  /** Copies. Default: 3, or as many as there are hosts (OSDs, if there is one host). */
  readonly size?: number;
  /** Default: 32. */
  readonly pgNum?: number;
  /** Default: rjenkins, as in Ceph. */
  readonly hash?: ObjectHash;
}

export interface SimClusterOptions {
  /** The same seed gives the same run, byte for byte. Default: 0. */
  readonly seed?: string | number;
  /** A uuid. Default: drawn from the seed, or at random where time is real. */
  readonly fsid?: string | undefined;
  /** How many monitors: 1 to 5, all of one mind; a client needs one of them. Default: 1. */
  readonly mons?: number;
  /** Default: 3. */
  readonly osds?: number;
  /** Copies lie on different hosts. Default: one for each OSD. */
  readonly hosts?: number;
  /** Default: those of `objects`, or else one named `data`. */
  readonly pools?: readonly (string | SimPool)[];
  /** Pool → object name → contents. */
  readonly objects?: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
  /**
   * `none`: everybody is let in and may do everything. `cephx`: who connects has to have a key, see
   * {@link SimCluster.keyring}, and may do what its capabilities say. Default: `none`.
   */
  readonly auth?: AuthMethod;
  /** The messenger of daemons and clients. Default: that of `ms_type`. */
  readonly msType?: MsType | undefined;
  /** Keeps all that is logged; see {@link SimCluster.trace}. Default: false. */
  readonly trace?: boolean;
  /** Told of each thing as it happens, unless the trace is. */
  readonly log?: Log | undefined;
}

type PoolFields = SimplePool & Required<Pick<SimplePool, 'size' | 'objectHash'>>;

const PG_NUM_DEFAULT = 32;
const SIZE_DEFAULT = 3;

const HASHES: Readonly<Record<ObjectHash, number>> = {
  rjenkins: CEPH_STR_HASH_RJENKINS,
  linux: CEPH_STR_HASH_LINUX,
  murmur3: CEPH_STR_HASH_MURMUR3,
};

/** Throws RangeError for options that make no sense. */
export function checkOptions({ mons = 1, osds = 3, hosts = osds }: SimClusterOptions): void {
  if (!Number.isInteger(mons) || mons < 1 || mons > 5) throw new RangeError(`mons: ${mons}`);
  if (!Number.isInteger(osds) || osds < 1) throw new RangeError(`osds: ${osds}`);
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > osds) {
    throw new RangeError(`hosts: ${hosts}, of ${osds} OSDs`);
  }
}

/** How many copies can lie apart: on hosts, or on OSDs if there is one host. */
export function placesOf({ osds = 3, hosts = osds }: SimClusterOptions): number {
  return hosts > 1 ? hosts : osds;
}

/** The map of epoch 1. */
export function firstMap(options: SimClusterOptions, random: SimRandom, clock: Clock): OSDMap {
  const { osds = 3, hosts = osds, objects = {} } = options;
  const named = Object.keys(objects);
  const pools = options.pools ?? (named.length > 0 ? named : ['data']);
  return buildSimple({
    fsid: options.fsid ?? drawUuid(random.stream('fsid')),
    created: utimeFromMs(clock.realNow()),
    osds,
    hosts,
    pools: pools.map((pool) => poolFields(pool, placesOf(options))),
  });
}

/** What a pool's map entry needs. `places`: see {@link placesOf}. */
export function poolFields(pool: string | SimPool, places: number): PoolFields {
  const { name, size, pgNum, hash }: SimPool = typeof pool === 'string' ? { name: pool } : pool;
  return {
    name,
    size: size ?? Math.min(SIZE_DEFAULT, places),
    pgNum: pgNum ?? PG_NUM_DEFAULT,
    objectHash: HASHES[hash ?? 'rjenkins'],
  };
}

/** A random uuid (version 4). */
function drawUuid(random: SimRandom): string {
  const words = Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, '0'));
  const hex = words.join('');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20)].join('-');
}
