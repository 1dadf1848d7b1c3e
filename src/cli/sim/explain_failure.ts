import { writeFileSync } from 'node:fs';
import { INVARIANTS } from '../../../sim/checkers/invariants.ts';
import type { Plan } from '../../../sim/machine/plan.ts';
import { type RunResult, runPlan } from '../../../sim/machine/run_plan.ts';
import { shrinkPlan } from '../../../sim/machine/shrink.ts';
import { nodeHost } from './node_host.ts';

/** Runs that it may take to make a plan smaller. */
const SHRINK_RUNS = 400;

const TRACE_LINES_MAX = 200;

/** What tells the story of ops; the rest of a trace is how bytes travel. */
const TOLD = /^ *[0-9.]+ \S+ (Objecter|MonClient|OSDMonitor|MockMonitor|MockOSD|IoCtx)\./;

/** Makes the plan smaller that fails, keeps it in a file, and shows what happens in it. */
export async function explainFailure(plan: Plan, failed: RunResult, file: string): Promise<string> {
  const host = nodeHost();
  const [first] = failed.violations;
  const small = await shrinkPlan(
    plan,
    async (candidate) => {
      const { violations } = await runPlan(candidate, host);
      return violations.some(({ invariant }) => invariant === first?.invariant);
    },
    SHRINK_RUNS,
  );
  writeFileSync(file, `${JSON.stringify(small, undefined, 1)}\n`);
  const faults = small.events.filter(({ kind }) => kind === 'fault').length;
  return [
    await replay(small),
    `${faults} faults and ${small.events.length - faults} reads and writes are left`,
    `replay it: radosim sim --replay ${file}`,
  ].join('\n');
}

/** What happens in a run of the plan, and what is wrong with it. */
export async function replay(plan: Plan): Promise<string> {
  const { trace, violations } = await runPlan(plan, nodeHost(), true);
  const until = violations[0]?.at ?? Number.POSITIVE_INFINITY;
  const told = trace.split('\n').filter((line) => TOLD.test(line));
  const start = Number.parseFloat(told[0] ?? '0');
  const before = told.filter((line) => Number.parseFloat(line) - start <= until);
  return [
    ...before.slice(-TRACE_LINES_MAX).map((line) => line.slice(0, 200)),
    ...violationLines(violations),
  ].join('\n');
}

export function violationLines(violations: RunResult['violations']): string[] {
  return violations
    .slice(0, 5)
    .map(
      ({ invariant, at, text }) => `  ${at} ms: ${invariant} (${INVARIANTS[invariant]}): ${text}`,
    );
}
