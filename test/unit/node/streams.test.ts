import { finished } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import { createReadStream, readableStream } from '../../../src/node/streams.ts';
import { FakeSource, settle } from '../../helpers/FakeSource.ts';

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i);
const SMALL = { highWaterMark: 100, readAhead: 1 };

/** Lets streams go on, which take turns of the loop to do so. */
async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
}

describe('a Readable', () => {
  test('has the bytes of the object', async () => {
    const chunks = await createReadStream(new FakeSource({ o: BYTES }), 'o', SMALL).toArray();
    expect(Buffer.compare(Buffer.concat(chunks), BYTES)).toBe(0);
  });

  test('fetches no more than one chunk and what is read ahead while nobody reads on', async () => {
    const source = new FakeSource({ o: BYTES });
    const stream = createReadStream(source, 'o', SMALL);
    await new Promise((resolve) => stream.once('readable', resolve));
    await turns();
    expect(source.asked).toHaveLength(2);
    stream.destroy();
    await turns();
    expect({ asked: source.asked.length, open: source.open }).toEqual({ asked: 2, open: 0 });
  });

  test('that is destroyed ends the reads that are under way', async () => {
    const source = new FakeSource({ o: BYTES }, false);
    const stream = createReadStream(source, 'o', SMALL);
    stream.resume();
    await turns();
    expect(source.open).toBe(2);
    stream.destroy();
    await turns();
    expect(source.open).toBe(0);
  });

  test('is destroyed by the error of a read', async () => {
    const source = new FakeSource({ o: BYTES }, false);
    const stream = createReadStream(source, 'o', SMALL);
    stream.resume();
    await turns();
    source.asked[0]?.fail(new Error('no'));
    await expect(finished(stream)).rejects.toThrow('no');
    expect(source.open).toBe(0);
  });

  test('is destroyed by its signal', async () => {
    const aborter = new AbortController();
    const source = new FakeSource({ o: BYTES }, false);
    const stream = createReadStream(source, 'o', { ...SMALL, signal: aborter.signal });
    stream.resume();
    await turns();
    aborter.abort();
    await expect(finished(stream)).rejects.toMatchObject({ name: 'AbortError' });
    await turns();
    expect(source.open).toBe(0);
  });
});

describe('a web stream', () => {
  test('has the bytes of the object', async () => {
    const stream = readableStream(new FakeSource({ o: BYTES }), 'o', SMALL);
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(Buffer.compare(Buffer.concat(chunks), BYTES)).toBe(0);
  });

  test('fetches nothing before somebody reads, and then no more than is read ahead', async () => {
    const source = new FakeSource({ o: BYTES });
    const reader = readableStream(source, 'o', SMALL).getReader();
    await settle();
    expect(source.asked).toHaveLength(0);
    await reader.read();
    await turns();
    expect(source.asked).toHaveLength(2);
  });

  test('that is cancelled ends the reads that are under way', async () => {
    const source = new FakeSource({ o: BYTES }, false);
    const reader = readableStream(source, 'o', SMALL).getReader();
    const read = reader.read();
    await settle();
    expect(source.open).toBe(2);
    await reader.cancel();
    expect(await read).toMatchObject({ done: true });
    expect(source.open).toBe(0);
  });

  test('fails as its signal says', async () => {
    const aborter = new AbortController();
    const source = new FakeSource({ o: BYTES }, false);
    const reader = readableStream(source, 'o', { ...SMALL, signal: aborter.signal }).getReader();
    const read = reader.read();
    aborter.abort('enough');
    await expect(read).rejects.toBe('enough');
  });
});
