import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { decodeUtime, encodeUtime, utimeFromMs, utimeToMs } from '../../../src/common/utime_t.ts';

describe('utime_t', () => {
  test('is u32 seconds, u32 nanoseconds', () => {
    const enc = new Encoder();
    encodeUtime(enc, { sec: 0x01020304, nsec: 5 });
    expect(Buffer.from(enc.take()).toString('hex')).toBe('0403020105000000');
  });

  test('survives', () => {
    const u32 = fc.nat(0xffffffff);
    fc.assert(
      fc.property(fc.record({ sec: u32, nsec: u32 }), (time) => {
        const enc = new Encoder();
        encodeUtime(enc, time);
        expect(decodeUtime(new Decoder(enc.take(), 'time'))).toEqual(time);
      }),
    );
  });

  test.each([
    [0, { sec: 0, nsec: 0 }],
    [1_700_000_000_123, { sec: 1_700_000_000, nsec: 123_000_000 }],
    [1.5, { sec: 0, nsec: 1_500_000 }],
    [999.999_999_9, { sec: 0, nsec: 999_999_999 }],
    [999.999_999_999_999_9, { sec: 0, nsec: 999_999_999 }],
  ])('of %d ms is right', (ms, time) => {
    expect(utimeFromMs(ms)).toEqual(time);
  });

  test('of any millisecond comes back to it', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff * 1000), (ms) => {
        expect(utimeToMs(utimeFromMs(ms))).toBe(ms);
      }),
    );
  });
});
