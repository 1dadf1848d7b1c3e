import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  CEPH_STR_HASH_LINUX,
  CEPH_STR_HASH_MURMUR3,
  CEPH_STR_HASH_RJENKINS,
  cephStrHash,
  cephStrHashName,
} from '../../../src/common/ceph_hash.ts';
import { utf8Encode } from '../../../src/common/utf8.ts';

interface Vector {
  text: string;
  linux: number;
  rjenkins: number;
}

const GOLDEN = new URL('../../wire/golden/crush/str_hash.json', import.meta.url);
const vectors: Vector[] = JSON.parse(readFileSync(GOLDEN, 'utf8'));

describe('cephStrHash', () => {
  test.each(vectors)('rjenkins of $text is what Ceph makes it', ({ text, rjenkins }) => {
    expect(cephStrHash(CEPH_STR_HASH_RJENKINS, text)).toBe(rjenkins);
  });

  test.each(vectors)('linux of $text is what Ceph makes it', ({ text, linux }) => {
    expect(cephStrHash(CEPH_STR_HASH_LINUX, text)).toBe(linux);
  });

  test('the object of an `osd map` command has the hash that it printed', () => {
    expect(cephStrHash(CEPH_STR_HASH_RJENKINS, 'obj1')).toBe(0x6cf8deff);
    expect(cephStrHash(CEPH_STR_HASH_RJENKINS, 'ns1\x1fobj1')).toBe(0xf490d39d);
  });

  test('murmur3 is the 32-bit x86 variant with seed 0', () => {
    expect(cephStrHash(CEPH_STR_HASH_MURMUR3, 'hello')).toBe(0x248bfa47);
  });

  test('text and its UTF-8 bytes have one hash', () => {
    for (const type of [CEPH_STR_HASH_LINUX, CEPH_STR_HASH_RJENKINS, CEPH_STR_HASH_MURMUR3]) {
      expect(cephStrHash(type, utf8Encode('\u00e9\u4e2d'))).toBe(cephStrHash(type, '\u00e9\u4e2d'));
    }
  });

  test('an unknown type gives -1, as in Ceph', () => {
    expect(cephStrHash(7, 'obj1')).toBe(0xffffffff);
  });
});

test('each hash has its name', () => {
  const types = [CEPH_STR_HASH_LINUX, CEPH_STR_HASH_RJENKINS, CEPH_STR_HASH_MURMUR3, 7];
  expect(types.map(cephStrHashName)).toEqual(['linux', 'rjenkins', 'murmur3', 'unknown']);
});
