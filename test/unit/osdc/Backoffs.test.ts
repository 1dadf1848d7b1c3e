import { expect, test } from 'vitest';
import { HOBJECT_NONE, type hobject_t } from '../../../src/osd/hobject_t.ts';
import { CEPH_NOSNAP } from '../../../src/osd/rados.ts';
import { Backoffs } from '../../../src/osdc/Backoffs.ts';

const PG = { pgid: { pool: 1, seed: 7 }, shard: -1 };
const MAX: hobject_t = { ...HOBJECT_NONE, isMax: true };

/** Objects sort by their hash from its last bit to its first: by `place` here. */
function object(place: number, oid = ''): hobject_t {
  const bits = place.toString(2).padStart(32, '0');
  const hash = Number.parseInt([...bits].reverse().join(''), 2);
  return { key: '', oid, snap: CEPH_NOSNAP, hash, isMax: false, nspace: '', pool: 1 };
}

function heldPlaces(backoffs: Backoffs): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((place) => backoffs.holds(PG, object(place)));
}

test('a range holds what is in it: its begin, not its end', () => {
  const backoffs = new Backoffs();
  backoffs.block(PG, 1, object(2), object(5));
  expect(heldPlaces(backoffs)).toEqual([2, 3, 4]);
});

test('a range of a whole PG holds every object', () => {
  const backoffs = new Backoffs();
  backoffs.block(PG, 1, HOBJECT_NONE, MAX);
  expect(heldPlaces(backoffs)).toHaveLength(8);
});

test('a range whose begin is its end holds that object alone', () => {
  const backoffs = new Backoffs();
  backoffs.block(PG, 1, object(3, 'b'), object(3, 'b'));
  const held = ['a', 'b', 'c'].filter((oid) => backoffs.holds(PG, object(3, oid)));
  expect(held).toEqual(['b']);
});

test('a range holds nothing of another PG, nor of another shard', () => {
  const backoffs = new Backoffs();
  backoffs.block(PG, 1, HOBJECT_NONE, MAX);
  expect(backoffs.holds({ ...PG, pgid: { pool: 1, seed: 3 } }, object(1))).toBe(false);
  expect(backoffs.holds({ ...PG, shard: 2 }, object(1))).toBe(false);
});

test.each<[string, number, number, number[]]>([
  ['all of it', 0, 8, []],
  ['its beginning', 0, 4, [4, 5]],
  ['its end', 4, 8, [2, 3]],
  ['its middle', 3, 5, [2, 5]],
  ['nothing of it', 6, 8, [2, 3, 4, 5]],
])('an unblock that covers %s leaves the rest blocked', (_what, begin, end, left) => {
  const backoffs = new Backoffs();
  backoffs.block(PG, 1, object(2), object(6));
  expect(backoffs.unblock(1, object(begin), object(end))).toBe(true);
  expect(heldPlaces(backoffs)).toEqual(left);
});

test('a backoff that is unblocked in parts is gone with the last of them', () => {
  const backoffs = new Backoffs();
  backoffs.block(PG, 1, object(0), object(8));
  backoffs.unblock(1, object(0), object(4));
  backoffs.unblock(1, object(4), object(8));
  expect(backoffs.size).toBe(0);
  expect(backoffs.unblock(1, object(0), object(8))).toBe(false);
});

test('an unblock concerns the backoff of its id and no other', () => {
  const backoffs = new Backoffs();
  backoffs.block(PG, 1, object(0), object(4));
  backoffs.block(PG, 2, object(4), object(8));
  expect(backoffs.unblock(3, HOBJECT_NONE, MAX)).toBe(false);
  backoffs.unblock(1, HOBJECT_NONE, MAX);
  expect(heldPlaces(backoffs)).toEqual([4, 5, 6, 7]);
});

test('a range whose begin is behind its end holds its begin alone', () => {
  const backoffs = new Backoffs();
  backoffs.block(PG, 1, object(5), object(2));
  expect(heldPlaces(backoffs)).toEqual([5]);
});
