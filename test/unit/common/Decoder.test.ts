import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { AssertionError, DecodeError } from '../../../src/common/errors.ts';

const decoderOf = (hex: string): Decoder => new Decoder(Buffer.from(hex, 'hex'), 'test');

/** The error that `run` throws. */
function errorOf(run: () => unknown): DecodeError {
  try {
    run();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a primitive', () => {
  test.each<[string, string, (dec: Decoder) => unknown, unknown]>([
    ['u8', 'fe', (dec) => dec.u8(), 0xfe],
    ['bool', '02', (dec) => dec.bool(), true],
    ['u16', '3412', (dec) => dec.u16(), 0x1234],
    ['u32', '98badcfe', (dec) => dec.u32(), 0xfedcba98],
    ['s8', 'ff', (dec) => dec.s8(), -1],
    ['s16', 'feff', (dec) => dec.s16(), -2],
    ['s32', 'feffffff', (dec) => dec.s32(), -2],
    ['u64', 'bc9a785634120000', (dec) => dec.u64(), 0x1234_5678_9abc],
    ['u64 2^53-1', 'ffffffffffff1f00', (dec) => dec.u64(), 2 ** 53 - 1],
    ['s64', 'feffffffffffffff', (dec) => dec.s64(), -2],
    ['s64 -2^32', '00000000ffffffff', (dec) => dec.s64(), -(2 ** 32)],
    ['nearS64', 'feffffffffffffff', (dec) => dec.nearS64(), -2],
    ['nearS64 2^62 + 1', '0100000000000040', (dec) => dec.nearS64(), 2 ** 62],
    ['bigU64', 'fffffdffbdcf013f', (dec) => dec.bigU64(), 0x3f01cfbdfffdffffn],
    ['f32', '0000c03f', (dec) => dec.f32(), 1.5],
    ['f64', '000000000000e0bf', (dec) => dec.f64(), -0.5],
    ['string', '0a00000061c3a9e282acf09f9880', (dec) => dec.string('s'), 'aé€😀'],
    ['blob', '03000000010203', (dec) => [...dec.blob('b')], [1, 2, 3]],
    ['raw', '010203', (dec) => [...dec.raw(3)], [1, 2, 3]],
  ])('%s is read, and every prefix of it is a DecodeError', (_name, hex, read, value) => {
    const dec = decoderOf(hex);
    expect(read(dec)).toEqual(value);
    expect(dec.remaining).toBe(0);
    for (let end = 0; end < hex.length; end += 2) {
      expect(errorOf(() => read(decoderOf(hex.slice(0, end))))).toBeInstanceOf(DecodeError);
    }
  });

  test.each([
    ['u64 of 2^53', '0000000000002000', (dec: Decoder) => dec.u64()],
    ['u64 of 2^64-1', 'ffffffffffffffff', (dec: Decoder) => dec.u64()],
    ['s64 of 2^53', '0000000000002000', (dec: Decoder) => dec.s64()],
    ['s64 of -2^63', '0000000000000080', (dec: Decoder) => dec.s64()],
  ])('%s is refused: a number cannot hold it', (_name, hex, read) => {
    expect(errorOf(() => read(decoderOf(hex))).offset).toBe(0);
  });

  test('views are of the input, not copies', () => {
    const input = new Uint8Array([1, 0, 0, 0, 7]);
    const view = new Decoder(input, 'test').blob('b');
    input[4] = 8;
    expect(view[0]).toBe(8);
  });
});

test('bytes read from a Buffer are plain: their slice is a copy', () => {
  const input = Buffer.from([1, 0, 0, 0, 7]);
  const copy = new Decoder(input, 'test').blob('b').slice();
  input[4] = 8;
  expect(copy[0]).toBe(7);
});

describe('a number', () => {
  test('survives as u64 and s64', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeInteger(), (unsigned, signed) => {
        const enc = new Encoder();
        enc.u64(unsigned);
        enc.u64(signed);
        const dec = new Decoder(enc.take(), 'test');
        expect(dec.u64()).toBe(unsigned);
        expect(dec.s64()).toBe(signed);
      }),
    );
  });
});

describe('a hostile length', () => {
  test.each(['blob', 'string'] as const)('of a %s is refused before it is used', (kind) => {
    const error = errorOf(() => decoderOf('ffffffff00')[kind]('name'));
    expect([error.field, error.offset]).toEqual(['test.name', 0]);
  });

  test('of a count is refused where its elements cannot be there', () => {
    const error = errorOf(() => decoderOf('0200000000000000000000').count('list', 4));
    expect(error.message).toBe('test.list at offset 0: 2 elements in 7 bytes');
  });

  test('of a count is believed where they can', () => {
    expect(decoderOf('020000000000000000000000').count('list', 4)).toBe(2);
  });

  test('of skip is refused', () => {
    expect(errorOf(() => decoderOf('0000').skip(3)).reason).toBe('3 bytes wanted, 2 left');
  });
});

describe('a section', () => {
  const nested = '0201' + '08000000' + '0403' + '01000000' + 'aa' + 'bb' + 'cc';

  test('tells its version and bounds what is read', () => {
    const dec = decoderOf(nested);
    expect(dec.decodeStart('outer', 2)).toBe(2);
    expect(dec.decodeStart('inner', 4)).toBe(4);
    expect(dec.u8()).toBe(0xaa);
    expect(errorOf(() => dec.u8()).field).toBe('inner');
    dec.decodeFinish();
    expect(dec.u8()).toBe(0xbb);
    expect(dec.remaining).toBe(0);
    dec.decodeFinish();
    expect(dec.u8()).toBe(0xcc);
  });

  test('that was not read to its end is skipped', () => {
    const dec = decoderOf(nested);
    dec.decodeStart('outer', 2);
    dec.decodeFinish();
    expect(dec.u8()).toBe(0xcc);
  });

  test('of a newer compat is refused', () => {
    const error = errorOf(() => decoderOf('0908' + '00000000').decodeStart('pg_t', 7));
    expect([error.field, error.offset]).toEqual(['pg_t.compat', 1]);
  });

  test('of a newer version that older decoders may read is read', () => {
    expect(decoderOf('c807' + '00000000').decodeStart('pg_t', 7)).toBe(200);
  });

  test.each(['01000000', 'ffffffff'])('of length %s beyond what is there is refused', (length) => {
    const error = errorOf(() => decoderOf(`0101${length}`).decodeStart('pg_t', 1));
    expect([error.field, error.offset]).toEqual(['pg_t.length', 2]);
  });

  test('cannot reach over the one around it', () => {
    const dec = decoderOf('0101' + '06000000' + '0101' + '01000000' + 'aa');
    dec.decodeStart('outer', 1);
    expect(errorOf(() => dec.decodeStart('inner', 1)).field).toBe('inner.length');
  });

  test('nested too deep is refused', () => {
    const enc = new Encoder();
    for (let i = 0; i < 40; i++) enc.encodeStart(1, 1);
    for (let i = 0; i < 40; i++) enc.encodeFinish();
    const dec = new Decoder(enc.take(), 'test');
    const dive = () => {
      for (;;) dec.decodeStart('turtle', 1);
    };
    expect(errorOf(dive).reason).toBe('nested deeper than 32');
  });

  test('cannot be closed twice', () => {
    expect(() => decoderOf('').decodeFinish()).toThrow(AssertionError);
  });
});

describe('a window', () => {
  test('counts offsets from its start, in errors too', () => {
    const dec = decoderOf('ffff0102ffffffff');
    dec.window(2, 5, 'part');
    expect(dec.offset).toBe(0);
    dec.u8();
    expect([dec.offset, dec.remaining]).toEqual([1, 2]);
    const error = errorOf(() => dec.u32());
    expect([error.field, error.offset]).toEqual(['part', 1]);
  });

  test('forgets the sections of the last one', () => {
    const dec = decoderOf('0101010000000102');
    dec.decodeStart('left open', 1);
    dec.window(6, 8, 'part');
    expect([...dec.raw(2)]).toEqual([1, 2]);
    expect(() => dec.decodeFinish()).toThrow(AssertionError);
  });

  test('ends where it says, though the buffer goes on', () => {
    const dec = decoderOf('04000000616263646566');
    dec.window(0, 7, 'part');
    expect(errorOf(() => dec.string('s')).reason).toBe('4 elements in 3 bytes');
  });
});

test('any bytes at all give a value or a DecodeError, whatever is read', () => {
  const reads: ((dec: Decoder) => unknown)[] = [
    (dec) => dec.u8(),
    (dec) => dec.u32(),
    (dec) => dec.u64(),
    (dec) => dec.s64(),
    (dec) => dec.blob('b'),
    (dec) => dec.string('s'),
    (dec) => dec.count('c', 3),
    (dec) => dec.decodeStart('section', 3),
    (dec) => dec.skip(2),
  ];
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.nat(reads.length - 1)),
      (bytes, plan) => {
        const dec = new Decoder(bytes, 'test');
        try {
          for (const step of plan) reads[step]?.(dec);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
        expect(dec.remaining).toBeGreaterThanOrEqual(0);
        expect(dec.offset).toBeLessThanOrEqual(bytes.length);
      },
    ),
    { numRuns: 2000 },
  );
});
