import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utimeText } from '../../../src/osd/dump/ceph_text.ts';

test('a time is the date that it is in the Gregorian calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: 400_000_000, max: 2 ** 32 - 1 }), (sec) => {
      const wanted = new Date(sec * 1000).toISOString().replace('.000Z', '.000000+0000');
      expect(utimeText({ sec, nsec: 0 })).toBe(wanted);
    }),
    { numRuns: 2000 },
  );
});

test('a zone changes what the clock shows, and is told', () => {
  const time = { sec: 1_700_000_000, nsec: 73_763_999 };
  expect(utimeText(time, () => 330)).toBe('2023-11-15T03:43:20.073763+0530');
  expect(utimeText(time, () => -90)).toBe('2023-11-14T20:43:20.073763-0130');
});
