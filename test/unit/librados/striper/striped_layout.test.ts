import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fileToExtents,
  piecesOf,
  type StripedLayout,
} from '../../../../src/librados/striper/striped_layout.ts';

const layouts: fc.Arbitrary<StripedLayout> = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 5 }),
  )
  .map(([stripeUnit, stripeCount, units]) => ({
    stripeUnit,
    stripeCount,
    objectSize: stripeUnit * units,
  }));

/** Where byte `at` lies, by the words of the definition: set by set, stripe by stripe, unit by unit. */
function placeOf({ stripeUnit, stripeCount, objectSize }: StripedLayout, at: number): string {
  const setSize = objectSize * stripeCount;
  const inSet = at % setSize;
  const stripe = Math.floor(inSet / (stripeUnit * stripeCount));
  const inStripe = inSet % (stripeUnit * stripeCount);
  const objectNo = Math.floor(at / setSize) * stripeCount + Math.floor(inStripe / stripeUnit);
  return `${objectNo} ${stripe * stripeUnit + (inStripe % stripeUnit)}`;
}

test('each byte of a part is in one piece, and lies where the definition says', () => {
  fc.assert(
    fc.property(layouts, fc.nat(400), fc.nat(400), (layout, offset, length) => {
      const places = new Array<string>(length).fill('nowhere');
      for (const extent of fileToExtents(layout, offset, length)) {
        let at = extent.offset;
        for (const piece of extent.pieces) {
          for (let i = 0; i < piece.length; i++, at++) {
            expect(places[piece.offset + i]).toBe('nowhere');
            places[piece.offset + i] = `${extent.objectNo} ${at}`;
          }
        }
        expect(at - extent.offset).toBe(extent.length);
      }
      expect(places).toEqual(places.map((_, i) => placeOf(layout, offset + i)));
    }),
  );
});

test('each object is there once, in the order of their numbers', () => {
  fc.assert(
    fc.property(layouts, fc.nat(400), fc.nat(400), (layout, offset, length) => {
      const numbers = fileToExtents(layout, offset, length).map(({ objectNo }) => objectNo);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    }),
  );
});

test('there are no more pieces than were foretold', () => {
  fc.assert(
    fc.property(layouts, fc.nat(400), fc.nat(400), (layout, offset, length) => {
      const extents = fileToExtents(layout, offset, length);
      const pieces = extents.reduce((sum, extent) => sum + extent.pieces.length, 0);
      expect(pieces).toBeLessThanOrEqual(piecesOf(layout, length));
    }),
  );
});

test('offsets beyond 2^32 are exact', () => {
  const layout = { stripeUnit: 65536, stripeCount: 3, objectSize: 131072 };
  const offset = 2 ** 50 + 12_345;
  expect(fileToExtents(layout, offset, 1)).toEqual([
    {
      objectNo: Number(placeOf(layout, offset).split(' ')[0]),
      offset: Number(placeOf(layout, offset).split(' ')[1]),
      length: 1,
      pieces: [{ offset: 0, length: 1 }],
    },
  ]);
});
