import { byteUnits } from '../../common/byte_units.ts';
import type { Json } from '../../common/json_formatter.ts';
import { TextTable } from '../../common/TextTable.ts';
import { utf8Compare } from '../../common/utf8.ts';
import type { ClusterStat, PoolStat } from '../../librados/cluster_stats.ts';
import type { Format } from './format.ts';
import { orFail, type RadosRun } from './RadosRun.ts';

/** Commands for pools and the cluster. Ceph: rados_tool_common (src/tools/rados/rados.cc). */

export async function lspools({ rados, output }: RadosRun): Promise<number> {
  await output.write(
    rados
      .listPools()
      .map((name) => `${name}\n`)
      .join(''),
  );
  return 0;
}

/** `df`: of all pools, or of that of -p. */
export async function df({ rados, options, output }: RadosRun): Promise<number> {
  const names = options.pool === undefined ? rados.listPools() : [options.pool];
  const found = await orFail(rados.poolStats(names), 'error fetching pool stats');
  const stats = [...found].sort(([a], [b]) => utf8Compare(a, b));
  const total = await orFail(rados.clusterStat(), 'error getting total cluster usage');
  const { format } = options;
  await output.write(
    format === undefined
      ? poolTable(stats) + totalText(total)
      : structured(stats, total, format, (name) => rados.poolLookup(name)),
  );
  return 0;
}

type NamedStat = readonly [name: string, stat: PoolStat];

const HEADINGS = [
  'USED',
  'OBJECTS',
  'CLONES',
  'COPIES',
  'MISSING_ON_PRIMARY',
  'UNFOUND',
  'DEGRADED',
  'RD_OPS',
  'RD',
  'WR_OPS',
  'WR',
  'USED COMPR',
  'UNDER COMPR',
];

function poolTable(stats: readonly NamedStat[]): string {
  const table = new TextTable();
  table.defineColumn('POOL_NAME', 'left');
  for (const heading of HEADINGS) table.defineColumn(heading, 'right');
  for (const [name, stat] of stats) {
    table.addRow([
      name,
      byteUnits(stat.numBytes),
      String(stat.numObjects),
      String(stat.numObjectClones),
      String(stat.numObjectCopies),
      String(stat.numObjectsMissingOnPrimary),
      String(stat.numObjectsUnfound),
      String(stat.numObjectsDegraded),
      String(stat.numRd),
      byteUnits(stat.numRdKb * 1024),
      String(stat.numWr),
      byteUnits(stat.numWrKb * 1024),
      byteUnits(stat.compressedBytesAlloc),
      byteUnits(stat.compressedBytesOrig),
    ]);
  }
  return table.toString();
}

function totalText({ numObjects, kbUsed, kbAvail, kb }: ClusterStat): string {
  return `
total_objects    ${numObjects}
total_used       ${byteUnits(kbUsed * 1024)}
total_avail      ${byteUnits(kbAvail * 1024)}
total_space      ${byteUnits(kb * 1024)}
`;
}

function structured(
  stats: readonly NamedStat[],
  { numObjects, kbUsed, kbAvail, kb }: ClusterStat,
  format: Format,
  idOf: (name: string) => number | undefined,
): string {
  return format('stats', {
    pools: stats.map(([name, stat]) => poolFields(name, idOf(name), stat)),
    total_objects: numObjects,
    total_used: kbUsed,
    total_avail: kbAvail,
    total_space: kb,
  });
}

function poolFields(name: string, id: number | undefined, stat: PoolStat): Json {
  return {
    name,
    ...(id !== undefined && { id }),
    size_bytes: stat.numBytes,
    size_kb: stat.numKb,
    num_objects: stat.numObjects,
    num_object_clones: stat.numObjectClones,
    num_object_copies: stat.numObjectCopies,
    num_objects_missing_on_primary: stat.numObjectsMissingOnPrimary,
    num_objects_unfound: stat.numObjectsUnfound,
    num_objects_degraded: stat.numObjectsDegraded,
    read_ops: stat.numRd,
    read_bytes: stat.numRdKb * 1024,
    write_ops: stat.numWr,
    write_bytes: stat.numWrKb * 1024,
    compress_bytes_used: stat.compressedBytesAlloc,
    compress_under_bytes: stat.compressedBytesOrig,
  };
}
