import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZlibCompressor } from '../../../src/node/ZlibCompressor.ts';

const zlib = new ZlibCompressor();

/** Twenty times `hello `: a 0, then what zlib 1.2 gives (Python's, level 5, window bits -15). */
const HELLO = new Uint8Array(Buffer.from('00cb48cdc9c957c8a03b0900', 'hex'));
const TEXT = new Uint8Array(Buffer.from('hello '.repeat(20)));

it('compresses as zlib does', () => {
  expect(zlib.compress(TEXT)).toEqual(HELLO);
});

it('gives back what zlib has compressed', () => {
  expect(zlib.decompress(HELLO, 120)).toEqual(TEXT);
});

it('takes any variation in the first byte', () => {
  expect(zlib.decompress(HELLO.with(0, 1), 120)).toEqual(TEXT);
});

it('gives back whatever it has compressed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      expect(zlib.decompress(zlib.compress(bytes), 5000)).toEqual(bytes);
    }),
  );
});

describe('refuses', () => {
  it.each([
    ['nothing', new Uint8Array(0), 120],
    ['what is cut off', HELLO.subarray(0, -1), 120],
    ['what is no deflate stream', Uint8Array.of(0, 7, 7, 7), 120],
    ['what is longer than allowed', HELLO, 119],
  ])('%s', (_, bytes, lengthMax) => {
    expect(zlib.decompress(bytes, lengthMax)).toBeUndefined();
  });
});
