import { describe, expect, test } from 'vitest';
import { hexdump } from '../../../../src/cli/ceph/hexdump.ts';
import { iecInteger } from '../../../../src/cli/ceph/iec_integer.ts';
import { byteUnits } from '../../../../src/common/byte_units.ts';

/** Printed by rados 16.2.15 (getomapval). */
describe('bytes are dumped as rados dumps them', () => {
  test('nothing for none', () => {
    expect(hexdump(new Uint8Array(0))).toBe('');
  });

  test('a row that is not whole, and what cannot be printed', () => {
    expect(hexdump(Uint8Array.of(0x80, 0xff, 0x61, 0x62, 0x0a, 0x7e, 0x7f))).toBe(
      `00000000  80 ff 61 62 0a 7e 7f                              |..ab.~.|
00000007
`,
    );
  });

  test('rows of one byte are told once', () => {
    expect(hexdump(new Uint8Array(70))).toBe(
      `00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
00000040  00 00 00 00 00 00                                 |......|
00000046
`,
    );
  });

  test('the last row is always told', () => {
    expect(hexdump(new Uint8Array(100).fill(0x61))).toBe(
      `00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  |aaaaaaaaaaaaaaaa|
*
00000060  61 61 61 61                                       |aaaa|
00000064
`,
    );
  });
});

/** What rados 16.2.15 says of `-b`. */
test.each([
  ['1K', 1024n],
  ['1KB', 1024n],
  ['1Ki', 1024n],
  ['1K5', 1024n],
  ['1B', 1n],
  ['+7', 7n],
  ['-5', -5n],
  ['7E', 7n << 60n],
])('%s is a number', (text, value) => {
  expect(iecInteger(text)).toEqual({ value });
});

test.each([
  ['', 'strict_iecstrtoll: value not specified'],
  ['x', 'strict_iecstrtoll: unit prefix not recognized'],
  ['5.5', 'strict_iecstrtoll: unit prefix not recognized'],
  ['1b', 'strict_iecstrtoll: unit prefix not recognized'],
  ['1KiB', 'strict_iecstrtoll: illegal prefix (length > 2)'],
  ['16E', 'strict_iecstrtoll: value seems to be too large'],
  ['5-5', "Expected option value to be integer, got '5-5'"],
  ['99999999999999999999', "The option value '99999999999999999999' seems to be invalid"],
])('%s is none, and it is told why', (text, complaint) => {
  expect(iecInteger(text)).toEqual({ complaint });
});

/** By byte_u_t of Ceph 16.2 (src/include/types.h). */
test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [10_239, '10 KiB'],
  [123_456, '121 KiB'],
  [3 * 1024 ** 3, '3 GiB'],
  [1_234_567_890_123, '1.1 TiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(byteUnits(bytes)).toBe(text);
});
