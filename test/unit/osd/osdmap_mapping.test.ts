import { describe, expect, test } from 'vitest';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';
import { CRUSH_ITEM_NONE } from '../../../src/crush/crush_types.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import type { OSDMapIncremental } from '../../../src/osd/OSDMapIncremental.ts';
import { newPgPool, POOL_TYPE_ERASURE, type pg_pool_t } from '../../../src/osd/pg_pool.ts';
import { CEPH_OSD_OUT, CEPH_OSD_UP } from '../../../src/osd/rados.ts';
import { changeMap, upMap } from '../../helpers/osdmaps.ts';

const NONE = CRUSH_ITEM_NONE;
const PG = { pool: 1, seed: 3 };
const replicated = upMap(6, 6, [{ name: 'r', pgNum: 16 }]);
const erasure = withErasurePool(upMap(6, 6, []));
const [a = -1, b = -1, c = -1] = replicated.pgToUpActingOsds(PG).up;
const [d = -1, e = -1, f = -1] = erasure.pgToUpActingOsds(PG).up;
const [x = -1, y = -1] = [0, 1, 2, 3, 4, 5].filter((osd) => ![a, b, c].includes(osd));

function withErasurePool(map: OSDMap): OSDMap {
  const crush = CrushWrapper.decode(map.data.crush);
  const crushRule = crush.addSimpleRule('shards', 'default', 'host', 'indep', POOL_TYPE_ERASURE);
  return changeMap(map, (inc) => {
    inc.crush = crush.encode();
    inc.newPools.set(1, newPgPool({ pgNum: 16, type: POOL_TYPE_ERASURE, crushRule }));
  });
}

function placed(map: OSDMap, change: (inc: OSDMapIncremental) => void) {
  return changeMap(map, change).pgToUpActingOsds(PG);
}

describe('a pool', () => {
  test('of another type or size than its rule is for has no OSDs', () => {
    const place = (pool: Partial<pg_pool_t>) =>
      placed(replicated, (inc) => inc.newPools.set(1, newPgPool({ pgNum: 16, ...pool }))).up;
    expect(place({ type: POOL_TYPE_ERASURE })).toEqual([]);
    expect(place({ size: 11 })).toEqual([]);
    expect(place({ crushRule: 7 })).toEqual([]);
  });
});

describe('a down OSD', () => {
  test('leaves no gap among copies', () => {
    expect(placed(replicated, (inc) => inc.newState.set(a, CEPH_OSD_UP))).toEqual({
      up: [b, c],
      upPrimary: b,
      acting: [b, c],
      actingPrimary: b,
    });
  });

  test('leaves a hole among shards', () => {
    expect(placed(erasure, (inc) => inc.newState.set(d, CEPH_OSD_UP))).toEqual({
      up: [NONE, e, f],
      upPrimary: e,
      acting: [NONE, e, f],
      actingPrimary: e,
    });
  });
});

describe('pg_upmap', () => {
  test('takes the place of what CRUSH says', () => {
    expect(placed(replicated, (inc) => inc.newPgUpmap.set(PG, [x, y, a])).up).toEqual([x, y, a]);
  });

  test('means nothing while one of its OSDs is out', () => {
    const place = placed(replicated, (inc) => {
      inc.newPgUpmap.set(PG, [x, y, a]);
      inc.newWeight.set(y, CEPH_OSD_OUT);
    });
    expect(place.up).toEqual([a, b, c]);
  });

  test('leaves out OSDs that there are not', () => {
    const place = placed(replicated, (inc) => inc.newPgUpmap.set(PG, [-5, 6, 0x7fffffff, x]));
    expect(place.up).toEqual([x]);
  });
});

describe('pg_upmap_items', () => {
  const items = (...pairs: [number, number][]) =>
    placed(replicated, (inc) => inc.newPgUpmapItems.set(PG, pairs)).up;

  test('replace single OSDs', () => {
    expect(items([a, x], [c, y])).toEqual([x, b, y]);
  });

  test('mean nothing where the target is in the set already', () => {
    expect(items([a, b])).toEqual([a, b, c]);
  });

  test('mean nothing where the source is not in the set', () => {
    expect(items([x, y])).toEqual([a, b, c]);
  });

  test('to itself change nothing', () => {
    expect(items([a, a])).toEqual([a, b, c]);
  });

  test('come after pg_upmap', () => {
    const place = placed(replicated, (inc) => {
      inc.newPgUpmap.set(PG, [x, b, c]);
      inc.newPgUpmapItems.set(PG, [[x, y]]);
    });
    expect(place.up).toEqual([y, b, c]);
  });

  test('mean nothing where the target is out', () => {
    const place = placed(replicated, (inc) => {
      inc.newPgUpmapItems.set(PG, [[a, x]]);
      inc.newWeight.set(x, CEPH_OSD_OUT);
    });
    expect(place.up).toEqual([a, b, c]);
  });
});

describe('pg_upmap_primaries', () => {
  test('make another of the set the first', () => {
    expect(placed(replicated, (inc) => inc.newPgUpmapPrimary.set(PG, c)).up).toEqual([c, b, a]);
  });

  test.each([x, -5, 6, 0x7fffffff])('mean nothing for an OSD outside it', (osd) => {
    expect(placed(replicated, (inc) => inc.newPgUpmapPrimary.set(PG, osd)).up).toEqual([a, b, c]);
  });
});

describe('primary affinity', () => {
  test('of 0 hands the lead to the next, who moves to the front', () => {
    expect(placed(replicated, (inc) => inc.newPrimaryAffinity.set(a, 0)).up).toEqual([b, a, c]);
  });

  test('moves no shard', () => {
    const place = placed(erasure, (inc) => inc.newPrimaryAffinity.set(d, 0));
    expect([place.up, place.upPrimary]).toEqual([[d, e, f], e]);
  });

  test('of 0 everywhere leaves the lead where it was', () => {
    const place = placed(replicated, (inc) => {
      for (const osd of [a, b, c]) inc.newPrimaryAffinity.set(osd, 0);
    });
    expect(place).toEqual({ up: [a, b, c], upPrimary: a, acting: [a, b, c], actingPrimary: a });
  });
});

describe('pg_temp', () => {
  test('acts in place of the up set', () => {
    expect(placed(replicated, (inc) => inc.newPgTemp.set(PG, [x, y]))).toEqual({
      up: [a, b, c],
      upPrimary: a,
      acting: [x, y],
      actingPrimary: x,
    });
  });

  test('goes without those that are down', () => {
    const place = placed(replicated, (inc) => {
      inc.newPgTemp.set(PG, [x, y]);
      inc.newState.set(x, CEPH_OSD_UP);
    });
    expect([place.acting, place.actingPrimary]).toEqual([[y], y]);
  });

  test('means nothing when all of it is down', () => {
    const place = placed(replicated, (inc) => {
      inc.newPgTemp.set(PG, [x]);
      inc.newState.set(x, CEPH_OSD_UP);
    });
    expect(place.acting).toEqual([a, b, c]);
  });

  test('of shards keeps its holes', () => {
    const place = placed(erasure, (inc) => inc.newPgTemp.set(PG, [NONE, x, y]));
    expect([place.acting, place.actingPrimary]).toEqual([[NONE, x, y], x]);
  });

  test('leaves out OSDs that there are not', () => {
    const place = placed(replicated, (inc) => inc.newPgTemp.set(PG, [-5, 6, 0x7fffffff, y]));
    expect(place.acting).toEqual([y]);
  });

  test('that is empty takes the entry away', () => {
    const held = changeMap(replicated, (inc) => inc.newPgTemp.set(PG, [x]));
    expect(placed(held, (inc) => inc.newPgTemp.set(PG, [])).acting).toEqual([a, b, c]);
  });
});

describe('primary_temp', () => {
  test('leads without changing the set', () => {
    const place = placed(replicated, (inc) => inc.newPrimaryTemp.set(PG, c));
    expect([place.acting, place.actingPrimary, place.upPrimary]).toEqual([[a, b, c], c, a]);
  });

  test.each([-5, 6, 0x7fffffff])('of an OSD that there is not, %i, means nothing', (osd) => {
    expect(placed(replicated, (inc) => inc.newPrimaryTemp.set(PG, osd)).actingPrimary).toBe(a);
  });
});
