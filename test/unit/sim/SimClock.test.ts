import { expect, it } from 'vitest';
import { SimClock } from '../../../sim/SimClock.ts';

function makeClock(): SimClock {
  return new SimClock((resume) => {
    setImmediate(resume);
  });
}

it('runs events in the order of their times, then of asking', async () => {
  const clock = makeClock();
  const seen: string[] = [];
  clock.addEventAfter(2, () => seen.push('c'));
  clock.addEventAfter(1, () => seen.push('a'));
  clock.addEventAfter(1, () => seen.push('b'));
  await clock.runUntilIdle();
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(clock.now()).toBe(2);
});

it('stands still when only unref’ed events are left', async () => {
  const clock = makeClock();
  let fired = false;
  clock
    .addEventAfter(5, () => {
      fired = true;
    })
    .unref();
  await clock.runUntilIdle();
  expect(fired).toBe(false);
  expect(clock.now()).toBe(0);
});

it('runs unref’ed events that come before a ref’ed one', async () => {
  const clock = makeClock();
  let at = -1;
  clock
    .addEventAfter(5, () => {
      at = clock.now();
    })
    .unref();
  clock.addEventAfter(6, () => undefined);
  await clock.runUntilIdle();
  expect(at).toBe(5);
});

it('goes on when an event is ref’ed again', async () => {
  const clock = makeClock();
  let fired = 0;
  const timer = clock.addEventAfter(5, () => {
    fired += 1;
  });
  timer.unref();
  await clock.runUntilIdle();
  timer.ref();
  await clock.runUntilIdle();
  expect(fired).toBe(1);
});

it('never runs a cancelled event, and does not wait for it', async () => {
  const clock = makeClock();
  const timer = clock.addEventAfter(5, () => expect.unreachable());
  timer.cancel();
  timer.cancel();
  timer.ref();
  await clock.runUntilIdle();
  expect(clock.now()).toBe(0);
});

it('sweeps cancelled events and keeps the others', async () => {
  const clock = makeClock();
  let fired = 0;
  for (let i = 0; i < 5000; i++) {
    clock.addEventAfter(1, () => expect.unreachable()).cancel();
    if (i % 10 === 0) clock.addEventAfter(2, () => fired++);
  }
  await clock.runUntilIdle();
  expect(fired).toBe(500);
});

it('runs deferred calls after the event and before the next one of the same time', async () => {
  const clock = makeClock();
  const seen: string[] = [];
  clock.addEventAfter(1, () => {
    clock.defer(() => {
      seen.push('deferred');
      clock.defer(() => seen.push('deferred by deferred'));
    });
    seen.push('event');
  });
  clock.addEventAfter(1, () => seen.push('next'));
  await clock.runUntilIdle();
  expect(seen).toEqual(['event', 'deferred', 'deferred by deferred', 'next']);
});

it('lets user code go on at the moment of its completion, however many promises deep', async () => {
  const clock = makeClock();
  const seen: string[] = [];
  const reply = new Promise<void>((resolve) => {
    clock.addEventAfter(1, () => clock.finisher.queue(resolve));
  });
  clock.addEventAfter(1, () => seen.push(`event at ${clock.now()}`));
  await (async () => {
    await reply;
    for (let i = 0; i < 100; i++) await undefined;
    seen.push(`user at ${clock.now()}`);
  })();
  await clock.runUntilIdle();
  expect(seen).toEqual(['user at 1', 'event at 1']);
});

it('advances by exactly what was asked, past all that is due', async () => {
  const clock = makeClock();
  const seen: number[] = [];
  const repeat = (): void => {
    seen.push(clock.now());
    clock.addEventAfter(1, repeat).unref();
  };
  repeat();
  await clock.advance(3.5);
  expect(clock.now()).toBe(3.5);
  expect(seen).toEqual([0, 1, 2, 3]);
});

it('counts delays in whole microseconds', async () => {
  const clock = makeClock();
  await clock.advance(0.1 + 0.2);
  expect(clock.now()).toBe(0.3);
});

it('returns to the host after completions and every 10,000 events', async () => {
  let turns = 0;
  const clock = new SimClock((resume) => {
    turns += 1;
    setImmediate(resume);
  });
  for (let i = 0; i < 30_000; i++) clock.addEventAfter(1, () => undefined);
  await clock.runUntilIdle();
  expect(turns).toBeGreaterThanOrEqual(4);
  expect(turns).toBeLessThanOrEqual(6);
});

it('goes on after a callback that throws', async () => {
  const resumes: Array<() => void> = [];
  const clock = new SimClock((resume) => {
    resumes.push(resume);
  });
  const seen: string[] = [];
  clock.defer(() => {
    throw new Error('planted');
  });
  clock.defer(() => seen.push('the next deferred'));
  clock.addEventAfter(1, () => seen.push('event'));
  expect(() => resumes.shift()?.()).toThrow('planted');
  for (let resume = resumes.shift(); resume !== undefined; resume = resumes.shift()) resume();
  expect(seen).toEqual(['the next deferred', 'event']);
});

it('lets time pass for who waits for less than a microsecond, again and again', async () => {
  const clock = makeClock();
  const due = 1.0004;
  let wakes = 0;
  const wait = (): void => {
    wakes += 1;
    if (wakes < 10 && clock.now() < due) clock.addEventAfter(due - clock.now(), wait);
  };
  wait();
  await clock.runUntilIdle();
  expect(clock.now()).toBeGreaterThanOrEqual(due);
});
