import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../../src/common/errors.ts';
import { ipFromBytes, ipToBytes } from '../../../src/msg/ip.ts';

/** The text after a way through bytes. */
const canonical = (ip: string): string => ipFromBytes(ipToBytes(ip));

describe('an IPv4 address', () => {
  test('is its four bytes', () => {
    expect([...ipToBytes('10.0.200.1')]).toEqual([10, 0, 200, 1]);
  });

  test('survives', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        expect(canonical(ip)).toBe(ip);
      }),
    );
  });

  test.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1.2.3.', '1.2.3.x', '0x1.2.3.4', '1.2.3.-4'])(
    'is not %j',
    (ip) => {
      expect(() => ipToBytes(ip)).toThrow(DecodeError);
    },
  );
});

describe('an IPv6 address', () => {
  // RFC 5952, section 4 and what it says of ties.
  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:0DB8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['fe80::1', 'fe80::1'],
    ['10:0:0:0:0:0:0:0', '10::'],
    ['0:0:10::', '0:0:10::'],
    ['1:10:0:0:2:0:3:4', '1:10::2:0:3:4'],
  ])('%s is written %s', (ip, text) => {
    expect(canonical(ip)).toBe(text);
  });

  test('is its sixteen bytes', () => {
    expect(Buffer.from(ipToBytes('2001:db8::ff')).toString('hex')).toBe(
      '20010db80000000000000000000000ff',
    );
  });

  test('is written as the platform writes it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.nat(0xffff),
        (bytes, mask) => {
          const sparse = bytes.map((byte, i) => (mask & (1 << (i & ~1)) ? byte : 0));
          const groups = Array.from({ length: 8 }, (_, i) =>
            (((sparse[2 * i] ?? 0) << 8) | (sparse[2 * i + 1] ?? 0)).toString(16),
          );
          const platform = new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
          expect(ipFromBytes(sparse)).toBe(platform);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('survives', () => {
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        expect(canonical(canonical(ip))).toBe(canonical(ip));
      }),
    );
  });

  test.each([
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7:8::',
  ])('is not %j', (ip) => {
    expect(() => ipToBytes(ip)).toThrow(DecodeError);
  });
});
