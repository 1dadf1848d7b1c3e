import { UTIME_ZERO, type utime_t } from '../../../src/common/utime_t.ts';
import type { entity_addr_t, entity_name_t } from '../../../src/msg/msg_types.ts';
import { EVERSION_ZERO, type eversion_t } from '../../../src/osd/osd_types.ts';
import { Extents } from './Extents.ts';
import { Omap } from './Omap.ts';

/** Somebody watches the object. Ceph: watch_info_t. */
export interface WatchInfo {
  readonly cookie: bigint;
  readonly watcher: entity_name_t;
  readonly timeoutSeconds: number;
  readonly addr: entity_addr_t;
}

/** An object, or a clone of it, as it is at one time: it is replaced, never changed, but for the omap of a head. Ceph: object_info_t and what it is of. */
export interface ObjectState {
  readonly data: Extents;
  /** Without the underscore that they begin with on disk. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  readonly omap: Omap;
  /** Something was written to the omap, be it nothing. Ceph: FLAG_OMAP. */
  readonly isOmap: boolean;
  /** Deleted, but for clones. Ceph: FLAG_WHITEOUT. */
  readonly isWhiteout: boolean;
  readonly mtime: utime_t;
  /** Of the PG, when it was written last. */
  readonly version: eversion_t;
  /** What readers are told as the object's version. */
  readonly userVersion: number;
  readonly truncateSeq: number;
  readonly truncateSize: number;
  /** By {@link watcherKey}. */
  readonly watchers: ReadonlyMap<string, WatchInfo>;
}

/** Of an object that is being made. */
export function newObjectState(): ObjectState {
  return {
    data: Extents.EMPTY,
    xattrs: new Map(),
    omap: new Omap(),
    isOmap: false,
    isWhiteout: false,
    mtime: UTIME_ZERO,
    version: EVERSION_ZERO,
    userVersion: 0,
    truncateSeq: 0,
    truncateSize: 0,
    watchers: new Map(),
  };
}

export function watcherKey(cookie: bigint, watcher: entity_name_t): string {
  return `${watcher.type}.${watcher.num} ${cookie}`;
}

/** The order in which watchers are listed, and told. */
export function compareWatchers(a: WatchInfo, b: WatchInfo): number {
  if (a.cookie !== b.cookie) return a.cookie < b.cookie ? -1 : 1;
  return a.watcher.type - b.watcher.type || a.watcher.num - b.watcher.num;
}
