import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type snap_interval_set_t, subtract, unionOf } from '../../../src/osd/snap_intervals.ts';

function intervalsOf(ids: Iterable<number>): snap_interval_set_t {
  return [...ids].reduce<snap_interval_set_t>(
    (set, start) => unionOf(set, [{ start, length: 1 }]),
    [],
  );
}

function idsOf(set: snap_interval_set_t): number[] {
  return set.flatMap(({ start, length }) => Array.from({ length }, (_, i) => start + i));
}

const ids = fc.uniqueArray(fc.nat(30));

describe('snapshot intervals', () => {
  test('that touch become one', () => {
    expect(intervalsOf([5, 3, 4, 9])).toEqual([
      { start: 3, length: 3 },
      { start: 9, length: 1 },
    ]);
  });

  test('have after a union the ids of both', () => {
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        const both = [...new Set([...a, ...b])].sort((x, y) => x - y);
        expect(idsOf(unionOf(intervalsOf(a), intervalsOf(b)))).toEqual(both);
      }),
    );
  });

  test('have after a subtraction the ids of the first that are not in the second', () => {
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        const rest = a.filter((id) => !b.includes(id)).sort((x, y) => x - y);
        expect(idsOf(subtract(intervalsOf(a), intervalsOf(b)))).toEqual(rest);
      }),
    );
  });
});
