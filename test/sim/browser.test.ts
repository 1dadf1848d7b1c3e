import { expect, it } from 'vitest';
import { ALL_NAMESPACES, SimCluster as BrowserCluster, streamSource } from '../../sim/browser.ts';
import { SimCluster } from '../../sim/index.ts';

const OPTIONS = { seed: 'both', objects: { data: { greeting: 'hello world' } }, trace: true };

async function run(door: typeof SimCluster): Promise<string> {
  await using cluster = await door.create(OPTIONS);
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  await Promise.all([ioctx.read('greeting'), ioctx.stat('greeting')]);
  await cluster.runUntilIdle();
  return cluster.trace().toText();
}

it('a run in a browser is the run in Node, byte for byte', async () => {
  expect(await run(BrowserCluster)).toBe(await run(SimCluster));
});

it('a web stream in a browser has the bytes of an object, and lists go through all namespaces', async () => {
  await using cluster = await BrowserCluster.create(OPTIONS);
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  const oids: string[] = [];
  for await (const { oid } of ioctx.listObjects({ namespace: ALL_NAMESPACES })) oids.push(oid);
  expect(oids).toEqual(['greeting']);
  const source = streamSource(ioctx, 'greeting', { highWaterMark: 4 });
  const chunks: Uint8Array[] = [];
  for await (const chunk of new ReadableStream<Uint8Array>(source, { highWaterMark: 0 })) {
    chunks.push(chunk);
  }
  expect(chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(['hell', 'o wo', 'rld']);
});
