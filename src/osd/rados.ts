/** Constants of the OSD protocol. Ceph: src/include/rados.h. */

/** Steps of an op. Bits 12 and 13 of a code: it reads, it writes; bits 8 to 11: of data, attributes, a class, a PG. */
export const CEPH_OSD_OP_READ = 0x1201;
export const CEPH_OSD_OP_STAT = 0x1202;
export const CEPH_OSD_OP_MAPEXT = 0x1203;
export const CEPH_OSD_OP_SPARSE_READ = 0x1205;
export const CEPH_OSD_OP_NOTIFY = 0x1206;
export const CEPH_OSD_OP_NOTIFY_ACK = 0x1207;
export const CEPH_OSD_OP_ASSERT_VER = 0x1208;
export const CEPH_OSD_OP_LIST_WATCHERS = 0x1209;
export const CEPH_OSD_OP_LIST_SNAPS = 0x120a;
export const CEPH_OSD_OP_SYNC_READ = 0x120b;
export const CEPH_OSD_OP_OMAPGETKEYS = 0x1211;
export const CEPH_OSD_OP_OMAPGETVALS = 0x1212;
export const CEPH_OSD_OP_OMAPGETHEADER = 0x1213;
export const CEPH_OSD_OP_OMAPGETVALSBYKEYS = 0x1214;
export const CEPH_OSD_OP_OMAP_CMP = 0x1219;
export const CEPH_OSD_OP_ISDIRTY = 0x121d;
export const CEPH_OSD_OP_CHECKSUM = 0x121f;
export const CEPH_OSD_OP_CMPEXT = 0x1220;
export const CEPH_OSD_OP_GETXATTR = 0x1301;
export const CEPH_OSD_OP_GETXATTRS = 0x1302;
export const CEPH_OSD_OP_CMPXATTR = 0x1303;
export const CEPH_OSD_OP_CALL = 0x1401;
export const CEPH_OSD_OP_PGLS = 0x1501;
export const CEPH_OSD_OP_PGLS_FILTER = 0x1502;
export const CEPH_OSD_OP_PG_HITSET_LS = 0x1503;
export const CEPH_OSD_OP_PGNLS = 0x1505;
export const CEPH_OSD_OP_PGNLS_FILTER = 0x1506;
export const CEPH_OSD_OP_WRITE = 0x2201;
export const CEPH_OSD_OP_WRITEFULL = 0x2202;
export const CEPH_OSD_OP_TRUNCATE = 0x2203;
export const CEPH_OSD_OP_ZERO = 0x2204;
export const CEPH_OSD_OP_DELETE = 0x2205;
export const CEPH_OSD_OP_APPEND = 0x2206;
export const CEPH_OSD_OP_CREATE = 0x220d;
export const CEPH_OSD_OP_ROLLBACK = 0x220e;
export const CEPH_OSD_OP_WATCH = 0x220f;
export const CEPH_OSD_OP_OMAPSETVALS = 0x2215;
export const CEPH_OSD_OP_OMAPSETHEADER = 0x2216;
export const CEPH_OSD_OP_OMAPCLEAR = 0x2217;
export const CEPH_OSD_OP_OMAPRMKEYS = 0x2218;
export const CEPH_OSD_OP_COPY_FROM = 0x221a;
export const CEPH_OSD_OP_SETALLOCHINT = 0x2223;
export const CEPH_OSD_OP_CACHE_PIN = 0x2224;
export const CEPH_OSD_OP_CACHE_UNPIN = 0x2225;
export const CEPH_OSD_OP_WRITESAME = 0x2226;
export const CEPH_OSD_OP_OMAPRMKEYRANGE = 0x222c;
export const CEPH_OSD_OP_COPY_FROM2 = 0x222d;
export const CEPH_OSD_OP_SETXATTR = 0x2301;
export const CEPH_OSD_OP_RMXATTR = 0x2304;
export const CEPH_OSD_OP_CACHE_FLUSH = 0x821f;
export const CEPH_OSD_OP_CACHE_EVICT = 0x8220;
export const CEPH_OSD_OP_CACHE_TRY_FLUSH = 0x8221;

const OP_NAMES = new Map([
  [CEPH_OSD_OP_READ, 'read'],
  [CEPH_OSD_OP_STAT, 'stat'],
  [CEPH_OSD_OP_MAPEXT, 'mapext'],
  [CEPH_OSD_OP_SPARSE_READ, 'sparse-read'],
  [CEPH_OSD_OP_NOTIFY, 'notify'],
  [CEPH_OSD_OP_NOTIFY_ACK, 'notify-ack'],
  [CEPH_OSD_OP_ASSERT_VER, 'assert-version'],
  [CEPH_OSD_OP_LIST_WATCHERS, 'list-watchers'],
  [CEPH_OSD_OP_LIST_SNAPS, 'list-snaps'],
  [CEPH_OSD_OP_SYNC_READ, 'sync_read'],
  [CEPH_OSD_OP_OMAPGETKEYS, 'omap-get-keys'],
  [CEPH_OSD_OP_OMAPGETVALS, 'omap-get-vals'],
  [CEPH_OSD_OP_OMAPGETHEADER, 'omap-get-header'],
  [CEPH_OSD_OP_OMAPGETVALSBYKEYS, 'omap-get-vals-by-keys'],
  [CEPH_OSD_OP_OMAP_CMP, 'omap-cmp'],
  [CEPH_OSD_OP_ISDIRTY, 'isdirty'],
  [CEPH_OSD_OP_CHECKSUM, 'checksum'],
  [CEPH_OSD_OP_CMPEXT, 'cmpext'],
  [CEPH_OSD_OP_GETXATTR, 'getxattr'],
  [CEPH_OSD_OP_GETXATTRS, 'getxattrs'],
  [CEPH_OSD_OP_CMPXATTR, 'cmpxattr'],
  [CEPH_OSD_OP_CALL, 'call'],
  [CEPH_OSD_OP_PGLS, 'pgls'],
  [CEPH_OSD_OP_PGLS_FILTER, 'pgls-filter'],
  [CEPH_OSD_OP_PG_HITSET_LS, 'pg-hitset-ls'],
  [CEPH_OSD_OP_PGNLS, 'pgnls'],
  [CEPH_OSD_OP_PGNLS_FILTER, 'pgnls-filter'],
  [CEPH_OSD_OP_WRITE, 'write'],
  [CEPH_OSD_OP_WRITEFULL, 'writefull'],
  [CEPH_OSD_OP_TRUNCATE, 'truncate'],
  [CEPH_OSD_OP_ZERO, 'zero'],
  [CEPH_OSD_OP_DELETE, 'delete'],
  [CEPH_OSD_OP_APPEND, 'append'],
  [CEPH_OSD_OP_CREATE, 'create'],
  [CEPH_OSD_OP_ROLLBACK, 'rollback'],
  [CEPH_OSD_OP_WATCH, 'watch'],
  [CEPH_OSD_OP_OMAPSETVALS, 'omap-set-vals'],
  [CEPH_OSD_OP_OMAPSETHEADER, 'omap-set-header'],
  [CEPH_OSD_OP_OMAPCLEAR, 'omap-clear'],
  [CEPH_OSD_OP_OMAPRMKEYS, 'omap-rm-keys'],
  [CEPH_OSD_OP_SETALLOCHINT, 'set-alloc-hint'],
  [CEPH_OSD_OP_WRITESAME, 'write-same'],
  [CEPH_OSD_OP_OMAPRMKEYRANGE, 'omap-rm-key-range'],
  [CEPH_OSD_OP_SETXATTR, 'setxattr'],
  [CEPH_OSD_OP_RMXATTR, 'rmxattr'],
  [CEPH_OSD_OP_CACHE_TRY_FLUSH, 'cache-try-flush'],
  [CEPH_OSD_OP_CACHE_EVICT, 'cache-evict'],
  [CEPH_OSD_OP_CACHE_FLUSH, 'cache-flush'],
  [CEPH_OSD_OP_CACHE_UNPIN, 'cache-unpin'],
  [CEPH_OSD_OP_CACHE_PIN, 'cache-pin'],
  [CEPH_OSD_OP_COPY_FROM2, 'copy-from2'],
  [CEPH_OSD_OP_COPY_FROM, 'copy-from'],
]);

export function cephOsdOpName(op: number): string {
  return OP_NAMES.get(op) ?? `0x${op.toString(16)}`;
}

/** Flags of a whole op. */
export const CEPH_OSD_FLAG_ACK = 0x0001;
export const CEPH_OSD_FLAG_ONNVRAM = 0x0002;
export const CEPH_OSD_FLAG_ONDISK = 0x0004;
export const CEPH_OSD_FLAG_RETRY = 0x0008;
export const CEPH_OSD_FLAG_READ = 0x0010;
export const CEPH_OSD_FLAG_WRITE = 0x0020;
export const CEPH_OSD_FLAG_ORDERSNAP = 0x0040;
export const CEPH_OSD_FLAG_BALANCE_READS = 0x0100;
export const CEPH_OSD_FLAG_LOCALIZE_READS = 0x2000;
export const CEPH_OSD_FLAG_RWORDERED = 0x4000;
export const CEPH_OSD_FLAG_IGNORE_CACHE = 0x8000;
export const CEPH_OSD_FLAG_SKIPRWLOCKS = 0x10000;
export const CEPH_OSD_FLAG_IGNORE_OVERLAY = 0x20000;
export const CEPH_OSD_FLAG_ENFORCE_SNAPC = 0x100000;
export const CEPH_OSD_FLAG_REDIRECTED = 0x200000;
export const CEPH_OSD_FLAG_KNOWN_REDIR = 0x400000;
export const CEPH_OSD_FLAG_FULL_TRY = 0x800000;
export const CEPH_OSD_FLAG_FULL_FORCE = 0x1000000;
export const CEPH_OSD_FLAG_IGNORE_REDIRECT = 0x2000000;
export const CEPH_OSD_FLAG_RETURNVEC = 0x4000000;

/** Flags of one step of an op. */
export const CEPH_OSD_OP_FLAG_EXCL = 0x1;
export const CEPH_OSD_OP_FLAG_FAILOK = 0x2;
export const CEPH_OSD_OP_FLAG_FADVISE_RANDOM = 0x4;
export const CEPH_OSD_OP_FLAG_FADVISE_SEQUENTIAL = 0x8;
export const CEPH_OSD_OP_FLAG_FADVISE_WILLNEED = 0x10;
export const CEPH_OSD_OP_FLAG_FADVISE_DONTNEED = 0x20;
export const CEPH_OSD_OP_FLAG_FADVISE_NOCACHE = 0x40;

/** How a step compares. */
export const CEPH_OSD_CMPXATTR_OP_EQ = 1;
export const CEPH_OSD_CMPXATTR_OP_NE = 2;
export const CEPH_OSD_CMPXATTR_OP_GT = 3;
export const CEPH_OSD_CMPXATTR_OP_GTE = 4;
export const CEPH_OSD_CMPXATTR_OP_LT = 5;
export const CEPH_OSD_CMPXATTR_OP_LTE = 6;
export const CEPH_OSD_CMPXATTR_MODE_STRING = 1;
export const CEPH_OSD_CMPXATTR_MODE_U64 = 2;

/** What a WATCH is for. */
export const CEPH_OSD_WATCH_OP_UNWATCH = 0;
export const CEPH_OSD_WATCH_OP_LEGACY_WATCH = 1;
export const CEPH_OSD_WATCH_OP_WATCH = 3;
export const CEPH_OSD_WATCH_OP_RECONNECT = 5;
export const CEPH_OSD_WATCH_OP_PING = 7;

/** What a watcher is told. */
export const CEPH_WATCH_EVENT_NOTIFY = 1;
export const CEPH_WATCH_EVENT_NOTIFY_COMPLETE = 2;
export const CEPH_WATCH_EVENT_DISCONNECT = 3;

/** What a CHECKSUM is. */
export const CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH32 = 0;
export const CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH64 = 1;
export const CEPH_OSD_CHECKSUM_OP_TYPE_CRC32C = 2;

/** snapid_t, read as s64: the topmost values name no snapshot. */
export const CEPH_SNAPDIR = -1;
export const CEPH_NOSNAP = -2;

/** Flags of an OSDMap. */
export const CEPH_OSDMAP_FULL: number = 1 << 1;
export const CEPH_OSDMAP_PAUSERD: number = 1 << 2;
export const CEPH_OSDMAP_PAUSEWR: number = 1 << 3;

/** States of an OSD in an OSDMap. */
export const CEPH_OSD_EXISTS: number = 1 << 0;
export const CEPH_OSD_UP: number = 1 << 1;
export const CEPH_OSD_AUTOOUT: number = 1 << 2;
export const CEPH_OSD_NEW: number = 1 << 3;
export const CEPH_OSD_DESTROYED: number = 1 << 7;
export const CEPH_OSD_NOUP: number = 1 << 8;
export const CEPH_OSD_STOP: number = 1 << 12;

/** Weight 1.0, as OSD weights and primary affinities count. */
export const CEPH_OSD_IN = 0x10000;
export const CEPH_OSD_OUT = 0;
export const CEPH_OSD_DEFAULT_PRIMARY_AFFINITY = 0x10000;
export const CEPH_OSD_MAX_PRIMARY_AFFINITY = 0x10000;
