import type { utime_t } from '../common/utime_t.ts';
import type { entity_addr_t, entity_addrvec_t } from '../msg/msg_types.ts';
import type { OsdVector } from './OsdVector.ts';
import type { osd_info_t, osd_xinfo_t } from './osd_info.ts';
import type { ReadonlyPgMap } from './PgMap.ts';
import type { pg_pool_t } from './pg_pool.ts';
import type { snap_interval_set_t } from './snap_intervals.ts';

/** A vector of OSDs, or of shards with CRUSH_ITEM_NONE for a hole. */
export type Osds = readonly number[];

/** [from, to]: this OSD of a set is to be replaced by that one. */
export type UpmapItem = readonly [from: number, to: number];

/** An address that may not talk to the cluster, and until when. */
export type BlocklistEntry = readonly [addr: entity_addr_t, until: utime_t];

export interface StretchMode {
  readonly enabled: boolean;
  readonly bucketCount: number;
  readonly degraded: number;
  readonly recovering: number;
  readonly bucket: number;
}

/**
 * What an OSDMap says, and nothing worked out from it: the state of a cluster at one epoch. Names as
 * in Ceph's OSDMap (src/osd/OSDMap.h). Nobody changes one once it is made, so maps of consecutive
 * epochs share what is the same in both. All that is by OSD has `maxOsd` elements.
 */
export interface OSDMapData {
  readonly fsid: string;
  readonly epoch: number;
  readonly created: utime_t;
  readonly modified: utime_t;
  readonly pools: ReadonlyMap<number, pg_pool_t>;
  readonly poolName: ReadonlyMap<number, string>;
  readonly poolMax: number;
  /** CEPH_OSDMAP_*. */
  readonly flags: number;
  readonly maxOsd: number;
  /** CEPH_OSD_EXISTS, CEPH_OSD_UP … */
  readonly osdState: Uint32Array;
  /** 16.16: CEPH_OSD_IN is 1.0, CEPH_OSD_OUT is 0. */
  readonly osdWeight: Uint32Array;
  readonly clientAddrs: OsdVector<entity_addrvec_t>;
  readonly pgTemp: ReadonlyPgMap<Osds>;
  readonly primaryTemp: ReadonlyPgMap<number>;
  /** 16.16; `undefined`: all are CEPH_OSD_DEFAULT_PRIMARY_AFFINITY. */
  readonly osdPrimaryAffinity: Uint32Array | undefined;
  /** The CRUSH map, encoded. */
  readonly crush: Uint8Array;
  readonly erasureCodeProfiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly pgUpmap: ReadonlyPgMap<Osds>;
  readonly pgUpmapItems: ReadonlyPgMap<readonly UpmapItem[]>;
  /** Not in Pacific. */
  readonly pgUpmapPrimaries: ReadonlyPgMap<number>;
  readonly crushVersion: number;
  readonly newRemovedSnaps: ReadonlyMap<number, snap_interval_set_t>;
  readonly newPurgedSnaps: ReadonlyMap<number, snap_interval_set_t>;
  readonly lastUpChange: utime_t;
  readonly lastInChange: utime_t;

  readonly hbBackAddrs: OsdVector<entity_addrvec_t>;
  readonly osdInfo: OsdVector<osd_info_t>;
  readonly blocklist: readonly BlocklistEntry[];
  readonly clusterAddrs: OsdVector<entity_addrvec_t>;
  readonly clusterSnapshotEpoch: number;
  readonly clusterSnapshot: string;
  readonly osdUuid: OsdVector<string>;
  readonly osdXinfo: OsdVector<osd_xinfo_t>;
  readonly hbFrontAddrs: OsdVector<entity_addrvec_t>;
  readonly nearfullRatio: number;
  readonly fullRatio: number;
  readonly backfillfullRatio: number;
  /** CEPH_RELEASE_*. */
  readonly requireMinCompatClient: number;
  readonly requireOsdRelease: number;
  readonly removedSnapsQueue: ReadonlyMap<number, snap_interval_set_t>;
  readonly crushNodeFlags: ReadonlyMap<number, number>;
  readonly deviceClassFlags: ReadonlyMap<number, number>;
  readonly stretchMode: StretchMode;
  /** The prefix length is in place of the nonce. */
  readonly rangeBlocklist: readonly BlocklistEntry[];
}
