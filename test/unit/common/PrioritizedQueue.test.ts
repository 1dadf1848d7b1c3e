import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrioritizedQueue } from '../../../src/common/PrioritizedQueue.ts';

interface Item {
  readonly cost: number;
  readonly name: string;
}

const MAX_TOKENS = 1000;
const MIN_COST = 10;

function newQueue(): PrioritizedQueue<number, Item> {
  return new PrioritizedQueue(MAX_TOKENS, MIN_COST);
}

function drain(queue: PrioritizedQueue<number, Item>): string[] {
  const names: string[] = [];
  for (let item = queue.dequeue(); item !== undefined; item = queue.dequeue())
    names.push(item.name);
  return names;
}

describe('a PrioritizedQueue', () => {
  it('gives an idle low priority its turn beside a busy high one', () => {
    const queue = newQueue();
    for (let i = 0; i < 90; i++) queue.enqueue(1, 60, { cost: 10, name: 'high' });
    for (let i = 0; i < 90; i++) queue.enqueue(1, 20, { cost: 10, name: 'low' });
    const first = drain(queue).slice(0, 60);
    const low = first.filter((name) => name === 'low').length;
    expect(low).toBeGreaterThan(8);
    expect(low).toBeLessThan(30);
  });

  it('gives strict items before weighted ones', () => {
    const queue = newQueue();
    queue.enqueue(1, 63, { cost: 1, name: 'weighted' });
    queue.enqueueStrict(1, 1, { cost: 1, name: 'strict' });
    expect(drain(queue)).toEqual(['strict', 'weighted']);
  });

  it('takes the classes of a priority in turn', () => {
    const queue = newQueue();
    for (const name of ['a0', 'a1', 'a2']) queue.enqueue(1, 10, { cost: 1, name });
    for (const name of ['b0', 'b1']) queue.enqueue(2, 10, { cost: 1, name });
    queue.enqueue(3, 10, { cost: 1, name: 'c0' });
    expect(drain(queue)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2']);
  });

  it('counts its items', () => {
    const queue = newQueue();
    queue.enqueue(1, 10, { cost: 1, name: 'a' });
    queue.enqueueStrict(2, 10, { cost: 1, name: 'b' });
    expect(queue.length).toBe(2);
    queue.removeByClass(1);
    expect(queue.length).toBe(1);
  });

  it('answers what it drops of a class', () => {
    const queue = newQueue();
    queue.enqueue(1, 10, { cost: 1, name: 'a' });
    queue.enqueueStrict(1, 20, { cost: 1, name: 'b' });
    queue.enqueue(2, 10, { cost: 1, name: 'c' });
    expect(queue.removeByClass(1).map(({ name }) => name)).toEqual(['b', 'a']);
    expect(queue.removeByClass(1)).toEqual([]);
    expect(queue.dequeue()?.name).toBe('c');
    expect(queue.dequeue()).toBe(undefined);
  });

  const entry = fc.record({
    key: fc.integer({ min: 0, max: 3 }),
    priority: fc.integer({ min: 1, max: 4 }),
    cost: fc.integer({ min: 0, max: 2000 }),
    strict: fc.boolean(),
  });

  it('gives everything once, and each class of a priority in order', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
        const queue = newQueue();
        entries.forEach(({ key, priority, cost, strict }, i) => {
          const item = { cost, name: `${strict} ${priority} ${key}:${i}` };
          if (strict) queue.enqueueStrict(key, priority, item);
          else queue.enqueue(key, priority, item);
        });
        const names = drain(queue);
        expect(new Set(names).size).toBe(entries.length);
        const last = new Map<string, number>();
        for (const name of names) {
          const [group = '', at = ''] = name.split(':');
          expect(Number(at)).toBeGreaterThan(last.get(group) ?? -1);
          last.set(group, Number(at));
        }
      }),
    );
  });

  it('forgets a class wherever it is', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60 }), fc.nat(60), (entries, taken) => {
        const queue = newQueue();
        for (const { key, priority, cost, strict } of entries) {
          const item = { cost, name: `${key}` };
          if (strict) queue.enqueueStrict(key, priority, item);
          else queue.enqueue(key, priority, item);
        }
        for (let i = 0; i < taken; i++) queue.dequeue();
        const { length } = queue;
        queue.removeByClass(2);
        const names = drain(queue);
        expect(names).not.toContain('2');
        expect(names.length).toBeLessThanOrEqual(length);
        expect(queue.length).toBe(0);
      }),
    );
  });
});
