import { expect, it } from 'vitest';
import { SimRandom, seedToUint32 } from '../../../sim/SimRandom.ts';

const draw = (random: SimRandom, count: number): number[] =>
  Array.from({ length: count }, () => random.uint32());

it('gives one key the same draws whoever else draws', () => {
  const alone = draw(new SimRandom(7, 'a'), 5);
  const a = new SimRandom(7, 'a');
  const b = new SimRandom(7, 'b');
  const mixed = Array.from({ length: 5 }, () => {
    b.uint32();
    return a.uint32();
  });
  expect(mixed).toEqual(alone);
});

it('gives each key and each seed draws of its own', () => {
  const streams = [new SimRandom(7, 'a'), new SimRandom(7, 'b'), new SimRandom(8, 'a')];
  const first = streams.map((stream) => stream.uint32());
  expect(new Set(first).size).toBe(3);
});

it('gives a stream of a key the draws of the joined key', () => {
  expect(draw(new SimRandom(7, 'net').stream('x'), 3)).toEqual(draw(new SimRandom(7, 'net/x'), 3));
});

it('spreads floats over [0, 1)', () => {
  const random = new SimRandom(1, 'floats');
  const buckets = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const at = Math.floor(random.float() * 10);
    buckets[at] = (buckets[at] ?? 0) + 1;
  }
  for (const count of buckets) expect(count).toBeGreaterThan(850);
});

it('takes a seed as text or as a number', () => {
  expect(seedToUint32(42)).toBe(seedToUint32('42'));
  expect(seedToUint32('a')).not.toBe(seedToUint32('b'));
});
