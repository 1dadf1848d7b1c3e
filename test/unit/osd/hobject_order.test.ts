import { expect, it } from 'vitest';
import { compareHobjects, reverseBits } from '../../../src/osd/hobject_order.ts';
import { HOBJECT_NONE, type hobject_t } from '../../../src/osd/hobject_t.ts';
import { CEPH_NOSNAP } from '../../../src/osd/rados.ts';

const object = (fields: Partial<hobject_t>): hobject_t => ({
  ...HOBJECT_NONE,
  pool: 1,
  snap: CEPH_NOSNAP,
  ...fields,
});

it('bits are reversed', () => {
  expect(reverseBits(1)).toBe(0x80000000);
  expect(reverseBits(0x12345678)).toBe(0x1e6a2c48);
});

it('objects sort by hash from its last bit, namespace, key, name and snapshot', () => {
  const sorted = [
    HOBJECT_NONE,
    object({ hash: 4, oid: 'z' }),
    object({ hash: 2, oid: 'b', snap: 3 }),
    object({ hash: 2, oid: 'b' }),
    object({ hash: 2, oid: 'a', key: 'c' }),
    object({ hash: 2, oid: 'c' }),
    object({ hash: 2, oid: '\uffff' }),
    object({ hash: 2, oid: '\u{10000}' }),
    object({ hash: 2, oid: '\udcff' }),
    object({ hash: 2, oid: 'a', nspace: 'n' }),
    object({ hash: 1, oid: 'a' }),
    object({ pool: 2 }),
    object({ pool: 1, isMax: true }),
  ];
  expect(sorted.toReversed().sort(compareHobjects)).toEqual(sorted);
});

it('the default object is before all, and equal to itself', () => {
  expect(compareHobjects(HOBJECT_NONE, HOBJECT_NONE)).toBe(0);
});
