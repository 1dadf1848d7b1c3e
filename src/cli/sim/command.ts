import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { FailureKind } from '../../../sim/checkers/invariants.ts';
import type { MsType } from '../../../sim/index.ts';
import type { Plan } from '../../../sim/machine/plan.ts';
import { type RunResult, runPlan } from '../../../sim/machine/run_plan.ts';
import { failureOf, lineOf, Summary } from '../../../sim/machine/summary.ts';
import { msTypeOption, parseSeed, parseUpTo } from '../options.ts';
import { explainFailure, replay, violationLines } from './explain_failure.ts';
import { nodeHost } from './node_host.ts';
import { planOf, runSeed } from './run_seed.ts';
import { runSeeds } from './run_seeds.ts';

const EXIT_CODES: Readonly<Record<FailureKind, number>> = { safety: 2, liveness: 3, crash: 4 };

const JOBS_MAX = 256;
const SECONDS_MAX = 86_400;

/** Failures of one call that are made smaller and shown. */
const EXPLAINED_MAX = 3;

interface SimOptions {
  readonly seed: string;
  readonly seeds?: readonly [number, number];
  readonly jobs: number;
  readonly seconds: number;
  readonly replay?: string;
  readonly ms_type?: MsType;
}

export function addSimCommand(program: Command): void {
  program
    .command('sim')
    .description(
      'Read while OSDs die, maps change, connections break and others write; one line a seed tells how it went.',
    )
    .option('--seed <N>', 'what all chance in the simulation follows from', parseSeed, '1')
    .option('--seeds <A..B>', 'many seeds, and what they come to', parseRange)
    .option('--jobs <N>', 'threads that share the seeds', parseUpTo(JOBS_MAX), 1)
    .option(
      '--seconds <N>',
      'begin no more seeds after so long',
      parseUpTo(SECONDS_MAX),
      SECONDS_MAX,
    )
    .option('--replay <FILE>', 'a plan that failed, as it was kept')
    .addOption(msTypeOption(['simple', 'async', 'xio']))
    .addHelpText(
      'after',
      '\nExit codes: 2 what was read, sent or left behind is wrong (safety), 3 a read does not end (liveness), 4 an error that nobody expects (crash).',
    )
    .action(async (options: SimOptions) => {
      if (options.replay !== undefined) await replayFile(options.replay);
      else if (options.seeds === undefined) await one(options);
      else await many(options.seeds, options);
    });
}

function parseRange(text: string): readonly [number, number] {
  const [, first, last] = /^([0-9]{1,15})\.\.([0-9]{1,15})$/.exec(text) ?? [];
  if (first !== undefined && last !== undefined && Number(first) <= Number(last)) {
    return [Number(first), Number(last)];
  }
  throw new InvalidArgumentError('It is two whole numbers, the lower one first: 1..100.');
}

async function one({ seed, ms_type }: SimOptions): Promise<void> {
  const result = await runSeed(seed, ms_type);
  console.log(lineOf(result));
  await tellFailure(result, ms_type);
}

async function many(
  [first, last]: readonly [number, number],
  { jobs, seconds, ms_type: msType }: SimOptions,
): Promise<void> {
  const start = performance.now();
  const summary = new Summary();
  const failed: RunResult[] = [];
  const withinMs = seconds * 1000;
  await runSeeds({ first, last, jobs: Math.max(jobs, 1), msType, withinMs }, (result) => {
    summary.add(result);
    if (result.violations.length > 0) failed.push(result);
    console.log(lineOf(result));
  });
  const wallMs = performance.now() - start;
  for (const result of failed.slice(0, EXPLAINED_MAX)) await tellFailure(result, msType);
  for (const result of failed) noteFailure(result);
  console.log(summary.toText(wallMs));
}

/** A plan comes from a file that this program has written. */
async function replayFile(file: string): Promise<void> {
  const plan: Plan = JSON.parse(readFileSync(file, 'utf8'));
  console.log(await replay(plan));
  const result = await runPlan(plan, nodeHost());
  console.log(lineOf(result));
  noteFailure(result);
}

async function tellFailure(result: RunResult, msType: MsType | undefined): Promise<void> {
  if (result.violations.length === 0) return;
  noteFailure(result);
  for (const line of violationLines(result.violations)) console.log(line);
  const type = msType === undefined ? '' : ` --ms_type ${msType}`;
  console.log(`again: radosim sim --seed ${result.seed}${type}`);
  const file = `radosim-seed-${result.seed}.json`;
  console.log(await explainFailure(planOf(result.seed, msType), result, file));
}

function noteFailure({ violations }: RunResult): void {
  const failure = failureOf(violations.map(({ invariant }) => invariant));
  if (failure === undefined) return;
  process.exitCode = Math.max(Number(process.exitCode ?? 0), EXIT_CODES[failure]);
}
