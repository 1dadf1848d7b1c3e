import type { Json } from '../../common/json_formatter.ts';
import { type utime_t, utimeToMs } from '../../common/utime_t.ts';
import type { ObjectClone } from '../../osdc/snaps_step.ts';
import { orFail, poolOf, printable, type RadosRun, targetOf, usageExit } from './RadosRun.ts';

/** Commands for snapshots. Ceph: rados_tool_common (src/tools/rados/rados.cc). */

type SnapNames = ReadonlyMap<number, string>;

export async function lssnap(run: RadosRun): Promise<number> {
  const { poolId } = poolOf(run);
  if (run.operands.length > 0) throw usageExit();
  const snaps = [...(run.rados.osdMap.pools.get(poolId)?.snaps ?? [])];
  const lines = snaps.map(([id, { name, stamp }]) => `${id}\t${name}\t${dateText(stamp)}\n`);
  await run.output.write(`${lines.join('')}${snaps.length} snaps\n`);
  return 0;
}

/** `2026.11.22 22:05:26`, local time. */
function dateText(time: utime_t): string {
  const date = new Date(utimeToMs(time));
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('.');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

export async function listsnaps(run: RadosRun): Promise<number> {
  const { ioctx, oid, place } = targetOf(run, 1);
  const { clones } = await orFail(ioctx.listSnaps(oid), `error listing snap shots ${place}`);
  const snaps = run.rados.osdMap.pools.get(ioctx.poolId)?.snaps ?? new Map<number, never>();
  const names = new Map([...snaps].map(([id, { name }]) => [id, name]));
  const { format, prettyFormat } = run.options;
  await run.output.write(
    format === undefined
      ? clonesText(oid, clones, prettyFormat ? names : new Map())
      : format('object', { name: oid, clones: clones.map((clone) => cloneFields(clone, names)) }),
  );
  return 0;
}

/** `names`: of those snapshots that are to be told with their names. */
function clonesText(oid: string, clones: readonly ObjectClone[], names: SnapNames): string {
  const lines = clones.map(({ id, snaps, size, overlap }) => {
    const seen = snaps.map((snap) => {
      const name = names.get(snap);
      return name === undefined ? String(snap) : `${name}(${snap})`;
    });
    const line = `${id}\t${seen.length === 0 ? '-' : seen.join(',')}\t${size}`;
    const same = overlap.map(([offset, length]) => `${offset}~${length}`);
    return id === 'head' ? line : `${line}\t[${same.join(',')}]\n`;
  });
  return `${printable(oid)}:\ncloneid\tsnaps\tsize\toverlap\n${lines.join('')}\n`;
}

function cloneFields({ id, snaps, size, overlap }: ObjectClone, names: SnapNames): Json {
  return {
    id,
    snapshots: snaps.map((snap): Json => {
      const name = names.get(snap);
      return name === undefined ? { id: snap } : { id: snap, name };
    }),
    size,
    ...(id !== 'head' && {
      overlaps: overlap.map(([start, length]): Json => ({ start, length })),
    }),
  };
}
