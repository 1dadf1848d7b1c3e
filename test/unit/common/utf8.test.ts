import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8Decode, utf8Encode, utf8Length, utf8Write } from '../../../src/common/utf8.ts';

const RUNS = { numRuns: 2000 };
/** Any UTF-16 at all, lone surrogates among it. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
);
/** Bytes that are nearly UTF-8: pieces of encodings, cut anywhere. */
const nearlyUtf8 = fc
  .array(fc.tuple(fc.string({ unit: 'binary' }), fc.nat(6), fc.nat(6)))
  .map((pieces) =>
    Buffer.concat(pieces.map(([text, a, b]) => new TextEncoder().encode(text).subarray(a, -b - 1))),
  );
/** Stands for a byte that is no UTF-8. */
const ESCAPED = /[\udc80-\udcff]/u;
const platform = new TextDecoder('utf-8', { ignoreBOM: true });

describe('writing', () => {
  test('gives the bytes of the platform', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(!ESCAPED.test(text));
        expect(utf8Encode(text)).toEqual(new TextEncoder().encode(text));
      }),
      RUNS,
    );
  });

  test('writes as many bytes as utf8Length says, and answers where they end', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const into = new Uint8Array(text.length * 3 + 5);
        expect(utf8Write(into, 5, text)).toBe(5 + utf8Length(text));
      }),
      RUNS,
    );
  });
});

describe('reading', () => {
  test('is the inverse of writing for well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Decode(utf8Encode(text))).toBe(text);
      }),
      RUNS,
    );
  });

  test('of well-formed bytes is that of the platform', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = new TextEncoder().encode(text);
        expect(utf8Decode(bytes)).toBe(platform.decode(bytes));
      }),
      RUNS,
    );
  });

  test('finds malformed bytes where the platform finds them', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), nearlyUtf8), (bytes) => {
        const runs = (text: string): string => text.replace(/[\ufffd\udc80-\udcff]+/gu, '\ufffd');
        expect(runs(utf8Decode(bytes))).toBe(runs(platform.decode(bytes)));
      }),
      RUNS,
    );
  });

  test('keeps what is no UTF-8: written again it is the same bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), nearlyUtf8), (bytes) => {
        expect(Buffer.compare(utf8Encode(utf8Decode(bytes)), bytes)).toBe(0);
      }),
      RUNS,
    );
  });

  test('of a part reads no byte outside it', () => {
    expect(utf8Decode(Uint8Array.of(0x61, 0xe2, 0x82, 0xac, 0x62), 1, 3)).toBe('\udce2\udc82');
  });

  test('keeps NUL', () => {
    expect(utf8Decode(Uint8Array.of(0x61, 0, 0x62))).toBe('a\0b');
  });
});
