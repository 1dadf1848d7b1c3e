import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Extents } from '../../../../sim/osd/store/Extents.ts';
import { Omap } from '../../../../sim/osd/store/Omap.ts';
import { xxhash32, xxhash64 } from '../../../../sim/osd/xxhash.ts';

const SIZE_MAX = 60;
const at = fc.integer({ min: 0, max: SIZE_MAX });
const change = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), at, bytes: fc.uint8Array({ maxLength: 20 }) }),
  fc.record({ kind: fc.constant('punch' as const), at, length: at }),
  fc.record({ kind: fc.constant('truncate' as const), at }),
);

/** The bytes one by one; undefined: a hole. */
type Model = (number | undefined)[];

function holes(length: number): Model {
  return Array.from({ length: Math.max(length, 0) }, () => undefined);
}

describe('extents', () => {
  it('are what an array of bytes with holes would be', () => {
    fc.assert(
      fc.property(fc.array(change), at, at, (changes, offset, length) => {
        let extents = Extents.EMPTY;
        let model: Model = [];
        for (const one of changes) {
          if (one.kind === 'write' && one.bytes.length > 0) {
            extents = extents.write(one.at, one.bytes);
            model = [...model, ...holes(one.at + one.bytes.length - model.length)];
            model.splice(one.at, one.bytes.length, ...one.bytes);
          } else if (one.kind === 'punch') {
            extents = extents.punch(one.at, one.length);
            model = model.map((b, i) => (i >= one.at && i < one.at + one.length ? undefined : b));
          } else if (one.kind === 'truncate') {
            extents = extents.truncate(one.at);
            model = [...model.slice(0, one.at), ...holes(one.at - model.length)];
          }
        }
        const asked = model.slice(offset, offset + length);
        expect(extents.size).toBe(model.length);
        expect([...extents.read(offset, length)]).toEqual(asked.map((byte) => byte ?? 0));
        const mapped = extents.mapped(offset, length);
        const inMap = (i: number): boolean =>
          mapped.some((extent) => i >= extent.offset && i < extent.offset + extent.length);
        expect(asked.map((_, i) => inMap(offset + i))).toEqual(asked.map((b) => b !== undefined));
      }),
    );
  });

  it('that were never changed do not change', () => {
    const before = Extents.of(Uint8Array.of(1, 2, 3));
    before.write(1, Uint8Array.of(9)).punch(0, 1).truncate(1);
    expect([...before.read(0, 10)]).toEqual([1, 2, 3]);
  });

  it('of thousands of small writes are read as one', () => {
    let extents = Extents.EMPTY;
    for (let i = 0; i < 5000; i++) extents = extents.write(i, Uint8Array.of(i));
    expect(extents.read(0, 5000)).toEqual(Uint8Array.from({ length: 5000 }, (_, i) => i));
    expect(extents.mapped(0, 5000)).toEqual([{ offset: 0, length: 5000 }]);
  });

  it('give the whole of what was written as the one array that it was', () => {
    const bytes = new Uint8Array(5000);
    expect(Extents.of(bytes).read(0, 5000)).toBe(bytes);
    expect(Extents.of(bytes).read(0, 9999)).toBe(bytes);
  });
});

const key = fc.string({ maxLength: 3, unit: 'binary' });

describe('an omap', () => {
  it('has its keys in the order of their bytes, whatever is done to it', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key }),
      fc.record({ kind: fc.constant('delete' as const), key }),
      fc.record({ kind: fc.constant('range' as const), key, end: key }),
      fc.record({ kind: fc.constant('look' as const), key }),
    );
    const bytes = (text: string): Buffer => Buffer.from(text);
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const omap = new Omap();
        const model = new Set<string>();
        for (const one of steps) {
          if (one.kind === 'set') {
            omap.set(one.key, new Uint8Array());
            model.add(one.key);
          } else if (one.kind === 'delete') {
            omap.delete(one.key);
            model.delete(one.key);
          } else if (one.kind === 'range') {
            omap.deleteRange(one.key, one.end);
            for (const each of [...model]) {
              const isIn = bytes(each).compare(bytes(one.key)) >= 0;
              if (isIn && bytes(each).compare(bytes(one.end)) < 0) model.delete(each);
            }
          }
          const sorted = [...model].sort((a, b) => bytes(a).compare(bytes(b)));
          expect(omap.keys()).toEqual(sorted);
          const behind = sorted.findIndex((each) => bytes(each).compare(bytes(one.key)) > 0);
          expect(omap.indexAfter(one.key)).toBe(behind < 0 ? sorted.length : behind);
        }
      }),
    );
  });
});

/** Of the reference program, `xxhsum`. */
describe('xxhash', () => {
  const sample = (length: number): Uint8Array =>
    new Uint8Array(Buffer.from('Nobody inspects the spammish repetition').subarray(0, length));

  it('of 32 bits', () => {
    expect(xxhash32(0, new Uint8Array())).toBe(0x02cc5d05);
    expect(xxhash32(0, sample(39))).toBe(0xe2293b2f);
    expect(xxhash32(0, sample(1))).toBe(xxhash32(0, Uint8Array.of(0x4e)));
  });

  it('of 64 bits', () => {
    expect(xxhash64(0n, new Uint8Array())).toBe(0xef46db3751d8e999n);
    expect(xxhash64(0n, sample(39))).toBe(0xfbcea83c8a378bf1n);
  });
});
