import { EAGAIN, EIO } from '../../src/common/errno.ts';
import type { OpRule, OpTrouble } from '../osd/OpFaults.ts';
import { drawNothing, type EndFault, type FaultKind, NOTHING, type Stage } from './FaultKind.ts';
import type { PlannedFault } from './plan.ts';

const STRAYS = ['twice', 'older attempt', 'unknown tid'] as const;
const SHAPES = ['fewer steps', 'more steps', 'too long'] as const;

function rule(stage: Stage, { osd }: PlannedFault, how: OpRule): EndFault {
  return stage.cluster.osd(osd).faults.add(how);
}

/** By every OSD, so that it does not help to ask another one. */
function everywhere({ cluster }: Stage, how: OpRule): EndFault {
  const { maxOsd } = cluster.osdMap;
  const ends = Array.from({ length: maxOsd }, (_, osd) => cluster.osd(osd).faults.add(how));
  return () => {
    for (const end of ends) end();
  };
}

function oneOf<T extends string>(all: readonly [T, ...T[]], how: string): T {
  return all.find((each) => each === how) ?? all[0];
}

export const OSD_FAULTS: readonly FaultKind[] = [
  {
    id: 'S1',
    text: 'an OSD dies, and comes back',
    lasts: [100, 15_000],
    draw: drawNothing,
    begin: (stage, { osd }) => {
      stage.cluster.osd(osd).kill();
      return () => {
        if (!stage.dead.has(osd)) void stage.cluster.osd(osd).revive();
      };
    },
  },
  {
    id: 'S3',
    text: 'ops wait at an OSD (osd_debug_inject_dispatch_delay_probability, _duration)',
    lasts: [500, 8000],
    draw: (draw) => ({ n: draw.order(1, 4000), how: '' }),
    begin: (stage, fault) =>
      rule(stage, fault, { trouble: { kind: 'delay', ms: fault.n }, oneIn: 1 + (fault.n % 5) }),
  },
  {
    id: 'S5',
    text: 'backoffs of PGs and of objects (osd_backoff_on_peering, _degraded, _unfound)',
    lasts: [200, 8000],
    draw: (draw) => ({ n: draw.from(0, 1000), how: draw.pick(['pg', 'object']) }),
    begin: (stage, { n, how }) => {
      const isWholePg = how === 'pg';
      const where = isWholePg ? stage.pg(n) : stage.object(n);
      return everywhere(stage, { ...where, trouble: { kind: 'backoff', isWholePg } });
    },
  },
  {
    id: 'S6',
    text: 'an OSD that is to be the primary no more drops ops without a word',
    lasts: [500, 6000],
    draw: (draw) => ({ n: draw.from(0, 1000), how: '' }),
    begin: dropThenMove,
  },
  {
    id: 'S7',
    text: 'replicas answer balanced reads with EAGAIN',
    lasts: [500, 8000],
    draw: (draw) => ({ n: draw.from(1, 4), how: '' }),
    begin: (stage, fault) =>
      everywhere(stage, {
        trouble: { kind: 'fail', errno: EAGAIN },
        oneIn: fault.n,
        atReplica: true,
      }),
  },
  {
    id: 'S9',
    text: 'replies come twice, of older attempts, or of ops that nobody asked',
    lasts: [500, 8000],
    draw: (draw) => ({ n: draw.from(1, 4), how: draw.pick(STRAYS) }),
    begin: (stage, fault) =>
      rule(stage, fault, {
        trouble: { kind: 'stray', how: oneOf(STRAYS, fault.how) },
        oneIn: fault.n,
      }),
  },
  {
    id: 'D1',
    text: 'an OSD cannot read what it has, and repairs it first (bluestore_debug_inject_read_err)',
    lasts: [500, 8000],
    draw: (draw) => ({ n: draw.from(1, 3), how: '' }),
    begin: (stage, fault) =>
      rule(stage, fault, { trouble: { kind: 'delay', ms: 200 }, oneIn: fault.n }),
  },
  {
    id: 'D2',
    text: 'no copy of an object can be read',
    lasts: [500, 6000],
    draw: (draw) => ({ n: draw.from(0, 1000), how: '' }),
    begin: (stage, { n }) => {
      const { oid, pool } = stage.object(n);
      const disallow = stage.allowEio(oid);
      const end = everywhere(stage, { oid, pool, trouble: { kind: 'fail', errno: EIO } });
      return () => {
        end();
        disallow();
      };
    },
  },
  {
    id: 'D4',
    text: 'an object is unfound: who reads it waits',
    lasts: [500, 8000],
    draw: (draw) => ({ n: draw.from(0, 1000), how: '' }),
    begin: (stage, { n }) => everywhere(stage, { ...stage.object(n), trouble: { kind: 'block' } }),
  },
  {
    id: 'D6',
    text: 'replies do not fit their ops',
    lasts: [200, 3000],
    draw: (draw) => ({ n: draw.from(2, 6), how: draw.pick(SHAPES) }),
    begin: (stage, fault) => {
      const disallow = stage.allowEio();
      const trouble: OpTrouble = { kind: 'misshapen', how: oneOf(SHAPES, fault.how) };
      const end = rule(stage, fault, { trouble, oneIn: fault.n });
      return () => {
        end();
        disallow();
      };
    },
  },
];

/** Drops the ops of a PG until the map says that another one is its primary. */
function dropThenMove(stage: Stage, { n }: PlannedFault): EndFault {
  const { clock } = stage.cluster;
  const { osdMonitor } = stage.cluster.mon();
  const pg = stage.pg(n);
  const { acting, actingPrimary } = osdMonitor.map.pgToUpActingOsds(pg);
  const next = acting.find((osd) => osd !== actingPrimary);
  if (next === undefined) return NOTHING;
  const end = stage.cluster.osd(actingPrimary).faults.add({ ...pg, trouble: { kind: 'drop' } });
  const moved = (): void => {
    end();
    // Another change may have undone this one. Then nobody would send again what was dropped.
    const isMoved = osdMonitor.map.pgToUpActingOsds(pg).actingPrimary !== actingPrimary;
    if (!isMoved) stage.resetAll(`osd.${actingPrimary}`);
  };
  const timer = clock.addEventAfter(n, () => osdMonitor.setPrimaryTemp(pg, next, moved));
  return () => {
    timer.cancel();
    osdMonitor.setPrimaryTemp(pg, -1, moved);
  };
}
