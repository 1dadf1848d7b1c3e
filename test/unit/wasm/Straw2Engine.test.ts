import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CRUSH_BUCKET_STRAW2 } from '../../../src/crush/crush_types.ts';
import { crushHash32_3 } from '../../../src/crush/hash.ts';
import { bucketStraw2Choose, lnTable } from '../../../src/crush/straw2.ts';
import { Straw2Engine } from '../../../src/wasm/Straw2Engine.ts';

const created = Straw2Engine.create(lnTable());
if (created === undefined) throw new Error('no WebAssembly with vectors here');
const engine = created;

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const weight = fc.oneof(
  fc.constantFrom(0, 1, 0x10000, 2 ** 25, 2 ** 25 + 1, 2 ** 31 - 1),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.integer({ min: 0, max: 16 * 0x10000 }),
);

function chosenByTypeScript(items: Int32Array, weights: Uint32Array, x: number, r: number): number {
  const itemWeights = weights;
  const bucket = { id: -1, type: 1, hash: 0, weight: 0, items, itemWeights };
  return bucketStraw2Choose({ ...bucket, alg: CRUSH_BUCKET_STRAW2 }, x, r, undefined, 0);
}

function chosenByWasm(items: Int32Array, weights: Uint32Array, x: number, r: number): number {
  const bucket = engine.store(items, weights);
  if (bucket === undefined) throw new Error('not stored');
  return engine.choose(bucket, x, r);
}

function expectTwins(items: readonly number[], weights: readonly number[], x: number, r: number) {
  const bucket = [Int32Array.from(items), Uint32Array.from(weights)] as const;
  expect(chosenByWasm(...bucket, x, r)).toBe(chosenByTypeScript(...bucket, x, r));
}

/** The first `count` items that draw one of `us` for x = r = 0. */
function itemsDrawing(us: readonly number[], count: number): number[] {
  const items: number[] = [];
  for (let item = 0; items.length < count; item++) {
    if (us.includes(crushHash32_3(0, item, 0) & 0xffff)) items.push(item);
  }
  return items;
}

describe('the same item as in TypeScript is chosen', () => {
  test('from buckets whose items weigh all alike', () => {
    fc.assert(
      fc.property(
        fc.array(int32, { minLength: 1, maxLength: 40 }),
        weight,
        int32,
        int32,
        (items, w, x, r) => {
          expectTwins(
            items,
            items.map(() => w),
            x,
            r,
          );
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('from buckets of any weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(int32, weight), { minLength: 1, maxLength: 40 }),
        int32,
        int32,
        (pairs, x, r) => {
          expectTwins(
            pairs.map(([item]) => item),
            pairs.map(([, w]) => w),
            x,
            r,
          );
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('from a big bucket of weights that differ little', () => {
    const items = Array.from({ length: 5000 }, (_, i) => i);
    const weights = items.map((i) => 0x10000 + ((i * 7919) % 4096));
    for (let x = 0; x < 200; x++) expectTwins(items, weights, x, 0);
  });

  test('from the biggest bucket there may be', () => {
    const items = Array.from({ length: 0x8000 }, (_, i) => -i);
    for (let x = 0; x < 5; x++) {
      expectTwins(
        items,
        items.map(() => 0x10000),
        x,
        1,
      );
      expectTwins(
        items,
        items.map((i) => i & 0xffff),
        x,
        1,
      );
    }
  });

  test('where the draw of 65535 is not the highest', () => {
    const items = itemsDrawing([65533, 65534, 65535], 30);
    for (let i = 0; i < items.length; i++) {
      for (const end of [i + 1, i + 2, items.length]) {
        expectTwins(
          items.slice(i, end),
          items.slice(i, end).map(() => 0x10000),
          0,
          0,
        );
        expectTwins(
          items.slice(i, end),
          items.slice(i, end).map((_, j) => 0x10000 + j),
          0,
          0,
        );
      }
    }
  });

  test('of those with equal logarithms: the first', () => {
    const ln = lnTable();
    const u = ln.findLastIndex((value, i) => value === ln[i - 1]);
    const items = Int32Array.from(itemsDrawing([u - 1, u], 20));
    const alike = new Uint32Array(items.length).fill(1);
    const weightless = Uint32Array.from([...alike.subarray(1), 0]);
    for (let i = 0; i + 1 < items.length; i++) {
      expect(chosenByWasm(items.subarray(i), alike.subarray(i), 0, 0)).toBe(items[i]);
      expect(chosenByWasm(items.subarray(i), weightless.subarray(i), 0, 0)).toBe(items[i]);
    }
  });

  test('where the draws are as low as can be', () => {
    const items = itemsDrawing([0], 9);
    expectTwins(
      items,
      items.map((_, i) => 2 ** i),
      0,
      0,
    );
    expectTwins(
      items,
      items.map((_, i) => 2 ** (3 * i)),
      0,
      0,
    );
  });
});

describe('not stored', () => {
  test.each([
    ['an empty bucket', 0, 1],
    ['one of more than 32768 items', 0x8001, 1],
    ['one with a weight that counts as negative', 4, 2 ** 31],
  ])('is %s', (_what, size, w) => {
    expect(engine.store(new Int32Array(size), new Uint32Array(size).fill(w))).toBeUndefined();
  });
});

test('when the memory is full, it is used anew and the generation tells', () => {
  const items = new Int32Array(0x8000);
  const weights = Uint32Array.from(items, (_, i) => i);
  const { generation } = engine;
  let first: number | undefined;
  for (let n = 0; engine.generation === generation; n++) {
    expect(n).toBeLessThan(100);
    first = engine.store(items, weights);
  }
  expect(engine.generation).toBe(generation + 1);
  expect(engine.store(items, weights)).toBeGreaterThan(first ?? 0);
});

describe('there is no engine', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(Straw2Engine.create(lnTable())).toBeUndefined();
  });

  test('where WebAssembly knows no vectors', () => {
    class Module {
      constructor() {
        throw new Error('invalid value type');
      }
    }
    vi.stubGlobal('WebAssembly', { Module });
    expect(Straw2Engine.create(lnTable())).toBeUndefined();
  });
});

test('the bytes are what their source gives', () => {
  const script = new URL('../../../tools/build_wasm.mjs', import.meta.url);
  expect(() => execFileSync(process.execPath, [script.pathname, '--check'])).not.toThrow();
});
