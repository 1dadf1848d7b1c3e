import { describe, expect, test } from 'vitest';
import { CEPH_STR_HASH_MURMUR3 } from '../../../src/common/ceph_hash.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { buildSimple } from '../../../src/osd/build_simple.ts';
import { OSDMap } from '../../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../../src/osd/OSDMapIncremental.ts';
import { newPgPool } from '../../../src/osd/pg_pool.ts';
import { CEPH_OSD_EXISTS, CEPH_OSD_OUT, CEPH_OSD_UP } from '../../../src/osd/rados.ts';
import {
  addrsOf,
  changeMap,
  FSID,
  incrementalOf,
  tirelessCrush,
  upMap,
} from '../../helpers/osdmaps.ts';

const NO_LOCATOR = { pool: 1, key: '', nspace: '', hash: -1 };
const pools = [{ name: 'data', pgNum: 32 }];

describe('a simple map', () => {
  const map = buildSimple({ fsid: FSID, osds: 6, hosts: 3, pools });

  test('has OSDs that exist and are in, but down', () => {
    expect([map.maxOsd, map.exists(5), map.isIn(5), map.isUp(5)]).toEqual([6, true, true, false]);
    expect(map.exists(6)).toBe(false);
  });

  test('knows its pool by name', () => {
    expect(map.lookupPgPoolName('data')).toBe(1);
    expect(map.lookupPgPoolName('date')).toBeUndefined();
    expect(map.poolName(1)).toBe('data');
  });

  test('puts no PG anywhere while all OSDs are down', () => {
    expect(map.pgToUpActingOsds({ pool: 1, seed: 0 })).toEqual({
      up: [],
      upPrimary: -1,
      acting: [],
      actingPrimary: -1,
    });
  });

  test('comes back from its bytes', () => {
    const bytes = map.encode();
    expect(OSDMap.decode(bytes).encode()).toEqual(bytes);
  });

  test('puts copies on different hosts once the OSDs are up', () => {
    const up = upMap(6, 3, pools);
    for (let seed = 0; seed < 32; seed++) {
      const { acting } = up.pgToUpActingOsds({ pool: 1, seed });
      expect(new Set(acting.map((osd) => osd >> 1)).size).toBe(3);
    }
  });
});

describe('an object', () => {
  const map = upMap(3, 3, pools);

  test('hashes by its name', () => {
    const raw = map.objectLocatorToPg('obj1', NO_LOCATOR);
    expect(raw).toEqual({ pool: 1, seed: 0x6cf8deff });
    expect(map.rawPgToPg(raw)).toEqual({ pool: 1, seed: 0x1f });
  });

  test('hashes by its key where it has one', () => {
    expect(map.objectLocatorToPg('x', { ...NO_LOCATOR, key: 'obj1' }).seed).toBe(0x6cf8deff);
  });

  test('hashes to -1 where its pool’s hash is one that nobody knows', () => {
    const unknown = upMap(3, 3, [{ name: 'p', pgNum: 8, objectHash: 4 }]);
    expect(unknown.objectLocatorToPg('x', NO_LOCATOR).seed).toBe(0xffffffff);
  });

  test('is where its locator’s hash says, whatever the name', () => {
    expect(map.objectLocatorToPg('x', { ...NO_LOCATOR, hash: 0xfffffff0 }).seed).toBe(0xfffffff0);
  });
});

describe('an incremental', () => {
  const map = upMap(4, 4, pools);

  test('brings an OSD up with its addresses', () => {
    const next = changeMap(buildSimple({ fsid: FSID, osds: 2 }), (inc) =>
      inc.newUpClient.set(1, addrsOf(1)),
    );
    expect(next.isUp(1)).toBe(true);
    expect(next.getAddrs(1)).toEqual(addrsOf(1));
    expect(next.data.osdInfo.at(1)?.upFrom).toBe(2);
  });

  test('takes an OSD down, and remembers when', () => {
    const next = changeMap(map, (inc) => inc.newState.set(2, CEPH_OSD_UP));
    expect([map.isUp(2), next.isUp(2), next.exists(2)]).toEqual([true, false, true]);
    expect(next.data.osdInfo.at(2)?.downAt).toBe(3);
  });

  test('forgets an OSD that exists no more', () => {
    const next = changeMap(map, (inc) => inc.newState.set(2, CEPH_OSD_EXISTS));
    expect(next.getState(2)).toBe(0);
    expect(next.getAddrs(2)).toEqual([]);
  });

  test('adds, renames and removes pools', () => {
    const added = changeMap(map, (inc) => {
      inc.newPools.set(2, newPgPool({ pgNum: 8 }));
      inc.newPoolNames.set(2, 'two');
    });
    expect(added.pools.get(2)?.lastChange).toBe(3);
    const renamed = changeMap(added, (inc) => inc.newPoolNames.set(2, 'zwei'));
    expect([renamed.lookupPgPoolName('two'), renamed.lookupPgPoolName('zwei')]).toEqual([
      undefined,
      2,
    ]);
    const removed = changeMap(renamed, (inc) => inc.oldPools.add(2));
    expect([removed.pools.size, removed.lookupPgPoolName('zwei')]).toEqual([1, undefined]);
  });

  test('makes room for more OSDs, and for fewer', () => {
    const wide = changeMap(map, (inc) => {
      inc.newMaxOsd = 6;
      inc.newUpClient.set(5, addrsOf(5));
    });
    expect([wide.maxOsd, wide.exists(4), wide.isUp(5)]).toEqual([6, false, true]);
    const narrow = changeMap(wide, (inc) => {
      inc.newMaxOsd = 3;
    });
    expect([narrow.maxOsd, narrow.exists(3), narrow.getAddrs(3)]).toEqual([3, false, []]);
    const decoded = OSDMap.decode(narrow.encode());
    expect(decoded.encode()).toEqual(narrow.encode());
    expect(decoded.getAddrs(1)).toEqual(addrsOf(1));
  });

  test('may hold the whole map', () => {
    const next = changeMap(map, (inc) => inc.newWeight.set(0, CEPH_OSD_OUT));
    const inc = incrementalOf(map, (change) => {
      change.fullmap = next.encode();
    });
    expect(map.applyIncremental(inc).encode()).toEqual(next.encode());
  });

  test('comes back from its bytes', () => {
    const inc = incrementalOf(map, (change) => {
      change.newUpClient.set(3, addrsOf(3));
      change.newPgTemp.set({ pool: 1, seed: 4 }, [3, 2]);
      change.newPools.set(9, newPgPool({ pgNum: 3 }));
      change.newPoolNames.set(9, 'nine');
      change.newWeight.set(1, 0x8000);
    });
    expect(OSDMapIncremental.decode(inc.encode())).toEqual(inc);
  });

  test('leaves the map that it is applied to as it was', () => {
    const before = map.encode();
    changeMap(map, (inc) => {
      inc.newState.set(0, CEPH_OSD_UP);
      inc.newWeight.set(1, 5);
      inc.newPgTemp.set({ pool: 1, seed: 0 }, [2]);
      inc.oldPools.add(1);
    });
    expect(map.encode()).toEqual(before);
  });

  test.each<[string, (inc: OSDMapIncremental) => void]>([
    [
      'of another cluster',
      (inc) => {
        inc.fsid = FSID.replace('4', '5');
      },
    ],
    [
      'that skips an epoch',
      (inc) => {
        inc.epoch++;
      },
    ],
    [
      'of the same epoch',
      (inc) => {
        inc.epoch--;
      },
    ],
    [
      'with an OSD that has no place',
      (inc) => {
        inc.newState.set(4, 1);
      },
    ],
    [
      'with an OSD below 0',
      (inc) => {
        inc.newWeight.set(-1, 1);
      },
    ],
    [
      'with a max_osd beyond reason',
      (inc) => {
        inc.newMaxOsd = 0x7fffffff;
      },
    ],
    [
      'with a full map of another epoch',
      (inc) => {
        inc.fullmap = map.encode();
      },
    ],
    [
      'with a CRUSH map that is none',
      (inc) => {
        inc.crush = Uint8Array.of(1, 2, 3);
      },
    ],
  ])('%s is refused', (_, change) => {
    expect(() => map.applyIncremental(incrementalOf(map, change))).toThrow(DecodeError);
  });
});

describe('where a PG is', () => {
  const map = upMap(4, 4, pools);
  const pg = { pool: 1, seed: 7 };

  test('is the same object as long as nothing changes that decides it', () => {
    const place = map.pgToUpActingOsds(pg);
    expect(map.pgToUpActingOsds({ ...pg })).toBe(place);
    const next = changeMap(map, (inc) => inc.newUpThru.set(0, 2));
    expect(next.pgToUpActingOsds(pg)).toBe(place);
  });

  test('is asked anew when an OSD goes down', () => {
    const place = map.pgToUpActingOsds(pg);
    const next = changeMap(map, (inc) => inc.newState.set(place.actingPrimary, CEPH_OSD_UP));
    expect(next.pgToUpActingOsds(pg).acting).not.toContain(place.actingPrimary);
  });

  test('is asked anew for a pool that changed', () => {
    map.pgToUpActingOsds(pg);
    const next = changeMap(map, (inc) => inc.newPools.set(1, newPgPool({ pgNum: 32, size: 2 })));
    expect(next.pgToUpActingOsds(pg).acting).toHaveLength(2);
  });

  test.each([
    { pool: 1, seed: 32 },
    { pool: 9, seed: 0 },
  ])('is nowhere if there is no PG %o', (missing) => {
    expect(map.pgToUpActingOsds(missing).acting).toEqual([]);
  });
});

describe('a map with a murmur3 pool', () => {
  const map = upMap(3, 3, [{ name: 'm', pgNum: 8, objectHash: CEPH_STR_HASH_MURMUR3 }]);

  test('is refused to Ceph', () => {
    expect(() => map.encode()).toThrow(RangeError);
  });

  test('goes to simulated clusters', () => {
    const decoded = OSDMap.decode(map.encode({ simulated: true }));
    expect(decoded.pools.get(1)?.objectHash).toBe(CEPH_STR_HASH_MURMUR3);
  });
});

describe('a map whose CRUSH map asks for billions of tries', () => {
  const sane = upMap(4, 4, [
    { name: 'three', pgNum: 64 },
    { name: 'one', pgNum: 8, size: 1 },
  ]);
  /** Three copies cannot be found on the one OSD that is in. */
  const tireless = () =>
    changeMap(sane, (inc) => {
      inc.crush = tirelessCrush(sane);
      for (let osd = 1; osd < 4; osd++) inc.newWeight.set(osd, CEPH_OSD_OUT);
    });
  const nowhere = { up: [], upPrimary: -1, acting: [], actingPrimary: -1 };

  test('has a PG nowhere that it would never have done with, and remembers that', () => {
    const map = tireless();
    const found = map.pgToUpActingOsds({ pool: 1, seed: 0 });
    expect(found).toEqual(nowhere);
    expect(map.pgToUpActingOsds({ pool: 1, seed: 0 })).toBe(found);
  });

  test('has the other PGs where they are', () => {
    const map = tireless();
    map.pgToUpActingOsds({ pool: 1, seed: 0 });
    expect(map.pgToUpActingOsds({ pool: 2, seed: 0 }).acting).toEqual([0]);
  });

  test('is asked no more after sixteen such PGs', () => {
    const map = tireless();
    for (let seed = 0; seed < 16; seed++) map.pgToUpActingOsds({ pool: 1, seed });
    expect(map.pgToUpActingOsds({ pool: 2, seed: 0 })).toEqual(nowhere);
  });
});
