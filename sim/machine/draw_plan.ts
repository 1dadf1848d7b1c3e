import type { Options } from '../../src/common/options.ts';
import { SimRandom, seedToUint32 } from '../SimRandom.ts';
import { Draw } from './Draw.ts';
import { FAULT_KINDS } from './fault_kinds.ts';
import type {
  Plan,
  PlannedFault,
  PlannedList,
  PlannedPool,
  PlannedRead,
  PlannedWrite,
  ReadStep,
} from './plan.ts';

/** How much there is to be in a plan. */
export interface PlanSize {
  readonly reads: number;
  readonly faults: number;
}

/** What the machine is judged by. */
export const FULL_SIZE: PlanSize = { reads: 200, faults: 50 };

/** A kind of fault is wholly off in a third of the seeds. */
const KIND_ON = 2 / 3;

/** What makes most maps and most work is not to happen all the time. */
const SELDOM: Readonly<Record<string, number>> = { U3: 4, U5: 5, O1: 3, S1: 3, O4: 3 };

const STEPS: readonly [ReadStep, ...ReadStep[]] = [
  'read',
  'read',
  'part',
  'stat',
  'both',
  'both',
  'sparse',
  'checksum',
  'class',
  'all',
];

/** What happens in the run of `seed`: each concern has a chance of its own. */
export function drawPlan(seed: string, size: PlanSize = FULL_SIZE): Plan {
  const random = new SimRandom(seedToUint32(seed), 'plan');
  const [world, faults, reads, writes, lists] = ['world', 'faults', 'reads', 'writes', 'lists'].map(
    (concern) => new Draw(random.stream(concern)),
  ) as [Draw, Draw, Draw, Draw, Draw];
  const osds = world.from(3, 6);
  const clients = world.from(1, 3);
  const objects = Array.from({ length: world.from(5, 40) }, () => drawSize(world));
  const ms = world.order(3000, 40_000);
  const shape = { osds, clients, objects: objects.length, ms };
  const events = [
    ...drawReads(reads, shape, size.reads),
    ...drawFaults(faults, shape, size.faults),
    ...drawWrites(writes, shape),
    ...drawLists(lists, shape),
  ];
  const msType = world.pick(['async', 'async', 'async', 'simple', 'xio'] as const);
  const hosts = world.chance(0.3) ? Math.ceil(osds / 2) : osds;
  return {
    seed,
    msType,
    osds,
    hosts,
    clients,
    pools: drawPools(world),
    objects,
    conf: drawConf(world, hosts),
    events: events.sort((a, b) => a.at - b.at),
    dead: world.chance(0.3) ? [world.from(0, osds - 1)] : [],
  };
}

/** What the draws of events go by. */
interface Shape {
  readonly osds: number;
  readonly clients: number;
  readonly objects: number;
  /** How long the faults last, all in all. */
  readonly ms: number;
}

function drawSize(draw: Draw): number {
  if (draw.chance(0.1)) return -1;
  return draw.chance(0.05) ? 0 : draw.order(1, draw.chance(0.1) ? 60_000 : 4096);
}

function drawPools(draw: Draw): PlannedPool[] {
  return Array.from({ length: draw.from(1, 2) }, (_, i) => ({
    name: `pool.${i}`,
    size: draw.from(2, 3),
    pgNum: draw.pick([1, 4, 8, 12, 16, 32]),
  }));
}

function drawConf(draw: Draw, hosts: number): Partial<Options> {
  return {
    crush_location: `host=host${draw.from(0, hosts - 1)} root=default`,
    ...(draw.chance(0.3) ? { objecter_inflight_ops: draw.from(1, 8) } : {}),
    ...(draw.chance(0.2) ? { objecter_inflight_op_bytes: draw.order(1, 100_000) } : {}),
    ...(draw.chance(0.3) ? { ms_inject_socket_failures: draw.order(30, 2500) } : {}),
    ...(draw.chance(0.2)
      ? {
          ms_inject_delay_type: draw.pick(['osd', 'mon', 'osd mon']),
          ms_inject_delay_probability: draw.pick([0.005, 0.1, 1]),
          ms_inject_delay_max: draw.pick([0.1, 1]),
        }
      : {}),
  };
}

function drawReads(draw: Draw, shape: Shape, count: number): PlannedRead[] {
  const isBursty = draw.chance(0.5);
  let burst = 0;
  return Array.from({ length: count }, () => {
    if (!isBursty || draw.chance(0.1)) burst = draw.from(0, shape.ms);
    return {
      kind: 'read',
      at: isBursty ? burst + draw.from(0, 5) : draw.from(0, shape.ms),
      client: draw.from(0, shape.clients - 1),
      object: draw.from(0, shape.objects - 1),
      step: draw.pick(STEPS),
      offset: draw.order(1, 5000) - 1,
      length: draw.order(1, 5000),
      balanced: draw.chance(0.3),
      localized: draw.chance(0.1),
      timeout: draw.chance(0.1) ? draw.order(1, 20_000) : 0,
      abortable: draw.chance(0.3),
    };
  });
}

function drawWrites(draw: Draw, shape: Shape): PlannedWrite[] {
  return Array.from({ length: draw.from(0, 60) }, () => ({
    kind: 'write',
    at: draw.from(0, shape.ms),
    object: draw.from(0, shape.objects - 1),
    size: draw.order(1, 10_000),
  }));
}

function drawLists(draw: Draw, shape: Shape): PlannedList[] {
  return Array.from({ length: draw.from(0, 6) }, () => ({
    kind: 'list',
    at: draw.from(0, shape.ms),
    client: draw.from(0, shape.clients - 1),
    pool: draw.from(0, 1),
    pageSize: draw.order(1, 100),
  }));
}

function drawFaults(draw: Draw, shape: Shape, count: number): PlannedFault[] {
  const on = draw.some(FAULT_KINDS, KIND_ON);
  const kinds = (on.length > 0 ? on : FAULT_KINDS) as [(typeof FAULT_KINDS)[number]];
  const drawKind = (): (typeof FAULT_KINDS)[number] => {
    for (let tries = 0; tries < 10; tries++) {
      const kind = draw.pick(kinds);
      if (draw.from(1, SELDOM[kind.id] ?? 1) === 1) return kind;
    }
    return draw.pick(kinds);
  };
  return Array.from({ length: count }, () => {
    const kind = drawKind();
    return {
      kind: 'fault',
      at: draw.from(0, shape.ms),
      fault: kind.id,
      ms: kind.lasts[1] === 0 ? 0 : draw.order(...kind.lasts),
      client: draw.from(0, shape.clients - 1),
      osd: draw.from(0, shape.osds - 1),
      ...kind.draw(draw),
    };
  });
}
