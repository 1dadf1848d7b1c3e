import { expect, it } from 'vitest';
import { NodeClock } from '../../../src/node/NodeClock.ts';
import { NodeFinisher } from '../../../src/node/NodeFinisher.ts';
import { NodeRandom } from '../../../src/node/NodeRandom.ts';

it('calls back after the delay, unless cancelled', async () => {
  const clock = new NodeClock();
  const seen: string[] = [];
  const start = clock.now();
  clock.addEventAfter(1, () => seen.push('cancelled')).cancel();
  await new Promise<void>((resolve) => {
    clock.addEventAfter(5, resolve);
  });
  expect(seen).toEqual([]);
  expect(clock.now() - start).toBeGreaterThanOrEqual(4);
});

it('waits for long delays, and does not fire at once', async () => {
  const clock = new NodeClock();
  const timer = clock.addEventAfter(2 ** 40, () => expect.unreachable());
  await new Promise((resolve) => setTimeout(resolve, 5));
  timer.cancel();
});

it('makes calls at the end of a round behind those that were deferred', async () => {
  const clock = new NodeClock();
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    clock.deferToRoundEnd(() => seen.push('round'));
    clock.deferToRoundEnd(resolve);
    clock.defer(() => clock.defer(() => seen.push('deferred')));
  });
  expect(seen).toEqual(['deferred', 'round']);
});

it('makes deferred calls in order, and those of the microtasks before anything else', async () => {
  const clock = new NodeClock();
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      void Promise.resolve().then(() => clock.defer(() => seen.push('by a microtask')));
      clock.defer(() => seen.push('first'));
      clock.defer(() => seen.push('second'));
      seen.push('caller');
      setImmediate(() => {
        seen.push('next turn');
        resolve();
      });
    });
  });
  expect(seen).toEqual(['caller', 'first', 'second', 'by a microtask', 'next turn']);
});

it('makes the other calls when one throws', async () => {
  const finisher = new NodeFinisher();
  const planted = new Error('planted');
  const caught: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', (error) => caught.push(error));
  await new Promise<void>((resolve) => {
    finisher.queue(() => {
      throw planted;
    });
    finisher.queue(resolve);
  });
  for (const listener of listeners) process.on('uncaughtException', listener);
  expect(caught).toEqual([planted]);
});

it('draws whole numbers below 2^32 and floats below 1', () => {
  const random = new NodeRandom();
  const draws = Array.from({ length: 1000 }, () => random.uint32());
  expect(new Set(draws).size).toBeGreaterThan(990);
  expect(draws.every((draw) => Number.isInteger(draw) && draw >= 0 && draw < 2 ** 32)).toBe(true);
  expect(random.float()).toBeLessThan(1);
});
