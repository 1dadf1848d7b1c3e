import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CEPH_STR_HASH_LINUX,
  CEPH_STR_HASH_MURMUR3,
  CEPH_STR_HASH_RJENKINS,
} from '../../src/common/ceph_hash.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { CEPH_OSD_UP } from '../../src/osd/rados.ts';
import { changeMap, upMap } from '../helpers/osdmaps.ts';

const HASHES = {
  linux: CEPH_STR_HASH_LINUX,
  rjenkins: CEPH_STR_HASH_RJENKINS,
  murmur3: CEPH_STR_HASH_MURMUR3,
};

/** Objects: name, key, namespace. */
const object = fc.record({
  oid: fc.string({ minLength: 1, unit: 'grapheme' }),
  key: fc.oneof(fc.constant(''), fc.string()),
  nspace: fc.oneof(fc.constant(''), fc.string()),
});

const shape = fc.record({
  hosts: fc.integer({ min: 1, max: 6 }),
  perHost: fc.integer({ min: 1, max: 4 }),
  pgNum: fc.integer({ min: 1, max: 100 }),
  size: fc.integer({ min: 1, max: 5 }),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function clusterOf({ hosts, perHost, pgNum, size }: Shape, objectHash: number): OSDMap {
  return upMap(hosts * perHost, hosts, [{ name: 'p', pgNum, size, objectHash }]);
}

describe.each(Object.entries(HASHES))('with the hash %s', (_, hash) => {
  test('the same name always gives the same PG', () => {
    fc.assert(
      fc.property(shape, object, (cluster, { oid, key, nspace }) => {
        const oloc = { pool: 1, key, nspace, hash: -1 };
        const map = clusterOf(cluster, hash);
        const other = OSDMap.decode(map.encode({ simulated: true }));
        const raw = map.objectLocatorToPg(oid, oloc);
        expect(other.objectLocatorToPg(oid, { ...oloc })).toEqual(raw);
        expect(other.pgToUpActingOsds(other.rawPgToPg(raw))).toEqual(
          map.pgToUpActingOsds(map.rawPgToPg(raw)),
        );
      }),
      { numRuns: 60 },
    );
  });
});

// Not so with `linux`: its low bits do not depend on those of a digit.
test.each(['rjenkins', 'murmur3'] as const)(
  '%s spreads names over all PGs about evenly',
  (name) => {
    const map = clusterOf({ hosts: 3, perHost: 1, pgNum: 16, size: 3 }, HASHES[name]);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) {
      const raw = map.objectLocatorToPg(`obj${i}`, { pool: 1, key: '', nspace: '', hash: -1 });
      const { seed } = map.rawPgToPg(raw);
      counts[seed] = (counts[seed] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  },
);

describe('an acting set', () => {
  test('has only distinct OSDs of the map that are up and in, its primary first', () => {
    const losses = fc.uniqueArray(fc.nat(23), { maxLength: 6 });
    fc.assert(
      fc.property(shape, losses, losses, (cluster, down, out) => {
        const whole = clusterOf(cluster, CEPH_STR_HASH_RJENKINS);
        const inMap = (osd: number) => osd < whole.maxOsd;
        const map = changeMap(whole, (inc) => {
          for (const osd of down.filter(inMap)) inc.newState.set(osd, CEPH_OSD_UP);
          for (const osd of out.filter(inMap)) inc.newWeight.set(osd, 0);
        });
        for (let seed = 0; seed < cluster.pgNum; seed++) {
          const { acting, actingPrimary } = map.pgToUpActingOsds({ pool: 1, seed });
          expect(new Set(acting).size).toBe(acting.length);
          expect(acting.length).toBeLessThanOrEqual(cluster.size);
          expect(acting.every((osd) => map.isUp(osd) && map.isIn(osd))).toBe(true);
          expect(actingPrimary).toBe(acting[0] ?? -1);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('weight', () => {
  const pgNum = 512;
  const whole = upMap(8, 8, [{ name: 'p', pgNum, size: 3 }]);
  const acting = (map: OSDMap, seed: number) => map.pgToUpActingOsds({ pool: 1, seed }).acting;

  test('0 is never chosen', () => {
    fc.assert(
      fc.property(fc.nat(7), (osd) => {
        const map = changeMap(whole, (inc) => inc.newWeight.set(osd, 0));
        for (let seed = 0; seed < pgNum; seed++) expect(acting(map, seed)).not.toContain(osd);
      }),
      { numRuns: 8 },
    );
  });

  test('that grows on one OSD moves PGs to it only', () => {
    const weights = fc.tuple(fc.nat(0x10000), fc.nat(0x10000)).filter(([a, b]) => a < b);
    fc.assert(
      fc.property(fc.nat(7), weights, (osd, [less, more]) => {
        const light = changeMap(whole, (inc) => inc.newWeight.set(osd, less));
        const heavy = changeMap(light, (inc) => inc.newWeight.set(osd, more));
        for (let seed = 0; seed < pgNum; seed++) {
          const before = acting(light, seed);
          const gained = acting(heavy, seed).filter((each) => !before.includes(each));
          expect([[], [osd]]).toContainEqual(gained);
        }
      }),
      { numRuns: 20 },
    );
  });
});
