import { byteUnits, siUnits } from '../../../src/common/byte_units.ts';
import type { Json } from '../../../src/common/json_formatter.ts';
import { TextTable } from '../../../src/common/TextTable.ts';
import { mapFlagNames, releaseName } from '../../../src/osd/dump/names.ts';
import { type Command, type CommandContext, formatted } from './command.ts';

interface Check {
  readonly code: string;
  readonly summary: string;
  readonly count: number;
}

const SHOWN_FLAGS = [
  'pauserd',
  'pausewr',
  'noup',
  'nodown',
  'noin',
  'noout',
  'nobackfill',
  'norecover',
  'noscrub',
  'nodeep-scrub',
  'notieragent',
  'nosnaptrim',
  'norebalance',
];

/** What is wrong. Ceph: OSDMap::check_health, HealthMonitor. */
function checks({ map, monMap, quorum }: CommandContext): Check[] {
  const found: Check[] = [];
  const down = map.getAllOsds().filter((osd) => !map.isUp(osd) && !map.isOut(osd)).length;
  const silent = monMap.mons.length - quorum.length;
  if (silent > 0) {
    const summary = `${silent}/${monMap.mons.length} mons down, quorum ${quorum.map((rank) => monMap.mons[rank]?.name)}`;
    found.push({ code: 'MON_DOWN', summary, count: silent });
  }
  if (down > 0) found.push({ code: 'OSD_DOWN', summary: `${down} osds down`, count: down });
  const flags = mapFlagNames(map.flags).filter((name) => SHOWN_FLAGS.includes(name));
  if (flags.length > 0) {
    found.push({ code: 'OSDMAP_FLAGS', summary: `${flags} flag(s) set`, count: flags.length });
  }
  return found;
}

function statusWord(found: readonly Check[]): string {
  return found.length === 0 ? 'HEALTH_OK' : 'HEALTH_WARN';
}

function healthJson(found: readonly Check[]): Json {
  const entries = found.map(({ code, summary, count }): [string, Json] => [
    code,
    { severity: 'HEALTH_WARN', summary: { message: summary, count }, muted: false },
  ]);
  return { status: statusWord(found), checks: new Map(entries), mutes: [] };
}

function healthText(found: readonly Check[], detail: boolean): string {
  const summary = found.map((check) => check.summary).join('; ');
  const first = [statusWord(found), summary].filter((word) => word !== '').join(' ');
  const lines = detail ? found.map(({ code, summary: text }) => `[WRN] ${code}: ${text}`) : [];
  return [first, ...lines].map((line) => `${line}\n`).join('');
}

interface Totals {
  readonly pools: number;
  readonly pgs: number;
  readonly objects: number;
  readonly bytes: number;
  readonly used: number;
  readonly total: number;
}

function totals({ map, stats }: CommandContext): Totals {
  let [pgs, objects, bytes, used] = [0, 0, 0, 0];
  for (const [id, pool] of map.pools) {
    const usage = stats.poolUsage(id);
    pgs += pool.pgNum;
    objects += usage.objects;
    bytes += usage.bytes;
    used += usage.bytes * pool.size;
  }
  const total = map.getAllOsds().filter((osd) => !map.isOut(osd)).length * stats.capacity;
  return { pools: map.pools.size, pgs, objects, bytes, used, total };
}

function statusText(ctx: CommandContext): string {
  const { map, monMap, quorum } = ctx;
  const found = checks(ctx);
  const sum = totals(ctx);
  const all = map.getAllOsds();
  const up = all.filter((osd) => map.isUp(osd)).length;
  const inside = all.filter((osd) => !map.isOut(osd)).length;
  const names = quorum.map((rank) => monMap.mons[rank]?.name ?? '');
  const lines = [
    '  cluster:',
    `    id:     ${map.fsid}`,
    `    health: ${statusWord(found)}`,
    ...found.map(({ summary }) => `            ${summary}`),
    ' ',
    '  services:',
    `    mon: ${monMap.mons.length} daemons, quorum ${names}`,
    '    mgr: no daemons active',
    `    osd: ${all.length} osds: ${up} up, ${inside} in`,
    ' ',
    '  data:',
    `    pools:   ${sum.pools} pools, ${sum.pgs} pgs`,
    `    objects: ${siUnits(sum.objects)} objects, ${byteUnits(sum.bytes)}`,
    `    usage:   ${byteUnits(sum.used)} used, ${byteUnits(sum.total - sum.used)} / ${byteUnits(sum.total)} avail`,
    `    pgs:     ${sum.pgs > 0 ? `${sum.pgs} active+clean` : ''}`,
    ' ',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function statusJson(ctx: CommandContext): Json {
  const { map, monMap, quorum } = ctx;
  const sum = totals(ctx);
  const all = map.getAllOsds();
  return {
    fsid: map.fsid,
    health: healthJson(checks(ctx)),
    election_epoch: 3,
    quorum,
    quorum_names: quorum.map((rank) => monMap.mons[rank]?.name ?? ''),
    quorum_age: 0,
    monmap: {
      epoch: monMap.epoch,
      min_mon_release_name: releaseName(monMap.minMonRelease),
      num_mons: monMap.mons.length,
    },
    osdmap: {
      epoch: map.epoch,
      num_osds: all.length,
      num_up_osds: all.filter((osd) => map.isUp(osd)).length,
      num_in_osds: all.filter((osd) => !map.isOut(osd)).length,
      num_remapped_pgs: 0,
    },
    pgmap: {
      pgs_by_state: sum.pgs === 0 ? [] : [{ state_name: 'active+clean', count: sum.pgs }],
      num_pgs: sum.pgs,
      num_pools: sum.pools,
      num_objects: sum.objects,
      data_bytes: sum.bytes,
      bytes_used: sum.used,
      bytes_avail: sum.total - sum.used,
      bytes_total: sum.total,
    },
    fsmap: { epoch: 1, by_rank: [], 'up:standby': 0 },
    mgrmap: { available: false, num_standbys: 0, modules: [], services: {} },
    servicemap: { epoch: 1, modified: '0.000000', services: {} },
    progress_events: {},
  };
}

/** Of `ceph df`: what is stored, and what that takes. */
function dfText(ctx: CommandContext): string {
  const { map, stats } = ctx;
  const sum = totals(ctx);
  const raw = new TextTable();
  raw.defineColumn('CLASS', 'left');
  for (const heading of ['SIZE', 'AVAIL', 'USED', 'RAW USED', '%RAW USED']) {
    raw.defineColumn(heading, 'right');
  }
  const percent = sum.total === 0 ? 0 : (100 * sum.used) / sum.total;
  const used = byteUnits(sum.used);
  raw.addRow([
    'TOTAL',
    byteUnits(sum.total),
    byteUnits(sum.total - sum.used),
    used,
    used,
    percentText(percent),
  ]);
  const pools = new TextTable();
  pools.defineColumn('POOL', 'left');
  for (const heading of ['ID', 'PGS', 'STORED', 'OBJECTS', 'USED', '%USED', 'MAX AVAIL']) {
    pools.defineColumn(heading, 'right');
  }
  for (const [id, pool] of [...map.pools].sort(([a], [b]) => a - b)) {
    const { objects, bytes } = stats.poolUsage(id);
    const taken = bytes * pool.size;
    const free = Math.floor((sum.total - sum.used) / pool.size);
    const share = taken + free === 0 ? 0 : (100 * taken) / (taken + free * pool.size);
    pools.addRow([
      map.poolName(id) ?? '',
      String(id),
      String(pool.pgNum),
      byteUnits(bytes),
      siUnits(objects),
      byteUnits(taken),
      percentText(share),
      byteUnits(free),
    ]);
  }
  return `--- RAW STORAGE ---\n${raw}\n--- POOLS ---\n${pools}`;
}

function percentText(percent: number): string {
  return percent === 0 ? '0' : percent.toFixed(2);
}

function dfJson(ctx: CommandContext): Json {
  const { map, stats } = ctx;
  const sum = totals(ctx);
  const inside = map.getAllOsds().filter((osd) => !map.isOut(osd)).length;
  return {
    stats: {
      total_bytes: sum.total,
      total_avail_bytes: sum.total - sum.used,
      total_used_bytes: sum.used,
      total_used_raw_bytes: sum.used,
      total_used_raw_ratio: sum.total === 0 ? 0 : sum.used / sum.total,
      num_osds: inside,
      num_per_pool_osds: inside,
      num_per_pool_omap_osds: inside,
    },
    stats_by_class: {},
    pools: [...map.pools]
      .sort(([a], [b]) => a - b)
      .map(([id, pool]) => {
        const { objects, bytes } = stats.poolUsage(id);
        return {
          name: map.poolName(id) ?? '',
          id,
          stats: {
            stored: bytes,
            objects,
            kb_used: Math.ceil((bytes * pool.size) / 1024),
            bytes_used: bytes * pool.size,
            percent_used: sum.total === 0 ? 0 : (bytes * pool.size) / sum.total,
            max_avail: Math.floor((sum.total - sum.used) / pool.size),
          },
        };
      }),
  };
}

export const STATUS_COMMANDS: readonly Command[] = [
  {
    signature: 'status',
    help: 'how the cluster is',
    module: 'mon',
    perm: 'r',
    run: (ctx, args, reply) =>
      reply(
        formatted(
          args,
          () => statusText(ctx),
          () => statusJson(ctx),
        ),
      ),
  },
  {
    signature: 'health name=detail,type=CephChoices,strings=detail,req=false',
    help: 'what is wrong',
    module: 'mon',
    perm: 'r',
    run: (ctx, args, reply) => {
      const found = checks(ctx);
      const detail = args.optString('detail', '') === 'detail';
      reply(
        formatted(
          args,
          () => healthText(found, detail),
          () => healthJson(found),
        ),
      );
    },
  },
  {
    signature: 'df name=detail,type=CephChoices,strings=detail,req=false',
    help: 'how full the cluster is',
    module: 'mon',
    perm: 'r',
    run: (ctx, args, reply) =>
      reply(
        formatted(
          args,
          () => dfText(ctx),
          () => dfJson(ctx),
        ),
      ),
  },
];
