import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/common/crc32c.ts';
import { crc32cKept, keepCrc32c } from '../../../src/common/crc32c_kept.ts';

const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);

describe('a kept crc', () => {
  test('is that of the bytes, for every seed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.nat({ max: 3000 }),
        (seed, length) => {
          const bytes = noise(length);
          keepCrc32c(bytes);
          for (let round = 0; round < 2; round++) {
            expect(crc32cKept(seed, bytes)).toBe(crc32c(seed, bytes));
          }
        },
      ),
    );
  });

  test('is not taken from bytes that nobody vouches for', () => {
    const bytes = noise(5000);
    expect(crc32cKept(0, bytes)).toBe(crc32c(0, bytes));
    bytes[0] = 99;
    expect(crc32cKept(0, bytes)).toBe(crc32c(0, bytes));
  });

  test('is of one array, not of others over the same memory', () => {
    const bytes = noise(5000);
    keepCrc32c(bytes);
    const part = bytes.subarray(0, 2000);
    expect(crc32cKept(0, part)).toBe(crc32c(0, part));
  });
});
