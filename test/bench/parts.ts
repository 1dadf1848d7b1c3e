import { SimClock } from '../../sim/SimClock.ts';
import { CrushWrapper } from '../../src/crush/CrushWrapper.ts';
import { type Figure, measure } from './measure.ts';

const COPIES = 3;
const MAPPINGS = 10_000;
const EVENTS = 100_000;
const POOL_REPLICATED = 1;

/** Three copies on different hosts, by CRUSH alone: no cache. */
export function mappings(osds: number, hosts: number): Promise<Figure> {
  const crush = CrushWrapper.create();
  crush.addBucket('default', 'root');
  for (let osd = 0; osd < osds; osd++) {
    crush.insertItem(osd, 1, `osd.${osd}`, { host: `host${osd % hosts}`, root: 'default' });
  }
  const rule = crush.addSimpleRule('data', 'default', 'host', 'firstn', POOL_REPLICATED);
  const weights = new Uint32Array(osds).fill(0x10000);
  let x = 0;
  return measure(() => {
    for (const end = x + MAPPINGS; x < end; x++) crush.doRule(rule, x, COPIES, weights, 0);
    return MAPPINGS;
  });
}

/** Events of the simulator that each ask for the next one, with `pending` in the queue. */
export function simulatedEvents(pending: number): Promise<Figure> {
  const clock = new SimClock((resume) => setImmediate(resume));
  return measure(async () => {
    let left = EVENTS;
    const again = (): void => {
      left -= 1;
      if (left >= pending) clock.addEventAfter((left * 7919) % 10, again);
    };
    for (let i = 0; i < pending; i++) clock.addEventAfter(i % 10, again);
    await clock.runUntilIdle();
    return EVENTS;
  });
}
