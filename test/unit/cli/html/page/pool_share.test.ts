import { expect, test } from 'vitest';
import { poolShare } from '../../../../../src/cli/html/page/pool_share.ts';
import { CrushWrapper } from '../../../../../src/crush/CrushWrapper.ts';
import type { OSDMap } from '../../../../../src/osd/OSDMap.ts';
import { newPgPool } from '../../../../../src/osd/pg_pool.ts';
import { changeMap, upMap } from '../../../../helpers/osdmaps.ts';

test('OSDs of a pool have a share as they weigh', () => {
  const map = upMap(4, 4, [{ name: 'data', pgNum: 8 }]);
  expect([...poolShare(map, 1).ideal]).toEqual([6, 6, 6, 6]);
});

test('a reweight takes from the share, and gives it to all others', () => {
  const map = changeMap(upMap(4, 4, [{ name: 'data', pgNum: 7 }]), (inc) => {
    inc.newWeight.set(0, 0x8000);
  });
  const { full, ideal } = poolShare(map, 1);
  expect([...ideal]).toEqual([3, 6, 6, 6]);
  expect([...full]).toEqual([6, 6, 6, 6]);
});

test('an OSD that is out has no share', () => {
  const map = changeMap(upMap(4, 4, [{ name: 'data', pgNum: 8 }]), (inc) => {
    inc.newWeight.set(3, 0);
  });
  expect([...poolShare(map, 1).ideal]).toEqual([8, 8, 8, 0]);
});

test('a rule that takes twice gives each root what is chosen from it', () => {
  const map = hybridMap();
  // One copy of 12 on the two of ssd, the other two on the four of hdd.
  expect([...poolShare(map, 1).ideal]).toEqual([6, 6, 6, 6, 6, 6]);
});

test('a pool without a rule has no shares', () => {
  const map = changeMap(upMap(2, 2, []), (inc) => {
    inc.newPools.set(1, newPgPool({ pgNum: 8, crushRule: 9 }));
    inc.newPoolNames.set(1, 'lost');
  });
  expect([...poolShare(map, 1).ideal]).toEqual([0, 0]);
});

function hybridMap(): OSDMap {
  const crush = CrushWrapper.compile(`
tunable choose_total_tries 50
device 0 osd.0
device 1 osd.1
device 2 osd.2
device 3 osd.3
device 4 osd.4
device 5 osd.5
type 0 osd
type 1 root
root fast { id -1 alg straw2 hash 0 item osd.0 weight 1.0 item osd.1 weight 1.0 }
root slow { id -2 alg straw2 hash 0
  item osd.2 weight 2.0 item osd.3 weight 2.0 item osd.4 weight 2.0 item osd.5 weight 2.0 }
rule hybrid { id 0 type replicated min_size 1 max_size 10
  step take fast step choose firstn 1 type osd step emit
  step take slow step choose firstn -1 type osd step emit }
`);
  return changeMap(upMap(6, 1, [{ name: 'data', pgNum: 12 }]), (inc) => {
    inc.crush = crush.encode();
  });
}
