import { CEPH_STR_HASH_LINUX, CEPH_STR_HASH_RJENKINS } from '../../src/common/ceph_hash.ts';
import type { Random } from '../../src/common/Random.ts';
import { CrushWrapper } from '../../src/crush/CrushWrapper.ts';
import { CRUSH_ITEM_NONE } from '../../src/crush/crush_types.ts';
import { buildSimple } from '../../src/osd/build_simple.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';
import {
  newPgPool,
  POOL_FLAG_HASHPSPOOL,
  POOL_TYPE_ERASURE,
  POOL_TYPE_REPLICATED,
  type pg_pool_t,
} from '../../src/osd/pg_pool.ts';
import { CEPH_OSD_EXISTS, CEPH_OSD_UP } from '../../src/osd/rados.ts';
import { changeMap, FSID } from '../helpers/osdmaps.ts';

/** A map over a CRUSH map, with everything in it that decides where PGs are. */
export function randomOSDMap(random: Random, crush: Uint8Array): OSDMap {
  const { maxDevices, rules } = CrushWrapper.decode(crush).crush;
  const draw = new Draw(random, maxDevices + 2);
  const whole = buildSimple({ fsid: FSID, osds: maxDevices + 2, hosts: 1 });
  return changeMap(whole, (inc) => {
    inc.crush = crush;
    for (let osd = 0; osd < whole.maxOsd; osd++) changeOsd(inc, osd, draw);
    const pools = draw.range(1, 4);
    for (let id = 1; id <= pools; id++) {
      const pool = randomPool(draw, rules.length);
      inc.newPools.set(id, pool);
      inc.newPoolNames.set(id, `pool${id}`);
      for (let seed = 0; seed < pool.pgNum; seed++) changePg(inc, { pool: id, seed }, draw);
    }
  });
}

function changeOsd(inc: OSDMapIncremental, osd: number, draw: Draw): void {
  if (draw.chance(0.05)) inc.newState.set(osd, CEPH_OSD_EXISTS);
  else if (draw.chance(0.9)) inc.newState.set(osd, CEPH_OSD_UP);
  if (draw.chance(0.2)) inc.newWeight.set(osd, draw.pick([0, 1, 0x8000, draw.range(0, 0x10000)]));
  if (draw.chance(0.2)) {
    inc.newPrimaryAffinity.set(osd, draw.pick([0, 0x8000, draw.range(0, 0x10000)]));
  }
}

function randomPool(draw: Draw, rules: number): pg_pool_t {
  const pgNum = draw.range(1, 70);
  return newPgPool({
    pgNum,
    pgpNum: draw.chance(0.5) ? pgNum : draw.range(1, pgNum),
    size: draw.range(1, 8),
    type: draw.pick([POOL_TYPE_REPLICATED, POOL_TYPE_ERASURE]),
    crushRule: draw.range(0, rules - 1),
    flags: draw.chance(0.8) ? POOL_FLAG_HASHPSPOOL : 0,
    objectHash: draw.pick([CEPH_STR_HASH_RJENKINS, CEPH_STR_HASH_LINUX]),
  });
}

function changePg(inc: OSDMapIncremental, pg: { pool: number; seed: number }, draw: Draw): void {
  if (draw.chance(0.1)) inc.newPgUpmap.set(pg, draw.osds());
  if (draw.chance(0.2)) inc.newPgUpmapItems.set(pg, [draw.pair(), draw.pair(), draw.pair()]);
  if (draw.chance(0.1)) inc.newPgTemp.set(pg, draw.osds());
  if (draw.chance(0.1)) inc.newPrimaryTemp.set(pg, draw.osd());
}

class Draw {
  readonly #random: Random;
  readonly #maxOsd: number;

  constructor(random: Random, maxOsd: number) {
    this.#random = random;
    this.#maxOsd = maxOsd;
  }

  chance(probability: number): boolean {
    return this.#random.float() < probability;
  }

  range(least: number, most: number): number {
    return least + Math.floor(this.#random.float() * (most - least + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.range(0, choices.length - 1)] ?? choices[0];
  }

  osd(): number {
    return this.range(0, this.#maxOsd - 1);
  }

  pair(): readonly [number, number] {
    return [this.osd(), this.osd()];
  }

  osds(): number[] {
    return Array.from({ length: this.range(1, 5) }, () =>
      this.chance(0.05) ? CRUSH_ITEM_NONE : this.osd(),
    );
  }
}
