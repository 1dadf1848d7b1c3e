import { describe, expect, test } from 'vitest';
import { CEPH_STR_HASH_LINUX } from '../../../src/common/ceph_hash.ts';
import {
  cephStableMod,
  hashKey,
  newPgPool,
  rawPgToPg,
  rawPgToPps,
} from '../../../src/osd/pg_pool.ts';

const pool = newPgPool({ pgNum: 12 });

describe('the hash of a name', () => {
  // Answers of `ceph osd map` (16.2).
  test.each([
    ['obj1', '', 0x6cf8deff],
    ['obj1', 'ns1', 0xf490d39d],
    ['a-much-longer-object-name-0123456789', '', 0x72e9d664],
    ['foo', '', 0x7fc1f406],
    ['foo', 'ns1', 0xf4569544],
  ])('%s in namespace "%s" is what Ceph has', (name, nspace, hash) => {
    expect(hashKey(pool, name, nspace)).toBe(hash);
  });

  test('is of the kind that the pool says', () => {
    const linux = newPgPool({ pgNum: 12, objectHash: CEPH_STR_HASH_LINUX });
    expect(hashKey(linux, 'obj1', '')).not.toBe(hashKey(pool, 'obj1', ''));
  });
});

describe('cephStableMod', () => {
  test('is the remainder for a power of two', () => {
    for (let x = 0; x < 100; x++) expect(cephStableMod(x, 16)).toBe(x % 16);
  });

  test('folds by half the mask what lies between the number and the next power of two', () => {
    const folded = Array.from({ length: 16 }, (_, x) => cephStableMod(x, 12));
    expect(folded).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 4, 5, 6, 7]);
  });

  test('moves nothing but to the new PG when there is one more', () => {
    for (let b = 1; b < 70; b++) {
      for (let x = 0; x < 300; x++) {
        const after = cephStableMod(x, b + 1);
        expect(after === b || after === cephStableMod(x, b)).toBe(true);
      }
    }
  });

  test('takes hashes above 2^31', () => {
    expect(cephStableMod(0xf490d39d, 12)).toBe(0x5);
    expect(cephStableMod(0xffffffff, 2 ** 20)).toBe(2 ** 20 - 1);
  });

  test('gives 0 where there is one PG', () => {
    expect(cephStableMod(0xdeadbeef, 1)).toBe(0);
  });
});

describe('a PG', () => {
  test('is the hash folded to pg_num', () => {
    expect(rawPgToPg(pool, { pool: 3, seed: 0x72e9d66e })).toEqual({ pool: 3, seed: 6 });
  });

  test('is placed with others as long as there are fewer placements than PGs', () => {
    const growing = newPgPool({ pgNum: 16, pgpNum: 8 });
    expect(rawPgToPps(growing, { pool: 1, seed: 9 })).toBe(
      rawPgToPps(growing, { pool: 1, seed: 1 }),
    );
  });

  test('lies on top of the next pool’s in a pool without HASHPSPOOL', () => {
    const old = newPgPool({ pgNum: 16, flags: 0 });
    expect(rawPgToPps(old, { pool: 0, seed: 5 })).toBe(5);
    expect(rawPgToPps(old, { pool: 1, seed: 4 })).toBe(5);
  });
});
