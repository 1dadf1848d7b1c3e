import { describe, expect, it } from 'vitest';
import { drawPlan } from '../../../sim/machine/draw_plan.ts';
import { FAULT_KINDS } from '../../../sim/machine/fault_kinds.ts';
import type { Plan } from '../../../sim/machine/plan.ts';
import { runPlan } from '../../../sim/machine/run_plan.ts';
import { shrinkPlan } from '../../../sim/machine/shrink.ts';
import { nodeHost } from '../../../src/cli/sim/node_host.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => String(i + 1));

/** What the machine is judged by. */
const READS = 200;
const FAULTS = 50;

describe('the machine', () => {
  it.each(SEEDS)('finds nothing wrong with seed %s', async (seed) => {
    const { reads, faults, violations } = await runPlan(drawPlan(seed), nodeHost());
    const all = Object.values(faults).reduce((sum, count) => sum + count, 0);
    expect(violations).toEqual([]);
    expect(reads).toBeGreaterThanOrEqual(READS);
    expect(all).toBeGreaterThanOrEqual(FAULTS);
  });

  it('does the same when the seed is the same, and another thing when it is another', async () => {
    const hashOf = async (seed: string): Promise<string> => {
      return (await runPlan(drawPlan(seed), nodeHost())).hash;
    };
    expect(await hashOf('7')).toBe(await hashOf('7'));
    expect(await hashOf('7')).not.toBe(await hashOf('8'));
  });

  it('draws plans that survive being written as JSON', () => {
    const plan = drawPlan('3');
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('has each kind of fault wholly off in some seeds, and on in most', () => {
    const plans = Array.from({ length: 200 }, (_, i) => drawPlan(`off ${i}`));
    for (const { id } of FAULT_KINDS) {
      const on = plans.filter(({ events }) =>
        events.some((event) => event.kind === 'fault' && event.fault === id),
      );
      expect(on.length).toBeGreaterThan(40);
      expect(on.length).toBeLessThan(180);
    }
  });

  it('leaves of a plan what it needs to fail', async () => {
    const isCulprit = (plan: Plan): boolean =>
      plan.events.some((event) => event.kind === 'fault') &&
      plan.events.some((event) => event.kind === 'read' && event.step === 'stat');
    const small = await shrinkPlan(drawPlan('1'), async (plan) => isCulprit(plan), 1000);
    expect(small.events.map(({ kind }) => kind).toSorted()).toEqual(['fault', 'read']);
    expect(small.conf).toEqual({});
  });
});
