import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/common/crc32c.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** One bit at a time, straight from the polynomial. */
function bitwise(seed: number, data: Uint8Array): number {
  let crc = seed;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return crc >>> 0;
}

describe('crc32c', () => {
  // The vectors of Ceph's src/test/common/test_crc32c.cc.
  test.each([
    [0, 'foo bar baz', 4119623852],
    [1234, 'foo bar baz', 881700046],
    [0, 'whiz bang boom', 2360230088],
    [5678, 'whiz bang boom', 3743019208],
  ])('of seed %i and "%s" is what Ceph has', (seed, text, crc) => {
    expect(crc32c(seed, bytes(text))).toBe(crc);
  });

  test('is that of the polynomial at every alignment and length', () => {
    const data = Uint8Array.from({ length: 400 }, (_, i) => (i * 131 + 7) & 255);
    for (let start = 0; start < 5; start++) {
      for (let end = start; end <= data.length; end += 7) {
        expect(crc32c(0x9234_5678, data, start, end)).toBe(
          bitwise(0x9234_5678, data.subarray(start, end)),
        );
      }
    }
  });

  test('goes on from the crc of what came before', () => {
    const data = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
    expect(crc32c(crc32c(0xffffffff, data, 0, 333), data, 333)).toBe(crc32c(0xffffffff, data));
  });
});
