import type { OSDMap } from '../../../osd/OSDMap.ts';
import { itemName } from '../../explain/trace_tries.ts';
import { deviation, percent } from './map_facts.ts';
import type { PgCounter } from './PgCounter.ts';

/** How far the PGs of a pool are from the ideal, in a line. */
export function spreadText(map: OSDMap, counter: PgCounter): string {
  let least: number | undefined;
  let most: number | undefined;
  let squares = 0;
  let osds = 0;
  const ratio = (osd: number) => (counter.pgs[osd] ?? 0) / counter.idealOf(osd);
  for (let osd = 0; osd < map.maxOsd; osd++) {
    // One that is down can have none, wherever its share lies.
    if (counter.idealOf(osd) === 0 || map.isDown(osd)) continue;
    osds++;
    squares += (ratio(osd) - 1) ** 2;
    if (least === undefined || ratio(osd) < ratio(least)) least = osd;
    if (most === undefined || ratio(osd) > ratio(most)) most = osd;
  }
  const pgs = counter.isDone
    ? `${counter.pgNum} PGs`
    : `${counter.counted} of ${counter.pgNum} PGs, counting`;
  if (least === undefined || most === undefined)
    return `${pgs} · no OSD that is up has a share in this pool`;
  const extreme = (osd: number) =>
    `${itemName(map, osd)} ${counter.pgs[osd] ?? 0} (${deviation(ratio(osd), 1)})`;
  const short = counter.short === 0 ? [] : [`${counter.short} PGs lack OSDs`];
  return [
    `${pgs} on ${osds} OSDs that are up`,
    `fewest: ${extreme(least)}`,
    `most: ${extreme(most)}`,
    `standard deviation ${percent(Math.sqrt(squares / osds))}`,
    ...short,
  ].join(' · ');
}
