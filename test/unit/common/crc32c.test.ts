import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { crc32c } from '../../../src/common/crc32c.ts';
import { CRC32C_TABLES, crc32cPlain } from '../../../src/common/crc32c_plain.ts';
import { crc32cZeros } from '../../../src/common/crc32c_zeros.ts';
import { Crc32cEngine } from '../../../src/wasm/Crc32cEngine.ts';

const created = Crc32cEngine.create(CRC32C_TABLES);
if (created === undefined) throw new Error('no WebAssembly with vectors here');
const engine = created;

const bytes = (text: string) => new TextEncoder().encode(text);
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const noise = Uint8Array.from(
  { length: 200_000 },
  (_, i) => (Math.imul(i, 0x9e3779b1) >>> 13) & 255,
);

/** One bit at a time, straight from the polynomial. */
function bitwise(seed: number, data: Uint8Array): number {
  let crc = seed;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return crc >>> 0;
}

const ways = {
  'as it comes': crc32c,
  'in plain TypeScript': (seed: number, data: Uint8Array, start = 0, end = data.length) =>
    crc32cPlain(seed, data, start, end),
  'in WebAssembly': (seed: number, data: Uint8Array, start = 0, end = data.length) =>
    engine.crc32c(seed, data, start, end),
};

describe.each(Object.entries(ways))('crc32c, %s,', (_, crc32cOf) => {
  // The vectors of Ceph's src/test/common/test_crc32c.cc.
  test.each([
    [0, 'foo bar baz', 4119623852],
    [1234, 'foo bar baz', 881700046],
    [0, 'whiz bang boom', 2360230088],
    [5678, 'whiz bang boom', 3743019208],
  ])('of seed %i and "%s" is what Ceph has', (seed, text, crc) => {
    expect(crc32cOf(seed, bytes(text))).toBe(crc);
  });

  // The same file's vectors for a long run of ones.
  test.each([
    [0, 4096000, 31583199],
    [1234, 4096000, 1400919119],
  ])('of seed %i and %i bytes of 1 is what Ceph has', (seed, length, crc) => {
    expect(crc32cOf(seed, new Uint8Array(length).fill(1))).toBe(crc);
  });

  test('is that of the polynomial at every alignment and length', () => {
    for (let start = 0; start < 5; start++) {
      for (let end = start; end <= 1100; end += 7) {
        expect(crc32cOf(0x9234_5678, noise, start, end)).toBe(
          bitwise(0x9234_5678, noise.subarray(start, end)),
        );
      }
    }
  });

  test('is that of the polynomial on both sides of each length at which the way changes', () => {
    for (const length of [512, 16384, 16384 + 5280, 2 * 16384 + 5280, 3 * 16384 + 5280]) {
      for (let end = length - 20; end <= length + 20; end++) {
        expect(crc32cOf(0xffff_ffff, noise, 0, end)).toBe(
          bitwise(0xffff_ffff, noise.subarray(0, end)),
        );
      }
    }
  });

  test('is that of the polynomial for any seed, place and length', () => {
    const place = fc.nat({ max: noise.length });
    fc.assert(
      fc.property(uint32, place, place, (seed, a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect(crc32cOf(seed, noise, start, end)).toBe(bitwise(seed, noise.subarray(start, end)));
      }),
      { numRuns: 100 },
    );
  });

  test('goes on from the crc of what came before', () => {
    for (const cut of [0, 1, 333, 700, 20_000, 199_999, 200_000]) {
      expect(crc32cOf(crc32cOf(0xffffffff, noise, 0, cut), noise, cut)).toBe(
        crc32cOf(0xffffffff, noise),
      );
    }
  });

  test('leaves the bytes as they are', () => {
    const mine = noise.slice();
    crc32cOf(7, mine);
    expect(Buffer.compare(mine, noise)).toBe(0);
  });

  test('is a different one when any one bit of a long message is', () => {
    const mine = noise.slice(0, 40_000);
    const right = crc32cOf(0, mine);
    for (let bit = 0; bit < mine.length * 8; bit += 997) {
      const at = bit >> 3;
      mine[at] = (mine[at] ?? 0) ^ (1 << (bit & 7));
      expect(crc32cOf(0, mine)).not.toBe(right);
      mine[at] = (mine[at] ?? 0) ^ (1 << (bit & 7));
    }
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test('a crc is the same', async () => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', undefined);
    const { crc32c: crc32cWithout } = await import('../../../src/common/crc32c.ts');
    expect(crc32cWithout(5, noise)).toBe(engine.crc32c(5, noise, 0, noise.length));
  });
});

describe('crc32cZeros', () => {
  test('is the crc of as many zeros', () => {
    for (const length of [0, 1, 2, 3, 255, 256, 5000, 65_536, 100_001]) {
      expect(crc32cZeros(0xdead_beef, length)).toBe(crc32c(0xdead_beef, new Uint8Array(length)));
    }
  });

  test('takes a crc to another seed', () => {
    fc.assert(
      fc.property(uint32, fc.uint8Array({ maxLength: 300 }), (seed, data) => {
        const moved = (crc32cZeros(seed, data.length) ^ crc32c(0, data)) >>> 0;
        expect(moved).toBe(crc32c(seed, data));
      }),
    );
  });

  test('is that of the parts for lengths that no buffer has', () => {
    const half = crc32cZeros(1, 2 ** 50 + 1);
    expect(crc32cZeros(half, 2 ** 50 - 1)).toBe(crc32cZeros(1, 2 ** 51));
  });
});
