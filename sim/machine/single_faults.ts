import { SimRandom, seedToUint32 } from '../SimRandom.ts';
import { Draw } from './Draw.ts';
import { FAULT_KINDS } from './fault_kinds.ts';
import type { Plan, PlannedEvent, PlannedFault, PlannedRead } from './plan.ts';
import type { RunResult } from './run_plan.ts';

const FAULT_MS = 1500;

/** Reads of one object, so that all of them meet the same OSD. */
function read(at: number, more: Partial<PlannedRead> = {}): PlannedRead {
  return {
    kind: 'read',
    at,
    client: 0,
    object: 0,
    step: 'both',
    offset: 0,
    length: 0,
    balanced: false,
    localized: false,
    timeout: 0,
    abortable: false,
    ...more,
  };
}

function fault(at: number, id: string, more: Partial<PlannedFault> = {}): PlannedFault {
  return { kind: 'fault', at, fault: id, ms: 0, client: 0, osd: 0, n: 0, how: '', ...more };
}

const AFFINITIES = [500, 600, 700, 800].map((at, i) =>
  fault(at, 'O8', { how: 'affinity', ms: 60_000, osd: 2, n: 900 - i }),
);

/** What a client goes through, in small: name → what happens. */
const TRACES: Readonly<Record<string, readonly PlannedEvent[]>> = {
  connect: [read(0)],
  'map catch-up': [read(100), ...AFFINITIES, read(1500), read(1600)],
  read: [read(100), read(200, { step: 'part', length: 10 }), read(200), read(201)],
  'balanced read with EAGAIN': [
    fault(50, 'S7', { n: 1, ms: 5000 }),
    ...[100, 110, 120, 130].map((at) => read(at, { balanced: true })),
  ],
  'reconnect with resend': [
    read(100),
    ...[0, 1, 2].map((osd) => fault(150, 'S3', { osd, n: 400, ms: 1000 })),
    read(200),
    read(201),
    ...[0, 1, 2].map((osd) => fault(300, 'N1', { osd, n: 1 })),
    read(310),
  ],
  'PG split': [
    read(100),
    ...[0, 1, 2].map((osd) => fault(150, 'S3', { osd, n: 300, ms: 1000 })),
    ...[0, 1, 2, 3].map((object) => read(200, { object })),
    fault(210, 'O7', { how: 'more', n: 6 }),
    read(600),
  ],
};

export const TRACE_NAMES: readonly string[] = Object.keys(TRACES);

/** A trace without any fault but those that make it. */
export function tracePlan(name: string): Plan {
  return {
    seed: `trace ${name}`,
    msType: 'async',
    osds: 3,
    hosts: 3,
    clients: 1,
    pools: [{ name: 'pool.0', size: 3, pgNum: 4 }],
    objects: [300, 200, 100, 50],
    conf: {},
    events: TRACES[name] ?? [],
    dead: [],
  };
}

/** Each kind of fault at each moment of a run of `plan`, one at a time: `every` so many of them. */
export function* singleFaults(plan: Plan, { moments }: RunResult, every: number): Generator<Plan> {
  let count = 0;
  for (const [at, peer] of moments) {
    for (const kind of FAULT_KINDS) {
      count += 1;
      if (count % every !== 0) continue;
      const seed = `${plan.seed}, ${kind.id} at ${at} ms`;
      const { n, how } = kind.draw(new Draw(new SimRandom(seedToUint32(seed), 'single')));
      const isMon = peer.startsWith('mon.');
      const ms = kind.lasts[1] === 0 ? 0 : FAULT_MS;
      const osd = isMon ? 0 : Number(peer.slice('osd.'.length));
      const one = fault(at, kind.id, { ms, osd, how, n: isMon ? n - (n % 8) : n | 1 });
      const events = [...plan.events, one].sort((a, b) => a.at - b.at);
      yield { ...plan, seed, events };
    }
  }
}
