import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  crushHash32,
  crushHash32_2,
  crushHash32_3,
  crushHash32_4,
  crushHash32_5,
} from '../../../src/crush/hash.ts';

const GOLDEN = new URL('../../wire/golden/crush/hash.json', import.meta.url);
const vectors: Record<string, number[][]> = JSON.parse(readFileSync(GOLDEN, 'utf8'));

const hashes: Record<string, (a: number, b: number, c: number, d: number, e: number) => number> = {
  1: crushHash32,
  2: crushHash32_2,
  3: crushHash32_3,
  4: crushHash32_4,
  5: crushHash32_5,
};

test.each(Object.entries(vectors))('the hash of %s integers is what Ceph makes it', (n, rows) => {
  const hash = hashes[n];
  for (const row of rows) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = row;
    expect(hash?.(a, b, c, d, e)).toBe(row.at(-1));
  }
});

test('a negative number and its u32 have one hash', () => {
  expect(crushHash32_3(-1, -2, -3)).toBe(crushHash32_3(0xffffffff, 0xfffffffe, 0xfffffffd));
});
