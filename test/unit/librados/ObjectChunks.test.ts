import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ObjectChunks, type StreamOptions } from '../../../src/librados/ObjectChunks.ts';
import { InvalidArgumentError } from '../../../src/librados/RadosError.ts';
import { FakeSource, settle } from '../../helpers/FakeSource.ts';

const BYTES = Uint8Array.from({ length: 100 }, (_, i) => i);

function chunksOf(source: FakeSource, options: StreamOptions): ObjectChunks {
  return new ObjectChunks(source, 'o', options);
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe('chunks', () => {
  test('together are the part that was asked for', async () => {
    const extents = fc.record({
      offset: fc.nat(120),
      length: fc.option(fc.nat(120), { nil: undefined }),
      highWaterMark: fc.integer({ min: 1, max: 130 }),
      readAhead: fc.nat(4),
    });
    await fc.assert(
      fc.asyncProperty(extents, async (options) => {
        const source = new FakeSource({ o: BYTES });
        const { offset, length = 200 } = options;
        const expected = BYTES.subarray(offset, offset + length);
        expect(Buffer.compare(await joined(chunksOf(source, options)), expected)).toBe(0);
        expect(source.open).toBe(0);
      }),
    );
  });

  test.each([
    [0, 1],
    [1, 2],
    [3, 4],
  ])('with %i read ahead, %i are under way when one is waited for', async (readAhead, open) => {
    const source = new FakeSource({ o: BYTES }, false);
    const chunks = chunksOf(source, { highWaterMark: 10, readAhead });
    expect(source.open).toBe(0);
    const next = chunks.next();
    expect(source.open).toBe(open);
    source.asked[0]?.answer();
    await next;
    await settle();
    expect(source.asked).toHaveLength(open);
    await chunks.return();
  });

  test('are asked for no more when one was shorter than asked', async () => {
    const source = new FakeSource({ o: BYTES });
    await joined(chunksOf(source, { highWaterMark: 40, readAhead: 1 }));
    expect(source.asked.map(({ offset }) => offset)).toEqual([0, 40, 80, 120]);
  });

  test('are not asked for beyond the length', async () => {
    const source = new FakeSource({ o: BYTES });
    await joined(chunksOf(source, { offset: 5, length: 25, highWaterMark: 10, readAhead: 9 }));
    expect(source.asked.map(({ offset, length }) => [offset, length])).toEqual([
      [5, 10],
      [15, 10],
      [25, 5],
    ]);
  });

  test('that nobody wants any more are ended, and none is asked for', async () => {
    const source = new FakeSource({ o: BYTES }, false);
    const chunks = chunksOf(source, { highWaterMark: 10, readAhead: 2 });
    const next = chunks.next();
    source.asked[0]?.answer();
    await next;
    await chunks.return();
    expect({ open: source.open, aborted: source.aborted }).toEqual({ open: 0, aborted: 2 });
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
    expect(source.asked).toHaveLength(3);
  });

  test('end with the error of the first that fails; the others are ended', async () => {
    const source = new FakeSource({ o: BYTES }, false);
    const chunks = chunksOf(source, { highWaterMark: 10, readAhead: 2 });
    const next = chunks.next();
    const error = new Error('no');
    source.asked[0]?.fail(error);
    await expect(next).rejects.toBe(error);
    expect(source.open).toBe(0);
    expect(await chunks.next()).toMatchObject({ done: true });
  });

  test('end with the reason of their signal, which is listened to no more', async () => {
    const aborter = new AbortController();
    const source = new FakeSource({ o: BYTES }, false);
    const chunks = chunksOf(source, { signal: aborter.signal });
    const next = chunks.next();
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(1);
    aborter.abort('enough');
    await expect(next).rejects.toBe('enough');
    await expect(chunks.next()).rejects.toBe('enough');
    expect(source.open).toBe(0);
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0);
  });

  test('of a stream that was read to its end leave no listener', async () => {
    const aborter = new AbortController();
    await joined(chunksOf(new FakeSource({ o: BYTES }), { signal: aborter.signal }));
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0);
  });

  test.each([
    { highWaterMark: 0 },
    { highWaterMark: 1.5 },
    { readAhead: -1 },
    { offset: -1 },
    { length: Number.NaN },
  ])('%o is refused', (options) => {
    expect(() => chunksOf(new FakeSource({}), options)).toThrow(InvalidArgumentError);
  });
});
