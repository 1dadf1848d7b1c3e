import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CRUSH_BUCKET_STRAW2,
  type crush_bucket_straw2,
  type crush_choose_arg,
} from '../../../src/crush/crush_types.ts';
import { createStraw2Table, type Straw2Table } from '../../../src/crush/Straw2Table.ts';
import { bucketStraw2Choose } from '../../../src/crush/straw2.ts';

const SIZE = 12;
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const weights = fc.uint32Array({ minLength: SIZE, maxLength: SIZE, max: 2 ** 31 - 1 });
const position = fc.nat(5);

function table(): Straw2Table {
  const made = createStraw2Table();
  if (made === undefined) throw new Error('no WebAssembly with vectors here');
  return made;
}

function bucket(slot: number, itemWeights: Uint32Array): crush_bucket_straw2 {
  const items = Int32Array.from(itemWeights, (_, i) => slot * 100 + i);
  return {
    id: -1 - slot,
    alg: CRUSH_BUCKET_STRAW2,
    type: 1,
    hash: 0,
    weight: 0,
    items,
    itemWeights,
  };
}

function expectTwins(
  made: Straw2Table,
  held: crush_bucket_straw2,
  x: number,
  arg?: crush_choose_arg,
  at = 0,
): void {
  expect(made.choose(held, x, 0, arg, at)).toBe(bucketStraw2Choose(held, x, 0, arg, at));
}

test('buckets are told apart by their slot, those under choose_args by position too', () => {
  const made = table();
  const weightSet = fc.array(weights, { maxLength: 3 });
  fc.assert(
    fc.property(weights, weightSet, position, int32, (held, sets, at, x) => {
      const arg = { weightSet: sets, ids: new Int32Array() };
      const mine = table();
      for (let i = 0; i < 3; i++) {
        expectTwins(mine, bucket(7, held), x + i);
        expectTwins(mine, bucket(7, held), x + i, arg, at);
        expectTwins(mine, bucket(7, held), x + i, arg, 0);
        expectTwins(made, bucket(7, held), x + i, { ...arg }, at);
      }
    }),
  );
});

test('ids of choose_args are hashed in place of the items', () => {
  const ids = fc.int32Array({ minLength: SIZE, maxLength: SIZE });
  fc.assert(
    fc.property(weights, ids, int32, (held, hashed, x) => {
      expectTwins(table(), bucket(0, held), x, { weightSet: [], ids: hashed });
    }),
  );
});

test('a weight that counts as negative is left to TypeScript', () => {
  const held = bucket(0, Uint32Array.of(1, 2 ** 31, 0xffffffff, 0x10000));
  const made = table();
  for (let x = 0; x < 100; x++) expectTwins(made, held, x);
});

test('a map is served on after others filled the memory', () => {
  const small = bucket(3, new Uint32Array(SIZE).fill(0x10000));
  const made = table();
  const others = table();
  for (let n = 0; n < 40; n++) {
    expectTwins(made, small, n);
    expectTwins(
      others,
      bucket(
        n,
        Uint32Array.from({ length: 0x8000 }, (_, i) => i),
      ),
      n,
    );
  }
});
