import { expect, test } from 'vitest';
import { monCapAllows } from '../../../sim/mon/mon_cap.ts';
import { parseCaps } from '../../../src/auth/caps.ts';

test.each([
  ['allow r', { r: true, w: false, x: false }],
  ['allow rw pool=data', { r: true, w: true, x: false }],
  ['allow *', { r: true, w: true, x: true }],
  ['allow class-read', { r: false, w: false, x: false }],
])('%s grants what it says', (text, rwx) => {
  expect(parseCaps(text).map((grant) => grant.rwx)).toEqual([rwx]);
});

test('limits belong to the grant that they stand in', () => {
  const grants = parseCaps('allow r pool=data namespace=a, allow w pool=other');
  expect(grants.map(({ limits }) => [...limits])).toEqual([
    [
      ['pool', 'data'],
      ['namespace', 'a'],
    ],
    [['pool', 'other']],
  ]);
});

test.each(['', 'deny r', 'allow everything', 'allow rq'])("'%s' grants nothing", (text) => {
  expect(parseCaps(text)).toEqual([]);
});

test.each([
  [undefined, 'rwx', true],
  ['allow r', 'r', true],
  ['allow r', 'rw', false],
  ['allow r, allow w', 'rw', true],
  ['allow command "osd tree"', 'r', true],
  ['profile osd', 'rw', true],
  ['profile rbd', 'rw', false],
])('caps %s, and a command that needs %s: %s', (caps, perm, allowed) => {
  expect(monCapAllows(caps, perm, 'osd tree')).toBe(allowed);
});
