import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { InvalidArgumentError, ObjectNotFound } from '../../../src/librados/RadosError.ts';
import { type ReadManyOptions, readMany } from '../../../src/librados/read_many.ts';
import { FakeSource, settle } from '../../helpers/FakeSource.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const OBJECTS = Object.fromEntries(NAMES.map((name, i) => [name, Uint8Array.of(i)]));

function many(
  source: FakeSource,
  options: ReadManyOptions & { signal?: AbortSignal } = {},
  names: Iterable<string> | AsyncIterable<string> = NAMES,
): ReturnType<typeof readMany> {
  return readMany(
    (oid, signal) => source.read(oid, { offset: 0, length: 9, signal }),
    names,
    options,
  );
}

function answer(source: FakeSource, oid: string): void {
  source.asked.find((one) => one.oid === oid)?.answer();
}

describe('many objects', () => {
  test.each([1, 2, 5, 100])('are read %i at a time, and come in order', async (concurrency) => {
    const source = new FakeSource(OBJECTS);
    const oids: string[] = [];
    for await (const { oid, data } of many(source, { concurrency })) {
      expect(data).toEqual(OBJECTS[oid]);
      oids.push(oid);
    }
    expect(oids).toEqual(NAMES);
    expect(source.mostOpen).toBeLessThanOrEqual(concurrency);
  });

  test('that are there early wait for those before them', async () => {
    const source = new FakeSource(OBJECTS, false);
    const results = many(source, { concurrency: 3 });
    const first = results.next();
    await settle();
    answer(source, 'b');
    answer(source, 'a');
    expect((await first).value).toMatchObject({ oid: 'a' });
    expect((await results.next()).value).toMatchObject({ oid: 'b' });
    await results.return();
  });

  test('come as they are there when order is of no concern', async () => {
    const source = new FakeSource(OBJECTS, false);
    const results = many(source, { concurrency: 3, ordered: false });
    const first = results.next();
    await settle();
    answer(source, 'c');
    expect((await first).value).toMatchObject({ oid: 'c' });
    await results.return();
  });

  test.each([true, false])(
    'cost the same each, however many are under way (ordered: %s)',
    async (ordered) => {
      const names = Array.from({ length: 1000 }, (_, i) => `o${i}`);
      const race = vi.spyOn(Promise, 'race');
      const ends: (() => void)[] = [];
      const read = (): Promise<Uint8Array> =>
        new Promise((resolve) => {
          ends.push(() => resolve(new Uint8Array(0)));
          if (ends.length === names.length) for (const end of ends) end();
        });
      let count = 0;
      for await (const _ of readMany(read, names, { concurrency: 1000, ordered })) count += 1;
      const watched = race.mock.calls.reduce((sum, [promises]) => sum + [...promises].length, 0);
      race.mockRestore();
      expect(count).toBe(names.length);
      expect(watched).toBeLessThan(10 * names.length);
    },
  );

  test('are not read before somebody has taken those that are there', async () => {
    const source = new FakeSource(OBJECTS);
    const results = many(source, { concurrency: 2 });
    await results.next();
    await settle();
    expect(source.asked.length).toBeLessThanOrEqual(2);
    await results.return();
  });

  test('that fail are results, and the others are read', async () => {
    const source = new FakeSource(OBJECTS, false);
    const results = many(source, { concurrency: 6 });
    const first = results.next();
    await settle();
    const error = new ObjectNotFound(2);
    source.asked[0]?.fail(error);
    expect((await first).value).toEqual({ oid: 'a', error });
    answer(source, 'b');
    expect((await results.next()).value).toMatchObject({ oid: 'b' });
    await results.return();
  });

  test('of which nobody wants more are not read: those under way are ended', async () => {
    const source = new FakeSource(OBJECTS, false);
    const results = many(source, { concurrency: 3 });
    const first = results.next();
    await settle();
    answer(source, 'a');
    await first;
    await results.return();
    await settle();
    expect({ open: source.open, asked: source.asked.length }).toEqual({ open: 0, asked: 3 });
  });

  test('end with the reason of the signal', async () => {
    const aborter = new AbortController();
    const source = new FakeSource(OBJECTS, false);
    const next = many(source, { signal: aborter.signal }).next();
    await settle();
    aborter.abort('enough');
    await expect(next).rejects.toBe('enough');
    expect(source.open).toBe(0);
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0);
  });

  test('end with the error of who has the names', async () => {
    const source = new FakeSource(OBJECTS, false);
    async function* names(): AsyncGenerator<string> {
      yield 'a';
      throw new Error('no names');
    }
    await expect(many(source, {}, names()).next()).rejects.toThrow('no names');
    expect(source.open).toBe(0);
  });

  test('whose names come slowly are read as they come', async () => {
    const source = new FakeSource(OBJECTS);
    let tell = (): void => {};
    async function* names(): AsyncGenerator<string> {
      yield 'a';
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
      yield 'b';
    }
    const results = many(source, {}, names());
    expect((await results.next()).value).toMatchObject({ oid: 'a' });
    const second = results.next();
    await settle();
    tell();
    expect((await second).value).toMatchObject({ oid: 'b' });
    expect(await results.next()).toMatchObject({ done: true });
  });

  test.each([0, -1, 1.5, Number.NaN])('%d at a time is refused', async (concurrency) => {
    const results = many(new FakeSource({}), { concurrency });
    await expect(results.next()).rejects.toBeInstanceOf(InvalidArgumentError);
  });
});
