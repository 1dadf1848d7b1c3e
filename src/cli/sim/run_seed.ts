import type { MsType } from '../../../sim/index.ts';
import { drawPlan } from '../../../sim/machine/draw_plan.ts';
import type { Plan } from '../../../sim/machine/plan.ts';
import { type RunResult, runPlan } from '../../../sim/machine/run_plan.ts';
import { nodeHost } from './node_host.ts';

/** One in so many seeds is run twice: the same must come of it. */
const TWICE = 20;

export function planOf(seed: string, msType: MsType | undefined): Plan {
  const plan = drawPlan(seed);
  return msType === undefined ? plan : { ...plan, msType };
}

export async function runSeed(seed: string, msType: MsType | undefined): Promise<RunResult> {
  const host = nodeHost();
  const plan = planOf(seed, msType);
  const result = await runPlan(plan, host);
  if (Number(seed) % TWICE !== 0) return result;
  const { hash } = await runPlan(plan, host);
  if (hash === result.hash) return result;
  const text = `trace ${result.hash}, and ${hash} the second time`;
  const violation = { invariant: 'I29', at: result.simulatedMs, text } as const;
  return { ...result, violations: [...result.violations, violation] };
}
