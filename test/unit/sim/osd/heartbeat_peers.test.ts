import { describe, expect, it } from 'vitest';
import { subtreeOf } from '../../../../sim/failure_domain.ts';
import { chooseHeartbeatPeers } from '../../../../sim/osd/heartbeat_peers.ts';
import { SimRandom } from '../../../../sim/SimRandom.ts';
import { buildSimple } from '../../../../src/osd/build_simple.ts';
import type { OSDMap } from '../../../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../../../src/osd/OSDMapIncremental.ts';

const FSID = '00000000-1111-4222-8333-444444444444';

/** All OSDs are up but `down`. */
function mapOf(osds: number, hosts: number, down: readonly number[] = []): OSDMap {
  const first = buildSimple({ fsid: FSID, osds, hosts, pools: [{ name: 'data', pgNum: 64 }] });
  const inc = new OSDMapIncremental(FSID, 2);
  for (let osd = 0; osd < osds; osd++) if (!down.includes(osd)) inc.newUpClient.set(osd, []);
  return first.applyIncremental(inc);
}

const choose = (map: OSDMap, whoami: number): number[] =>
  chooseHeartbeatPeers(map, whoami, new SimRandom(1, 'test'));

describe('the peers whom an OSD pings', () => {
  it('are all others that are up, in a small cluster', () => {
    expect(choose(mapOf(6, 3, [4]), 2)).toEqual([0, 1, 3, 5]);
  });

  it('are none, if it is alone', () => {
    expect(choose(mapOf(1, 1), 0)).toEqual([]);
  });

  it.each([0, 57, 99])('are those next to osd.%d, and who shares a PG with it', (whoami) => {
    const map = mapOf(100, 20);
    const peers = choose(map, whoami);
    expect(peers).toContain((whoami + 1) % 100);
    expect(peers).toContain((whoami + 99) % 100);
    for (let seed = 0; seed < 64; seed++) {
      const { acting } = map.pgToUpActingOsds({ pool: 1, seed });
      if (!acting.includes(whoami)) continue;
      for (const osd of acting) if (osd !== whoami) expect(peers).toContain(osd);
    }
  });

  it('are ten at least, on ten hosts at least, and not everybody', () => {
    const map = mapOf(100, 20);
    for (let whoami = 0; whoami < 100; whoami++) {
      const peers = choose(map, whoami);
      expect(peers).not.toContain(whoami);
      expect(peers.length).toBeLessThan(50);
      const hosts = new Set(peers.map((osd) => subtreeOf(map, osd)));
      expect(hosts.size).toBeGreaterThanOrEqual(10);
    }
  });

  it('are none that is down', () => {
    const down = [1, 2, 3, 50, 98, 99];
    const peers = choose(mapOf(100, 20, down), 0);
    expect(peers.filter((osd) => down.includes(osd))).toEqual([]);
    expect(peers).toContain(4);
    expect(peers).toContain(97);
  });
});
