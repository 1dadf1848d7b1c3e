import type { Random } from '../common/Random.ts';
import type { entity_addr_t } from '../msg/msg_types.ts';
import type { mon_info_t } from './MonMap.ts';

/** A monitor, and where to dial it. */
export interface MonTarget extends Pick<mon_info_t, 'name' | 'priority' | 'weight'> {
  readonly addr: entity_addr_t;
}

/**
 * Which monitors to try now: up to `count` (0: all) of those of the best priority among the untried, in an order
 * of chance in which the heavier come sooner; when all have been tried, of all.
 * Ceph: MonClient::_add_conns, weighted_shuffle (src/common/weighted_shuffle.h).
 */
export function pickMons(
  mons: readonly MonTarget[],
  tried: ReadonlySet<string>,
  count: number,
  random: Random,
): MonTarget[] {
  const untried = mons.filter(({ addr }) => !tried.has(String(addr)));
  const left = untried.length === 0 ? mons : untried;
  const best = Math.min(...left.map(({ priority }) => priority));
  const shuffled = weightedShuffle(
    left.filter(({ priority }) => priority === best),
    random,
  );
  return count === 0 ? shuffled : shuffled.slice(0, count);
}

/** Where nobody has a weight, all have the same. */
function weightedShuffle(mons: readonly MonTarget[], random: Random): MonTarget[] {
  const isWeighted = mons.some(({ weight }) => weight > 0);
  const left = mons.map((mon) => ({ mon, weight: isWeighted ? mon.weight : 1 }));
  const shuffled: MonTarget[] = [];
  while (left.length > 0) {
    const [drawn] = left.splice(drawIndex(left, random), 1);
    if (drawn !== undefined) shuffled.push(drawn.mon);
  }
  return shuffled;
}

/** Those without weight come last. */
function drawIndex(left: readonly { readonly weight: number }[], random: Random): number {
  const sum = left.reduce((total, { weight }) => total + weight, 0);
  let point = random.float() * sum;
  const index = left.findIndex(({ weight }) => {
    point -= weight;
    return point < 0;
  });
  return Math.max(index, 0);
}
