import { expect, it } from 'vitest';
import { SimCluster as BrowserCluster } from '../../sim/browser.ts';
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
