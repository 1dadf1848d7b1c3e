import { cephStrHashName } from '../../common/ceph_hash.ts';
import { formatG } from '../../common/cpp_numbers.ts';
import type { OSDMap } from '../OSDMap.ts';
import type { osd_info_t } from '../osd_info.ts';
import { pgToString } from '../osd_types.ts';
import type { ReadonlyPgMap } from '../PgMap.ts';
import { POOL_TYPE_ERASURE, type pg_pool_t, type pool_opt } from '../pg_pool.ts';
import { CEPH_OSD_DEFAULT_PRIMARY_AFFINITY } from '../rados.ts';
import { addrText, addrvecText, snapsText, type TimeZone, utimeText } from './ceph_text.ts';
import { hitSetText } from './hit_set_text.ts';
import { minCompatClient } from './min_compat_client.ts';
import {
  autoscaleModeName,
  cacheModeName,
  mapFlagNames,
  osdStateNames,
  poolFlagNames,
  poolOptName,
  poolTypeName,
  releaseName,
} from './names.ts';
import { hashAddr, unorderedOrder } from './unordered_order.ts';

const NO_UUID = '00000000-0000-0000-0000-000000000000';
const WEIGHT_ONE = 0x10000;

/** The whole map in words. Ceph: OSDMap::print. */
export function printOSDMap(map: OSDMap, zone?: TimeZone): string {
  return [
    ...headLines(map, zone),
    '',
    ...[...map.pools].flatMap(([id, pool]) => poolLines(map, id, pool, zone)),
    '',
    `max_osd ${map.maxOsd}`,
    ...map.getAllOsds().map((osd) => osdLine(map, osd)),
    '',
    ...pgLines(map),
    ...blocklistLines(map, zone),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function headLines(map: OSDMap, zone: TimeZone | undefined): string[] {
  const { data } = map;
  const { stretchMode } = data;
  const lines = [
    `epoch ${data.epoch}`,
    `fsid ${data.fsid}`,
    `created ${utimeText(data.created, zone)}`,
    `modified ${utimeText(data.modified, zone)}`,
    `flags ${mapFlagNames(data.flags).join()}`,
    `crush_version ${data.crushVersion}`,
    `full_ratio ${formatG(data.fullRatio)}`,
    `backfillfull_ratio ${formatG(data.backfillfullRatio)}`,
    `nearfull_ratio ${formatG(data.nearfullRatio)}`,
  ];
  if (data.requireMinCompatClient > 0) {
    lines.push(`require_min_compat_client ${releaseName(data.requireMinCompatClient)}`);
  }
  lines.push(`min_compat_client ${minCompatClient(map)}`);
  if (data.requireOsdRelease > 0) {
    lines.push(`require_osd_release ${releaseName(data.requireOsdRelease)}`);
  }
  lines.push(`stretch_mode_enabled ${stretchMode.enabled}`);
  if (stretchMode.enabled) {
    lines.push(
      `stretch_bucket_count ${stretchMode.bucketCount}`,
      `degraded_stretch_mode ${stretchMode.degraded}`,
      `recovering_stretch_mode ${stretchMode.recovering}`,
      `stretch_mode_bucket ${stretchMode.bucket}`,
    );
  }
  if (data.clusterSnapshot !== '') lines.push(`cluster_snapshot ${data.clusterSnapshot}`);
  return lines;
}

export function poolLines(map: OSDMap, id: number, pool: pg_pool_t, zone?: TimeZone): string[] {
  const lines = [`pool ${id} '${map.poolName(id) ?? '<unknown>'}' ${poolText(pool)}`];
  for (const snap of pool.snaps.values()) {
    lines.push(`\tsnap ${snap.snapid.toString(16)} '${snap.name}' ${utimeText(snap.stamp, zone)}`);
  }
  if (pool.removedSnaps.length > 0) lines.push(`\tremoved_snaps ${snapsText(pool.removedSnaps)}`);
  const queue = map.data.removedSnapsQueue.get(id);
  if (queue !== undefined) lines.push(`\tremoved_snaps_queue ${snapsText(queue)}`);
  return lines;
}

/** Ceph: operator<< of pg_pool_t. */
function poolText(pool: pg_pool_t): string {
  return [
    poolTypeName(pool.type),
    when(pool.type === POOL_TYPE_ERASURE, `profile ${pool.erasureCodeProfile}`),
    `size ${pool.size} min_size ${pool.minSize} crush_rule ${pool.crushRule}`,
    `object_hash ${cephStrHashName(pool.objectHash)}`,
    `pg_num ${pool.pgNum} pgp_num ${pool.pgpNum}`,
    when(pool.pgNumTarget !== pool.pgNum, `pg_num_target ${pool.pgNumTarget}`),
    when(pool.pgpNumTarget !== pool.pgpNum, `pgp_num_target ${pool.pgpNumTarget}`),
    when(pool.pgNumPending !== pool.pgNum, `pg_num_pending ${pool.pgNumPending}`),
    `autoscale_mode ${autoscaleModeName(pool.pgAutoscaleMode)}`,
    `last_change ${pool.lastChange}`,
    lforText(pool),
    when(pool.auid, `owner ${pool.auid}`),
    when(pool.flags, `flags ${poolFlagNames(pool.flags).join()}`),
    when(pool.quotaMaxBytes, `max_bytes ${pool.quotaMaxBytes}`),
    when(pool.quotaMaxObjects, `max_objects ${pool.quotaMaxObjects}`),
    ...tierTexts(pool),
    `stripe_width ${pool.stripeWidth}`,
    when(pool.expectedNumObjects, `expected_num_objects ${pool.expectedNumObjects}`),
    when(pool.fastRead, 'fast_read 1'),
    ...namedOpts(pool).map(([name, opt]) => `${name} ${optText(opt)}`),
    when(
      pool.applicationMetadata.size,
      `application ${[...pool.applicationMetadata.keys()].join()}`,
    ),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function tierTexts(pool: pg_pool_t): string[] {
  const { hitSetParams } = pool;
  const hitSet = `${pool.hitSetPeriod}s x${pool.hitSetCount} decay_rate ${pool.hitSetGradeDecayRate}`;
  return [
    when(pool.tiers.length, `tiers ${pool.tiers.join()}`),
    when(pool.tierOf >= 0, `tier_of ${pool.tierOf}`),
    when(pool.readTier >= 0, `read_tier ${pool.readTier}`),
    when(pool.writeTier >= 0, `write_tier ${pool.writeTier}`),
    when(pool.cacheMode, `cache_mode ${cacheModeName(pool.cacheMode)}`),
    when(pool.targetMaxBytes, `target_bytes ${pool.targetMaxBytes}`),
    when(pool.targetMaxObjects, `target_objects ${pool.targetMaxObjects}`),
    when(
      hitSetParams.type,
      `hit_set ${hitSetText(hitSetParams)} ${hitSet} search_last_n ${pool.hitSetSearchLastN}`,
    ),
    when(
      pool.minReadRecencyForPromote,
      `min_read_recency_for_promote ${pool.minReadRecencyForPromote}`,
    ),
    when(
      pool.minWriteRecencyForPromote,
      `min_write_recency_for_promote ${pool.minWriteRecencyForPromote}`,
    ),
  ];
}

function lforText(pool: pg_pool_t): string {
  const epochs = [
    pool.lastForceOpResend,
    pool.lastForceOpResendPrenautilus,
    pool.lastForceOpResendPreluminous,
  ];
  return when(
    epochs.some((epoch) => epoch > 0),
    `lfor ${epochs.join('/')}`,
  );
}

/** Options that have a name, in the order of the names. */
export function namedOpts(pool: pg_pool_t): [name: string, opt: pool_opt][] {
  return [...pool.opts]
    .flatMap(([key, opt]): [string, pool_opt][] => {
      const name = poolOptName(key);
      return name === undefined ? [] : [[name, opt]];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function optText(opt: pool_opt): string {
  return opt.type === 'double' ? formatG(opt.value) : String(opt.value);
}

/** Ceph: OSDMap::print_osd. */
function osdLine(map: OSDMap, osd: number): string {
  const affinity = map.data.osdPrimaryAffinity?.[osd] ?? CEPH_OSD_DEFAULT_PRIMARY_AFFINITY;
  const info = map.data.osdInfo.at(osd);
  const uuid = map.data.osdUuid.at(osd) ?? NO_UUID;
  return [
    `osd.${osd} ${map.isUp(osd) ? 'up  ' : 'down'} ${map.isIn(osd) ? 'in ' : 'out'}`,
    ` weight ${weightText(map.getWeight(osd))}`,
    when(
      affinity !== CEPH_OSD_DEFAULT_PRIMARY_AFFINITY,
      ` primary_affinity ${weightText(affinity)}`,
    ),
    info === undefined ? '' : ` ${infoText(info)}`,
    ` ${addrvecText(map.getAddrs(osd))} ${addrvecText(map.getClusterAddrs(osd))}`,
    ` ${osdStateNames(map.getState(osd)).join()}`,
    when(uuid !== NO_UUID, ` ${uuid}`),
  ].join('');
}

function infoText(info: osd_info_t): string {
  const clean = `last_clean_interval [${info.lastCleanBegin},${info.lastCleanEnd})`;
  const epochs = `up_from ${info.upFrom} up_thru ${info.upThru} down_at ${info.downAt} ${clean}`;
  return info.lostAt === 0 ? epochs : `${epochs} lost_at ${info.lostAt}`;
}

function weightText(weight: number): string {
  return formatG(weight / WEIGHT_ONE);
}

function pgLines({ data }: OSDMap): string[] {
  const lines = <V>(name: string, pgs: ReadonlyPgMap<V>, text: (value: V) => string) =>
    Array.from(pgs, ([pg, value]) => `${name} ${pgToString(pg)} ${text(value)}`);
  const list = (osds: readonly unknown[]) => `[${osds.join()}]`;
  return [
    ...lines('pg_upmap', data.pgUpmap, list),
    ...lines('pg_upmap_items', data.pgUpmapItems, list),
    ...lines('pg_temp', data.pgTemp, list),
    ...lines('primary_temp', data.primaryTemp, String),
  ];
}

function blocklistLines({ data }: OSDMap, zone: TimeZone | undefined): string[] {
  const blocked = unorderedOrder(data.blocklist, ([addr]) => hashAddr(addr));
  return [
    ...blocked.map(
      ([addr, until]) => `blocklist ${addrText(addr)} expires ${utimeText(until, zone)}`,
    ),
    ...data.rangeBlocklist.map(
      ([addr, until]) => `range blocklist ${addrText(addr)} expires ${utimeText(until, zone)}`,
    ),
  ];
}

function when(condition: unknown, text: string): string {
  return condition ? text : '';
}
