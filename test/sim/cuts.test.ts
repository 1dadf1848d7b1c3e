import { describe, expect, it } from 'vitest';
import { type OnceFault, SimCluster } from '../../sim/index.ts';

/** Bytes of the shortest conversation that this is about: what is hit lies inside it. */
const CONVERSATION_MIN = 400;

/** Most of what a monitor sends is one map, so not every byte of it is tried. */
const STEPS = { 'mon.a': 5, 'osd.0': 1 };

type Link = { from: string; to: string };

const FAULTS = {
  'is cut': (cluster: SimCluster, link: Link, after: number): OnceFault =>
    cluster.net.cut(link, after, after % 2 === 0 ? 'fin' : 'rst'),
  'flips a bit': (cluster: SimCluster, link: Link, after: number): OnceFault =>
    cluster.net.corrupt(link, after),
};

/** One client's whole life, with a fault on one link. Answers whether it came before the end. */
async function liveWith(
  cluster: SimCluster,
  link: Link,
  after: number,
  makeFault: (cluster: SimCluster, link: Link, after: number) => OnceFault,
): Promise<boolean> {
  const fault = makeFault(cluster, link, after);
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  let completions = 0;
  const read = ioctx.read('greeting').finally(() => {
    completions += 1;
  });
  expect(Buffer.from(await read).toString()).toBe('hello world');
  const hasCome = !fault.isPending;
  fault[Symbol.dispose]();
  await rados.shutdown();
  await cluster.runUntilIdle();
  expect(completions).toBe(1);
  return hasCome;
}

describe.each(['mon.a', 'osd.0'] as const)('a connection to %s', (peer) => {
  describe.each(['is cut', 'flips a bit'] as const)('that %s', (what) => {
    it.each(['to', 'from'] as const)(
      'after k bytes %s it, is opened again, for every k',
      async (way) => {
        const objects = { data: { greeting: 'hello world' } };
        await using cluster = await SimCluster.create({ osds: 1, objects });
        let after = 0;
        for (let client = 1; ; client++) {
          const me = `client.${client}`;
          const link = way === 'to' ? { from: me, to: peer } : { from: peer, to: me };
          if (!(await liveWith(cluster, link, after, FAULTS[what]))) break;
          after += STEPS[peer];
        }
        expect(after).toBeGreaterThan(CONVERSATION_MIN);
      },
    );
  });
});
