import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventHeap } from '../../../sim/EventHeap.ts';

it('gives values by time, and at one time in the order of pushing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (times) => {
      const heap = new EventHeap<number>();
      times.forEach((time, i) => {
        heap.push(time, i);
      });
      const order = times
        .map((_, i) => i)
        .sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
      expect(times.map(() => heap.pop())).toEqual(order);
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

it('keeps its order between pops and pushes', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 99 }))), (steps) => {
      const heap = new EventHeap<{ time: number; seq: number }>();
      const model: Array<{ time: number; seq: number }> = [];
      steps.forEach((time, seq) => {
        if (time !== null) {
          heap.push(time, { time, seq });
          model.push({ time, seq });
        } else {
          model.sort((a, b) => a.time - b.time || a.seq - b.seq);
          expect(heap.pop()).toEqual(model.shift());
        }
        expect(heap.length).toBe(model.length);
      });
    }),
  );
});

it('keeps the order of what it retains', () => {
  const heap = new EventHeap<number>();
  for (let i = 0; i < 1000; i++) heap.push(i % 7, i);
  heap.retain((i) => i % 3 === 0);
  const rest = Array.from({ length: 1000 }, (_, i) => i).filter((i) => i % 3 === 0);
  rest.sort((a, b) => (a % 7) - (b % 7) || a - b);
  expect(rest.map(() => heap.pop())).toEqual(rest);
});

it('is empty at time Infinity', () => {
  expect(new EventHeap<number>().firstTime).toBe(Number.POSITIVE_INFINITY);
});
