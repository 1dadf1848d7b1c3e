/** Numbers of an OSDMap by the names that Ceph prints. A hole is a number without a meaning. */

/** CEPH_OSDMAP_*. Ceph: OSDMap::get_flag_string. */
const MAP_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [2, 'pauserd'],
  [3, 'pausewr'],
  [4, 'pauserec'],
  [5, 'noup'],
  [6, 'nodown'],
  [7, 'noout'],
  [8, 'noin'],
  [9, 'nobackfill'],
  [14, 'norebalance'],
  [10, 'norecover'],
  [11, 'noscrub'],
  [12, 'nodeep-scrub'],
  [13, 'notieragent'],
  [21, 'nosnaptrim'],
  [15, 'sortbitwise'],
  [16, 'require_jewel_osds'],
  [17, 'require_kraken_osds'],
  [18, 'require_luminous_osds'],
  [19, 'recovery_deletes'],
  [20, 'purged_snapdirs'],
  [22, 'pglog_hardlimit'],
];

export function mapFlagNames(flags: number): string[] {
  return MAP_FLAGS.filter(([bit]) => flags & (1 << bit)).map(([, name]) => name);
}

/** CEPH_OSDMAP_*; undefined: there is no such flag. */
export function mapFlagOf(name: string): number | undefined {
  const bit = MAP_FLAGS.find(([, other]) => other === name)?.[0];
  return bit === undefined ? undefined : 1 << bit;
}

/** CEPH_OSD_EXISTS and on. Ceph: src/common/ceph_strings.cc, ceph_osd_state_name. */
const OSD_STATES = [
  'exists',
  'up',
  'autoout',
  'new',
  'full',
  'nearfull',
  'backfillfull',
  'destroyed',
  'noup',
  'nodown',
  'noin',
  'noout',
  'stop',
];

/** In the order of a std::set. */
export function osdStateNames(state: number): string[] {
  return bitNames(state, OSD_STATES).sort();
}

/** pg_pool_t::FLAG_*. */
const POOL_FLAGS = [
  'hashpspool',
  'full',
  'ec_overwrites',
  'incomplete_clones',
  'nodelete',
  'nopgchange',
  'nosizechange',
  'write_fadvise_dontneed',
  'noscrub',
  'nodeep-scrub',
  'full_quota',
  'nearfull',
  'backfillfull',
  'selfmanaged_snaps',
  'pool_snaps',
  'creating',
  'eio',
  'bulk',
];

export function poolFlagNames(flags: number): string[] {
  return bitNames(flags, POOL_FLAGS);
}

/** pg_pool_t::FLAG_*; undefined: there is no such flag. */
export function poolFlagOf(name: string): number | undefined {
  const bit = POOL_FLAGS.indexOf(name);
  return bit < 0 ? undefined : 2 ** bit;
}

function bitNames(bits: number, names: readonly string[]): string[] {
  const set: string[] = [];
  for (let bit = 0; 2 ** bit <= bits; bit++) {
    if (Math.floor(bits / 2 ** bit) % 2 === 1) set.push(names[bit] ?? '???');
  }
  return set;
}

const RELEASES = [
  'unknown',
  'argonaut',
  'bobtail',
  'cuttlefish',
  'dumpling',
  'emperor',
  'firefly',
  'giant',
  'hammer',
  'infernalis',
  'jewel',
  'kraken',
  'luminous',
  'mimic',
  'nautilus',
  'octopus',
  'pacific',
  'quincy',
  'reef',
  'squid',
  'tentacle',
];

export function releaseName(release: number): string {
  return RELEASES[release] ?? 'unknown';
}

const POOL_TYPES = ['???', 'replicated', '???', 'erasure'];

export function poolTypeName(type: number): string {
  return POOL_TYPES[type] ?? '???';
}

const AUTOSCALE_MODES = ['off', 'warn', 'on'];

export function autoscaleModeName(mode: number): string {
  return AUTOSCALE_MODES[mode] ?? '???';
}

const CACHE_MODES = [
  'none',
  'writeback',
  'forward',
  'readonly',
  'readforward',
  'readproxy',
  'proxy',
];

export function cacheModeName(mode: number): string {
  return CACHE_MODES[mode] ?? 'unknown';
}

/** pool_opts_t::key_t. */
const POOL_OPTS = [
  'scrub_min_interval',
  'scrub_max_interval',
  'deep_scrub_interval',
  'recovery_priority',
  'recovery_op_priority',
  'scrub_priority',
  'compression_mode',
  'compression_algorithm',
  'compression_required_ratio',
  'compression_max_blob_size',
  'compression_min_blob_size',
  'csum_type',
  'csum_max_block',
  'csum_min_block',
  'fingerprint_algorithm',
  'pg_num_min',
  'target_size_bytes',
  'target_size_ratio',
  'pg_autoscale_bias',
  'read_lease_interval',
  'dedup_tier',
  'dedup_chunk_algorithm',
  'dedup_cdc_chunk_size',
  'pg_num_max',
];

/** `undefined`: a key of a later release. */
export function poolOptName(key: number): string | undefined {
  return POOL_OPTS[key];
}
