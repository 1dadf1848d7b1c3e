import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Op } from '../../../src/osdc/Op.ts';
import { OpTable } from '../../../src/osdc/OpTable.ts';
import { OpTarget } from '../../../src/osdc/op_target.ts';
import { FakeListener } from '../../helpers/FakeListener.ts';

const OLOC = { pool: 1, key: '', nspace: '', hash: -1 };

function makeOp(tid: number): Op {
  const op = new Op(new OpTarget('o', OLOC, 0), [], new FakeListener());
  op.tid = tid;
  return op;
}

/** Tids that come near each other, or to the same slot of a table of any size. */
const tids = fc.oneof(
  fc.nat({ max: 100 }),
  fc.nat({ max: 20 }).map((n) => n * 2 ** 20 + 7),
  fc.nat({ max: 20 }).map((n) => 2 ** 52 + n * 32),
);
const steps = fc.array(fc.record({ tid: tids, adds: fc.boolean() }), { maxLength: 300 });

test('holds and forgets ops as a Map does, whatever their tids', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const table = new OpTable();
      const model = new Map<number, Op>();
      for (const { tid, adds } of all) {
        const op = makeOp(tid);
        if (adds) {
          table.add(op);
          model.set(tid, op);
        } else {
          expect(table.delete(tid)).toBe(model.delete(tid));
        }
        expect(table.get(tid)).toBe(model.get(tid));
      }
      expect(table.size).toBe(model.size);
      expect(new Set(table.values())).toEqual(new Set(model.values()));
      for (const [tid, op] of model) expect(table.get(tid)).toBe(op);
    }),
  );
});

test('may be changed by who goes through it', () => {
  const table = new OpTable();
  for (let tid = 1; tid <= 40; tid++) table.add(makeOp(tid));
  for (const op of table.values()) table.delete(op.tid);
  expect(table.size).toBe(0);
});

test('is empty when it was cleared', () => {
  const table = new OpTable();
  table.add(makeOp(1));
  table.clear();
  expect([table.size, table.get(1), table.values()]).toEqual([0, undefined, []]);
});
