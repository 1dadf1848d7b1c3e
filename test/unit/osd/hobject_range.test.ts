import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareHobjects } from '../../../src/osd/hobject_order.ts';
import {
  type HobjectRange,
  hobjectAtHash,
  hobjectsOfPg,
  sliceOfRange,
} from '../../../src/osd/hobject_range.ts';
import { HOBJECT_MAX, HOBJECT_NONE, type hobject_t } from '../../../src/osd/hobject_t.ts';
import { hobjectToString, parseHobject } from '../../../src/osd/hobject_text.ts';
import { cephStableMod } from '../../../src/osd/pg_pool.ts';

const POOL = 3;
const hashes = fc.nat(0xffffffff);
const names = fc.string({ unit: 'binary', maxLength: 12 });
const objects: fc.Arbitrary<hobject_t> = fc
  .record({
    key: names,
    oid: names,
    snap: fc.constantFrom(-2, 0, 1, 99),
    hash: hashes,
    isMax: fc.constant(false),
    nspace: names,
    pool: fc.constantFrom(0, POOL, 2 ** 40),
  })
  .filter(({ key, oid }) => key === '' || key !== oid);

function holds({ start, end }: HobjectRange, object: hobject_t): boolean {
  return compareHobjects(start, object) <= 0 && compareHobjects(object, end) < 0;
}

describe('the objects of a PG', () => {
  test('are those whose hash folds to its number', () => {
    fc.assert(
      fc.property(hashes, names, fc.integer({ min: 1, max: 70 }), (hash, oid, pgNum) => {
        const object = { ...hobjectAtHash(POOL, hash), oid };
        const holders = Array.from({ length: pgNum }, (_, seed) => seed).filter((seed) =>
          holds(hobjectsOfPg({ pool: POOL, seed }, pgNum), object),
        );
        expect(holders).toEqual([cephStableMod(hash, pgNum)]);
      }),
    );
  });
});

describe('parts of a range', () => {
  const whole = { start: HOBJECT_NONE, end: HOBJECT_MAX };

  test('follow each other from its start to its end', () => {
    fc.assert(
      fc.property(objects, objects, fc.integer({ min: 1, max: 40 }), (a, b, m) => {
        const [start, end] = compareHobjects(a, b) < 0 ? [a, b] : [b, a];
        const parts = Array.from({ length: m }, (_, n) => sliceOfRange(POOL, { start, end }, n, m));
        expect(parts[0]?.start).toBe(start);
        expect(parts.at(-1)?.end).toBe(end);
        for (let n = 1; n < m; n++) expect(parts[n]?.start).toEqual(parts[n - 1]?.end);
      }),
    );
  });

  test('hold each object of the pool once', () => {
    fc.assert(
      fc.property(objects, fc.integer({ min: 1, max: 40 }), (any, m) => {
        const object = { ...any, pool: POOL };
        const parts = Array.from({ length: m }, (_, n) => sliceOfRange(POOL, whole, n, m));
        expect(parts.filter((part) => holds(part, object))).toHaveLength(1);
      }),
    );
  });

  test('of nothing are nothing', () => {
    const nothing = { start: HOBJECT_MAX, end: HOBJECT_MAX };
    expect(sliceOfRange(POOL, nothing, 0, 3)).toEqual(nothing);
  });
});

describe('the text of an object', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(objects, (object) => {
        expect(parseHobject(hobjectToString(object))).toEqual(object);
      }),
    );
  });

  test.each(['', 'x', '1:0::::', '1:00000000::::head:', '99999999999999999999:0::::head', 'min'])(
    '%o is none',
    (text) => {
      expect(parseHobject(text)).toBeUndefined();
    },
  );
});
