import type { Random } from '../../src/common/Random.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { pg_t } from '../../src/osd/osd_types.ts';
import { subtreeOf } from '../failure_domain.ts';

/** osd_heartbeat_min_peers. */
const MIN_PEERS = 10;

/** mon_osd_min_down_reporters. */
const MIN_DOWN_REPORTERS = 2;

/**
 * Whom an OSD pings: those that share a PG with it, those next to it by number, some on as many hosts as
 * it takes to be believed, and more until there are enough. Ascending.
 * Ceph: OSD::maybe_update_heartbeat_peers.
 */
export function chooseHeartbeatPeers(map: OSDMap, whoami: number, random: Random): number[] {
  const up: number[] = [];
  for (let osd = 0; osd < map.maxOsd; osd++) if (osd !== whoami && map.isUp(osd)) up.push(osd);
  if (up.length <= MIN_PEERS) return up;
  const peers = new Set<number>();
  for (const osd of sharers(map, whoami)) if (map.isUp(osd)) peers.add(osd);
  const after = up.findIndex((osd) => osd > whoami);
  const next = up[Math.max(after, 0)];
  const previous = up.at((after < 0 ? up.length : after) - 1);
  if (next !== undefined) peers.add(next);
  if (previous !== undefined) peers.add(previous);
  for (const osd of onOtherHosts(map, whoami, up, random)) peers.add(osd);
  for (let i = 0; i < up.length && peers.size < MIN_PEERS; i++) {
    const osd = up[(Math.max(after, 0) + i) % up.length];
    if (osd !== undefined) peers.add(osd);
  }
  return [...peers].sort((a, b) => a - b);
}

/** Those that are with `whoami` in the up or the acting set of a PG. */
function sharers(map: OSDMap, whoami: number): Set<number> {
  const found = new Set<number>();
  for (const pg of pgsOf(map)) {
    const { up, acting } = map.pgToUpActingOsds(pg);
    if (!up.includes(whoami) && !acting.includes(whoami)) continue;
    for (const osd of [...up, ...acting]) if (osd !== whoami) found.add(osd);
  }
  return found;
}

function* pgsOf(map: OSDMap): Generator<pg_t> {
  for (const [pool, { pgNum }] of map.pools) {
    for (let seed = 0; seed < pgNum; seed++) yield { pool, seed };
  }
}

/** One OSD of each host but ours, of hosts in random order. Ceph: get_random_up_osds_by_subtree. */
function onOtherHosts(
  map: OSDMap,
  whoami: number,
  up: readonly number[],
  random: Random,
): number[] {
  const hosts = new Map<number, number[]>();
  for (const osd of up) {
    const host = subtreeOf(map, osd);
    const osds = hosts.get(host);
    if (osds === undefined) hosts.set(host, [osd]);
    else osds.push(osd);
  }
  hosts.delete(subtreeOf(map, whoami));
  const left = [...hosts.values()];
  const chosen: number[] = [];
  while (left.length > 0 && chosen.length < Math.max(MIN_PEERS, MIN_DOWN_REPORTERS)) {
    const [osds = []] = left.splice(random.uint32() % left.length, 1);
    const osd = osds[random.uint32() % osds.length];
    if (osd !== undefined) chosen.push(osd);
  }
  return chosen;
}
