import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinBytes } from '../../../src/common/join_bytes.ts';

test('pieces are joined in their order, as Buffer.concat joins them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 8 }), (pieces) => {
      expect(Buffer.from(joinBytes(pieces))).toEqual(Buffer.concat(pieces));
    }),
  );
});

test('a lone piece is not copied', () => {
  const piece = Uint8Array.of(1, 2);

  expect(joinBytes([piece])).toBe(piece);
});
