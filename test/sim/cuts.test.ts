import { describe, expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

/** Bytes of the shortest conversation that this is about: what is cut lies inside it. */
const CONVERSATION_MIN = 400;

/**
 * One client's whole life, with the connection between it and `peer` cut when `after` bytes have
 * come from one to the other. Answers whether the cut came before the end.
 */
async function liveThroughCut(
  cluster: SimCluster,
  client: number,
  direction: 'to' | 'from',
  peer: string,
  after: number,
): Promise<boolean> {
  const me = `client.${client}`;
  const link = direction === 'to' ? { from: me, to: peer } : { from: peer, to: me };
  const cut = cluster.net.cut(link, after, after % 2 === 0 ? 'fin' : 'rst');
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  let completions = 0;
  const read = ioctx.read('greeting').finally(() => {
    completions += 1;
  });
  expect(Buffer.from(await read).toString()).toBe('hello world');
  const isCut = !cut.isPending;
  cut[Symbol.dispose]();
  await rados.shutdown();
  await cluster.runUntilIdle();
  expect(completions).toBe(1);
  return isCut;
}

describe.each(['to', 'from'] as const)('a connection cut after k bytes %s', (direction) => {
  it.each(['mon.a', 'osd'])(
    'the %s is opened again, for every k, and the read completes',
    async (kind) => {
      await using cluster = await SimCluster.create({
        osds: 1,
        objects: { data: { greeting: 'hello world' } },
      });
      const peer = kind === 'osd' ? 'osd.0' : kind;
      let after = 0;
      while (await liveThroughCut(cluster, after + 1, direction, peer, after)) after += 1;
      expect(after).toBeGreaterThan(CONVERSATION_MIN);
    },
  );
});
