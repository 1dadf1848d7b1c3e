import type { Alloc } from '../../src/common/Encoder.ts';
import type { Violation } from '../checkers/invariants.ts';
import { type HostSchedule, SimClock } from '../SimClock.ts';
import { SimCluster } from '../SimCluster.ts';
import { simulatedWorld } from '../World.ts';
import { checkEnd, checkRest } from './check_end.ts';
import { contentsOf } from './contents.ts';
import type { Plan, PlannedEvent } from './plan.ts';
import { oidOf, Run } from './Run.ts';

/** Simulated time in which all that is pending must end when all is well again. */
const LIVENESS_MS = 60_000;

/** What is left after the end, and not set again, is over by then. */
const AFTERWARDS_MS = 3_600_000;

/** Events of a run: one that has more is busy with nothing. */
const EVENTS_MAX = 3_000_000;

/** What a run needs of the machine that it runs on. */
export interface Host {
  readonly schedule: HostSchedule;
  readonly alloc: Alloc;
  /** Told of the error that ends the run, if one escapes from a promise; the answer ends it. */
  onUnhandled(crash: (error: unknown) => void): () => void;
}

/** What came of a run. */
export interface RunResult {
  readonly seed: string;
  readonly reads: number;
  /** Id → how often. */
  readonly faults: Readonly<Record<string, number>>;
  /** `state fault` → how often the fault came in that state of a client. */
  readonly cells: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  readonly events: number;
  /** Of all that went over the network. */
  readonly hash: string;
  readonly violations: readonly Violation[];
  /** When something was sent by a client or to it, in milliseconds of the plan, and by or to whom. */
  readonly moments: readonly (readonly [at: number, peer: string])[];
  /** Lines, if the run was traced. */
  readonly trace: string;
}

/** Plays a plan from its beginning to its end, and checks what comes of it. */
export async function runPlan(plan: Plan, host: Host, traced = false): Promise<RunResult> {
  const crash = new Crash();
  const stopListening = host.onUnhandled((error) => crash.now(error));
  const world = simulatedWorld((resume) => host.schedule(() => crash.trap(resume)), host.alloc);
  const cluster = await SimCluster.create(optionsOf(plan, traced), world);
  const { clock } = cluster;
  if (!(clock instanceof SimClock)) throw new RangeError('a run is simulated');
  const run = new Run(plan, cluster, clock);
  const start = clock.now();
  crash.isOver = () => clock.events > EVENTS_MAX;
  await Promise.race([play(run, plan), crash.promise]);
  if (crash.error !== undefined) run.report('crash', describe(crash.error));
  stopListening();
  return {
    seed: plan.seed,
    reads: run.reads,
    faults: Object.fromEntries(run.faults),
    cells: Object.fromEntries(run.cells),
    simulatedMs: clock.now() - start,
    events: clock.events,
    hash: cluster.trace().hash,
    violations: run.violations,
    moments: [...run.wire.moments].map(([at, peer]) => [at - start, peer] as const),
    trace: traced ? cluster.trace().toText() : '',
  };
}

async function play(run: Run, plan: Plan): Promise<void> {
  const { cluster, clock } = run;
  const last = plan.events.at(-1)?.at ?? 0;
  for (const event of plan.events) clock.addEventAfter(event.at, () => happen(run, event));
  await cluster.advance(last + 1);
  await heal(run, plan);
  await new Promise<void>((resolve) => {
    const late = clock.addEventAfter(LIVENESS_MS, () => clock.finisher.queue(resolve));
    void run.settled().then(() => {
      late.cancel();
      resolve();
    });
  });
  checkRest(run);
  await Promise.all(run.clients.map((client) => client.shutdown()));
  await cluster.stop();
  await cluster.advance(AFTERWARDS_MS);
  checkEnd(run);
}

function happen(run: Run, event: PlannedEvent): void {
  if (event.kind === 'read') run.read(event);
  else if (event.kind === 'list') run.list(event);
  else if (event.kind === 'write') run.write(event);
  else run.fault(event);
}

/** All is well again, but that some stay dead. */
async function heal(run: Run, plan: Plan): Promise<void> {
  run.endFaults();
  await run.cluster.mon().revive();
  for (let osd = 0; osd < plan.osds; osd++) {
    if (!run.dead.has(osd)) void run.cluster.osd(osd).revive();
  }
}

function optionsOf({ seed, msType, osds, hosts, pools, objects }: Plan, trace: boolean) {
  const contents: Record<string, Record<string, Uint8Array>> = {};
  for (const { name } of pools) contents[name] = {};
  objects.forEach((size, i) => {
    const pool = contents[pools[i % pools.length]?.name ?? ''];
    if (pool !== undefined && size >= 0) pool[oidOf(i)] = contentsOf(i, 0, size);
  });
  return { seed, msType, osds, hosts, pools, objects: contents, trace };
}

/** An error that nobody expects: the run is over then. */
class Crash {
  readonly promise: Promise<void>;
  error: unknown;
  /** The run has gone on for too long. */
  isOver: () => boolean = () => false;
  #end: () => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  now(error: unknown): void {
    this.error ??= error;
    this.#end();
  }

  /** Runs a turn of the clock, unless the run is over. */
  trap(turn: () => void): void {
    if (this.error !== undefined) return;
    try {
      turn();
    } catch (error) {
      this.now(error);
    }
    if (this.isOver()) this.now(new Error(`more than ${EVENTS_MAX} events`));
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}
