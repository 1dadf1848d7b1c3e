import type { Plan, PlannedEvent } from './plan.ts';

/** Whether a plan still fails in the same way. */
export type StillFails = (plan: Plan) => Promise<boolean>;

/**
 * A smaller plan that fails in the same way: faults are left out as far as it goes, then what is read and
 * written, then options, and what is left is made to last less. `runs` is how often it may be tried.
 */
export async function shrinkPlan(plan: Plan, stillFails: StillFails, runs: number): Promise<Plan> {
  let left = runs;
  let best = plan;
  const accept = async (candidate: Plan): Promise<boolean> => {
    if (left <= 0) return false;
    left -= 1;
    const fails = await stillFails(candidate);
    if (fails) best = candidate;
    return fails;
  };
  const isFault = (event: PlannedEvent): boolean => event.kind === 'fault';
  const isAsked = (event: PlannedEvent): boolean => !isFault(event);
  for (const isMeant of [isFault, isAsked, isFault]) {
    await removeEvents(() => best, isMeant, accept);
  }
  for (const option of Object.keys(best.conf)) {
    const conf = Object.fromEntries(Object.entries(best.conf).filter(([name]) => name !== option));
    await accept({ ...best, conf });
  }
  if (best.dead.length > 0) await accept({ ...best, dead: [] });
  return best;
}

/** Leaves out runs of the events that are meant: long ones first, at last one by one. */
async function removeEvents(
  current: () => Plan,
  isMeant: (event: PlannedEvent) => boolean,
  accept: (plan: Plan) => Promise<boolean>,
): Promise<void> {
  let length = Math.ceil(current().events.filter(isMeant).length);
  while (length >= 1) {
    for (let at = 0; at < current().events.filter(isMeant).length; ) {
      const plan = current();
      const gone = new Set(plan.events.filter(isMeant).slice(at, at + length));
      const events = plan.events.filter((event) => !gone.has(event));
      if (!(await accept({ ...plan, events }))) at += length;
    }
    length = length === 1 ? 0 : Math.ceil(length / 2);
  }
}
