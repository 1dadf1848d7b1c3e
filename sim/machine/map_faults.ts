import { CEPH_OSDMAP_PAUSERD } from '../../src/osd/rados.ts';
import type { MapTrouble } from '../MapFaults.ts';
import type { OSDMonitor } from '../mon/OSDMonitor.ts';
import { drawNothing, type EndFault, type FaultKind, NOTHING, type Stage } from './FaultKind.ts';
import type { PlannedFault } from './plan.ts';

/** What a change of the map is told when it is made. */
const ignore = (): void => undefined;

const HALF = 0x8000;
const WHOLE = 0x10000;

/** pg_num goes no higher. */
const PG_NUM_MAX = 64;

const LIES = ['late', 'twice', 'reversed', 'other fsid', 'wrong epoch', 'bad crc'] as const;

const CHANGES = ['pg_temp', 'primary_temp', 'upmap', 'affinity', 'reweight'] as const;

export const MAP_FAULTS: readonly FaultKind[] = [
  {
    id: 'O4',
    text: 'maps are trimmed before clients have seen them',
    lasts: [0, 0],
    draw: (draw) => ({ n: draw.from(2, 6), how: '' }),
    begin: trimMaps,
  },
  {
    id: 'O5',
    text: 'maps come late, twice, reversed, or others come before them',
    lasts: [500, 8000],
    draw: (draw) => ({ n: draw.order(1, 3000), how: draw.pick(LIES) }),
    begin: (stage, { how, n }) => {
      const kind = LIES.find((lie) => lie === how) ?? 'twice';
      const trouble: MapTrouble = kind === 'late' ? { kind, ms: n } : { kind };
      return stage.cluster.mapFaults.add({ trouble });
    },
  },
  {
    id: 'O7',
    text: 'pg_num and pgp_num change',
    lasts: [0, 0],
    draw: (draw) => ({ n: draw.from(0, 1000), how: draw.pick(['more', 'more', 'fewer']) }),
    begin: changePgNum,
  },
  {
    id: 'O8',
    text: 'pg_temp, primary_temp, upmaps, primary affinity, weights',
    lasts: [100, 10_000],
    draw: (draw) => ({ n: draw.from(0, 1000), how: draw.pick(CHANGES) }),
    begin: changePlaces,
  },
  {
    id: 'O9',
    text: 'pauserd is set for a while',
    lasts: [100, 6000],
    draw: drawNothing,
    begin: (stage) => {
      const { osdMonitor } = stage.cluster.mon();
      osdMonitor.setFlag(CEPH_OSDMAP_PAUSERD, true, ignore);
      return () => osdMonitor.setFlag(CEPH_OSDMAP_PAUSERD, false, ignore);
    },
  },
];

/** Some changes, each a map of its own; then all maps but the newest are forgotten, everywhere. */
function trimMaps(stage: Stage, { n, osd }: PlannedFault): EndFault {
  const { osdMonitor } = stage.cluster.mon();
  const changeOnce = (left: number): void => {
    if (left === 0) {
      osdMonitor.trimTo(osdMonitor.map.epoch);
      for (let id = 0; id < osdMonitor.map.maxOsd; id++) stage.cluster.osd(id).trimMaps();
    } else {
      const affinity = left % 2 === 0 ? HALF : WHOLE;
      osdMonitor.setPrimaryAffinity(osd, affinity, () => changeOnce(left - 1));
    }
  };
  changeOnce(n);
  return NOTHING;
}

function changePgNum(stage: Stage, { n, how }: PlannedFault): EndFault {
  const { osdMonitor } = stage.cluster.mon();
  const { pool: id } = stage.pg(n);
  const pool = osdMonitor.map.pools.get(id);
  if (pool === undefined) return NOTHING;
  const step = 1 + (n % 9);
  const pgNum =
    how === 'more' ? Math.min(pool.pgNum + step, PG_NUM_MAX) : Math.max(pool.pgNum - step, 1);
  if (pgNum === pool.pgNum) return NOTHING;
  const epoch = osdMonitor.nextEpoch;
  const resend = pgNum > pool.pgNum ? {} : { lastForceOpResend: epoch };
  const pgpNum = n % 3 === 0 ? Math.min(pool.pgpNum, pgNum) : pgNum;
  const targets = { pgNumTarget: pgNum, pgNumPending: pgNum, pgpNumTarget: pgpNum };
  const changes = { pgNum, pgpNum, ...targets, ...resend, lastForceOpResendPrenautilus: epoch };
  osdMonitor.changePool(id, changes, ignore);
  return NOTHING;
}

function changePlaces(stage: Stage, { n, osd, how }: PlannedFault): EndFault {
  const { osdMonitor } = stage.cluster.mon();
  const pg = stage.pg(n);
  const { acting, up } = osdMonitor.map.pgToUpActingOsds(pg);
  switch (how) {
    case 'pg_temp':
      osdMonitor.setPgTemp(pg, [...acting].reverse(), ignore);
      return () => osdMonitor.setPgTemp(pg, [], ignore);
    case 'primary_temp':
      return movePrimary(osdMonitor, pg, acting.at(-1) ?? -1);
    case 'upmap': {
      const from = up[0];
      if (from === undefined || up.includes(osd)) return NOTHING;
      osdMonitor.setPgUpmapItems(pg, [[from, osd]], ignore);
      return () => osdMonitor.setPgUpmapItems(pg, [], ignore);
    }
    case 'affinity':
      osdMonitor.setPrimaryAffinity(osd, n * 64, ignore);
      return () => osdMonitor.setPrimaryAffinity(osd, WHOLE, ignore);
    default:
      osdMonitor.reweight(osd, n * 64, ignore);
      return () => osdMonitor.reweight(osd, WHOLE, ignore);
  }
}

function movePrimary(
  osdMonitor: OSDMonitor,
  pg: { readonly pool: number; readonly seed: number },
  osd: number,
): EndFault {
  osdMonitor.setPrimaryTemp(pg, osd, ignore);
  return () => osdMonitor.setPrimaryTemp(pg, -1, ignore);
}
