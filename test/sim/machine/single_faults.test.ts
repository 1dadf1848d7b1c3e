import { expect, test } from 'vitest';
import { runPlan } from '../../../sim/machine/run_plan.ts';
import { singleFaults, TRACE_NAMES, tracePlan } from '../../../sim/machine/single_faults.ts';
import { nodeHost } from '../../../src/cli/sim/node_host.ts';

/** `EVERY=1`: each fault at each moment, which takes minutes. */
const EVERY = Number(process.env['EVERY'] ?? 40);

test.each(TRACE_NAMES)(
  'one fault more, of any kind and at any moment, does no harm: %s',
  async (name) => {
    const host = nodeHost();
    const plan = tracePlan(name);
    const clean = await runPlan(plan, host);
    expect(clean.violations).toEqual([]);
    const failed: string[] = [];
    let runs = 0;
    for (const single of singleFaults(plan, clean, EVERY)) {
      runs += 1;
      const { violations } = await runPlan(single, host);
      for (const { invariant, text } of violations) {
        failed.push(`${single.seed}: ${invariant}: ${text}`);
      }
    }
    console.log(`${name}: ${clean.moments.length} moments, ${runs} runs`);
    expect(failed).toEqual([]);
    expect(runs).toBeGreaterThan(0);
  },
  900_000,
);
