import { UTIME_ZERO, type utime_t } from '../common/utime_t.ts';
import { addBucket, makeBucket } from '../crush/builder.ts';
import { CrushWrapper } from '../crush/CrushWrapper.ts';
import { CRUSH_BUCKET_STRAW2 } from '../crush/crush_types.ts';
import type { entity_addrvec_t } from '../msg/msg_types.ts';
import { OSDMap } from './OSDMap.ts';
import { OSD_INFO_NEW, OSD_XINFO_NEW, type osd_info_t, type osd_xinfo_t } from './osd_info.ts';
import { NO_STRETCH_MODE } from './osdmap_codec.ts';
import type { OSDMapData } from './osdmap_data.ts';
import {
  CEPH_OSDMAP_PURGED_SNAPDIRS,
  CEPH_OSDMAP_SORTBITWISE,
  CEPH_RELEASE_LUMINOUS,
  CEPH_RELEASE_PACIFIC,
  flagsOfRelease,
} from './osdmap_release.ts';
import { PgMap } from './PgMap.ts';
import { newPgPool, POOL_TYPE_REPLICATED, type pg_pool_t } from './pg_pool.ts';
import { CEPH_OSD_EXISTS, CEPH_OSD_IN } from './rados.ts';

const CRUSH_WEIGHT_ONE = 0x10000;
const NO_UUID = '00000000-0000-0000-0000-000000000000';

export interface SimplePool extends Partial<pg_pool_t> {
  readonly name: string;
  readonly pgNum: number;
}

export interface SimpleMap {
  readonly fsid: string;
  readonly epoch?: number;
  readonly created?: utime_t;
  readonly osds: number;
  /** The OSDs are shared out over them in runs; copies lie on different hosts. 1: on different OSDs. */
  readonly hosts?: number;
  /** The first gets id 1. */
  readonly pools?: readonly SimplePool[];
}

/**
 * The first map of a new cluster: `hosts` of straw2 under one root, each OSD of weight 1, one
 * replicated rule. The OSDs exist and are in, but down: an incremental brings them up with their
 * addresses. Ceph: OSDMap::build_simple_optioned, and what `ceph osd new` adds.
 */
export function buildSimple(options: SimpleMap): OSDMap {
  const { fsid, epoch = 1, created = UTIME_ZERO, osds: maxOsd, hosts = maxOsd } = options;
  const crush = buildSimpleCrush(maxOsd, hosts);
  const pools = (options.pools ?? []).map(
    ({ name, ...pool }, i) => [i + 1, name, simplePool(pool, epoch, created)] as const,
  );
  return new OSDMap(
    {
      ...newOSDMapData(fsid, maxOsd),
      epoch,
      created,
      modified: created,
      pools: new Map(pools.map(([id, , pool]) => [id, pool])),
      poolName: new Map(pools.map(([id, name]) => [id, name])),
      poolMax: pools.length,
      flags: flagsOfRelease(
        CEPH_OSDMAP_SORTBITWISE | CEPH_OSDMAP_PURGED_SNAPDIRS,
        CEPH_RELEASE_PACIFIC,
      ),
      osdState: new Uint32Array(maxOsd).fill(CEPH_OSD_EXISTS),
      osdWeight: new Uint32Array(maxOsd).fill(CEPH_OSD_IN),
      crush: crush.encode(),
      lastInChange: created,
      osdUuid: Array.from({ length: maxOsd }, (_, osd) => simpleUuid(osd)),
      nearfullRatio: Math.fround(0.85),
      fullRatio: Math.fround(0.95),
      backfillfullRatio: Math.fround(0.9),
      requireMinCompatClient: CEPH_RELEASE_LUMINOUS,
      requireOsdRelease: CEPH_RELEASE_PACIFIC,
    },
    crush,
  );
}

/** What a map says of which nobody has said anything, but that there is room for `maxOsd` OSDs. */
export function newOSDMapData(fsid: string, maxOsd: number): OSDMapData {
  const noAddrs = new Array<entity_addrvec_t>(maxOsd).fill([]);
  return {
    fsid,
    epoch: 0,
    created: UTIME_ZERO,
    modified: UTIME_ZERO,
    pools: new Map(),
    poolName: new Map(),
    poolMax: 0,
    flags: 0,
    maxOsd,
    osdState: new Uint32Array(maxOsd),
    osdWeight: new Uint32Array(maxOsd),
    clientAddrs: noAddrs,
    pgTemp: new PgMap(),
    primaryTemp: new PgMap(),
    osdPrimaryAffinity: undefined,
    crush: new Uint8Array(),
    erasureCodeProfiles: new Map(),
    pgUpmap: new PgMap(),
    pgUpmapItems: new PgMap(),
    pgUpmapPrimaries: new PgMap(),
    crushVersion: 1,
    newRemovedSnaps: new Map(),
    newPurgedSnaps: new Map(),
    lastUpChange: UTIME_ZERO,
    lastInChange: UTIME_ZERO,
    hbBackAddrs: noAddrs,
    osdInfo: new Array<osd_info_t>(maxOsd).fill(OSD_INFO_NEW),
    blocklist: [],
    clusterAddrs: noAddrs,
    clusterSnapshotEpoch: 0,
    clusterSnapshot: '',
    osdUuid: new Array<string>(maxOsd).fill(NO_UUID),
    osdXinfo: new Array<osd_xinfo_t>(maxOsd).fill(OSD_XINFO_NEW),
    hbFrontAddrs: noAddrs,
    nearfullRatio: 0,
    fullRatio: 0,
    backfillfullRatio: 0,
    requireMinCompatClient: 0,
    requireOsdRelease: 0,
    removedSnapsQueue: new Map(),
    crushNodeFlags: new Map(),
    deviceClassFlags: new Map(),
    stretchMode: NO_STRETCH_MODE,
    rangeBlocklist: [],
  };
}

/** Bucket by bucket: to insert one OSD after the other takes a time that grows with their square. */
function buildSimpleCrush(osds: number, hosts: number): CrushWrapper {
  const wrapper = CrushWrapper.create();
  const { crush } = wrapper;
  const root = wrapper.addBucket('default', 'root');
  const add = (id: number, typeName: string, items: readonly number[], weights: number[]) => {
    const type = wrapper.getTypeId(typeName) ?? 0;
    const parts = { id, alg: CRUSH_BUCKET_STRAW2, type, items, weights };
    addBucket(crush, makeBucket(parts, crush.tunables.strawCalcVersion));
  };
  const onHosts = new Map<number, number[]>();
  for (let osd = 0; osd < osds; osd++) {
    const host = Math.floor((osd * hosts) / osds);
    const items = onHosts.get(host);
    if (items === undefined) onHosts.set(host, [osd]);
    else items.push(osd);
    crush.nameMap.set(osd, `osd.${osd}`);
  }
  const weights: number[] = [];
  for (const [host, items] of onHosts) {
    const id = root - 1 - weights.length;
    add(id, 'host', items, new Array<number>(items.length).fill(CRUSH_WEIGHT_ONE));
    crush.nameMap.set(id, `host${host}`);
    weights.push(items.length * CRUSH_WEIGHT_ONE);
  }
  add(
    root,
    'root',
    [...weights.keys()].map((i) => root - 1 - i),
    weights,
  );
  crush.maxDevices = osds;
  const failureDomain = hosts > 1 ? 'host' : 'osd';
  wrapper.addSimpleRule(
    'replicated_rule',
    'default',
    failureDomain,
    'firstn',
    POOL_TYPE_REPLICATED,
  );
  return wrapper;
}

function simplePool(
  pool: Omit<SimplePool, 'name'>,
  lastChange: number,
  createTime: utime_t,
): pg_pool_t {
  const size = pool.size ?? 3;
  const minSize = size - Math.floor(size / 2);
  return newPgPool({ size, minSize, lastChange, createTime, ...pool });
}

/** Of the OSD itself, so that equal options make equal maps. */
function simpleUuid(osd: number): string {
  return `00000000-0000-4000-8000-${osd.toString(16).padStart(12, '0')}`;
}
