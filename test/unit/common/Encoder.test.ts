import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/common/crc32c.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { AssertionError } from '../../../src/common/errors.ts';

/** What `write` writes, in hexadecimal. */
function hexOf(write: (enc: Encoder) => void): string {
  const enc = new Encoder(4);
  write(enc);
  return Buffer.from(enc.take()).toString('hex');
}

describe('a primitive', () => {
  // Little-endian, as src/include/encoding.h says; written out by hand.
  test.each<[string, (enc: Encoder) => void, string]>([
    ['u8', (enc) => enc.u8(0xfe), 'fe'],
    ['u16', (enc) => enc.u16(0x1234), '3412'],
    ['u32', (enc) => enc.u32(0xfedcba98), '98badcfe'],
    ['s32', (enc) => enc.s32(-2), 'feffffff'],
    ['u64', (enc) => enc.u64(0x1234_5678_9abc), 'bc9a785634120000'],
    ['u64 2^53-1', (enc) => enc.u64(2 ** 53 - 1), 'ffffffffffff1f00'],
    ['u64 -2 (CEPH_NOSNAP)', (enc) => enc.u64(-2), 'feffffffffffffff'],
    ['u64 -2^32', (enc) => enc.u64(-(2 ** 32)), '00000000ffffffff'],
    ['bigU64', (enc) => enc.bigU64(0x3f01cfbdfffdffffn), 'fffffdffbdcf013f'],
    ['f32', (enc) => enc.f32(1.5), '0000c03f'],
    ['f64', (enc) => enc.f64(-0.5), '000000000000e0bf'],
    ['raw', (enc) => enc.raw(Uint8Array.of(1, 2, 3)), '010203'],
    ['blob', (enc) => enc.blob(Uint8Array.of(1, 2, 3)), '03000000010203'],
    ['blob of nothing', (enc) => enc.blob(new Uint8Array(0)), '00000000'],
    ['string', (enc) => enc.string('aé€😀'), '0a00000061c3a9e282acf09f9880'],
    ['zeros', (enc) => enc.zeros(11), '0000000000000000000000'],
  ])('%s', (_name, write, hex) => {
    expect(hexOf(write)).toBe(hex);
  });

  test('zeros are zeros where the buffer is not', () => {
    const enc = new Encoder(8, (length) => new Uint8Array(length).fill(0xaa));
    enc.zeros(37);
    expect([...enc.take()].every((byte) => byte === 0)).toBe(true);
  });
});

describe('a section', () => {
  test('has version, compat, and the length of what follows', () => {
    const hex = hexOf((enc) => {
      enc.encodeStart(8, 7);
      enc.u16(0x0201);
      enc.encodeFinish();
      enc.u8(9);
    });
    expect(hex).toBe('0807' + '02000000' + '0102' + '09');
  });

  test('counts the sections in it', () => {
    const hex = hexOf((enc) => {
      enc.encodeStart(2, 1);
      enc.encodeStart(4, 3);
      enc.u8(0xaa);
      enc.encodeFinish();
      enc.u8(0xbb);
      enc.encodeFinish();
    });
    expect(hex).toBe('0201' + '08000000' + '0403' + '01000000' + 'aa' + 'bb');
  });

  test('has the right length after take and after growth', () => {
    const enc = new Encoder(8);
    enc.u32(1);
    enc.take();
    enc.encodeStart(1, 1);
    enc.zeros(100);
    enc.encodeFinish();
    expect(Buffer.from(enc.take()).readUInt32LE(2)).toBe(100);
  });

  test('that is open forbids take', () => {
    const enc = new Encoder();
    enc.encodeStart(1, 1);
    expect(() => enc.take()).toThrow(AssertionError);
  });

  test('cannot be closed twice', () => {
    const enc = new Encoder();
    expect(() => enc.encodeFinish()).toThrow(AssertionError);
  });
});

describe('take', () => {
  test('gives what was written since the last one', () => {
    const enc = new Encoder(16);
    enc.u8(1);
    enc.take();
    enc.u8(2);
    enc.u8(3);
    expect([...enc.take()]).toEqual([2, 3]);
    expect(enc.take().length).toBe(0);
  });

  test('gives bytes that later writing leaves alone', () => {
    const enc = new Encoder(8);
    const taken: Uint8Array[] = [];
    for (let i = 0; i < 100; i++) {
      enc.u32(i);
      enc.string('x'.repeat(i % 20));
      taken.push(enc.take());
    }
    taken.forEach((bytes, i) => {
      expect(Buffer.from(bytes).readUInt32LE(0)).toBe(i);
    });
  });

  test('shares one buffer among several', () => {
    const enc = new Encoder(1024);
    enc.u8(1);
    const first = enc.take();
    enc.u8(2);
    expect(enc.take().buffer).toBe(first.buffer);
  });
});

describe('a growing buffer', () => {
  test('keeps what was written, whatever the sizes', () => {
    const enc = new Encoder(1);
    const expected: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const piece = Uint8Array.from({ length: i % 17 }, (_, k) => (i + k) & 255);
      enc.raw(piece);
      expected.push(...piece);
    }
    expect(enc.length).toBe(expected.length);
    expect([...enc.take()]).toEqual(expected);
  });

  test('asks for memory a logarithmic number of times', () => {
    let asked = 0;
    const enc = new Encoder(16, (length) => {
      asked++;
      return new Uint8Array(length);
    });
    for (let i = 0; i < 100_000; i++) enc.u8(i);
    expect(asked).toBeLessThan(20);
  });
});

describe('patching', () => {
  test('overwrites at an offset from the last take', () => {
    const enc = new Encoder(64);
    enc.u32(0);
    enc.take();
    enc.zeros(12);
    enc.patchU32(0, 0x01020304);
    enc.patchU64(4, 2 ** 40 + 5);
    expect(Buffer.from(enc.take()).toString('hex')).toBe('04030201' + '0500000000010000');
  });

  test('crc32c is that of the bytes in between', () => {
    const enc = new Encoder(64);
    enc.string('before');
    enc.take();
    enc.raw(Uint8Array.of(9, 1, 2, 3, 9));
    expect(enc.crc32c(7, 1, 4)).toBe(crc32c(7, Uint8Array.of(1, 2, 3)));
  });
});
