import { describe, expect, it } from 'vitest';
import { type LinkMatch, SimCluster } from '../../sim/index.ts';

/** Six OSDs on three hosts. */
function create(options = {}): Promise<SimCluster> {
  return SimCluster.create({ osds: 6, hosts: 3, trace: true, ...options });
}

/** All that `fn` has told of `message`s with `text` in them. */
function told(cluster: SimCluster, fn: string, text: string): string[] {
  return cluster
    .trace()
    .entries.filter((entry) => entry.fn === fn && String(entry.facts['message']).includes(text))
    .map(({ facts }) => String(facts['message']));
}

/** Nothing comes from `osd` or goes to it, but what the monitor and it say to each other. */
function isolate(cluster: SimCluster, osd: number, others: readonly number[]): Disposable {
  const partitions = others.map((other) => cluster.net.partition(`osd.${osd}`, `osd.${other}`));
  return {
    [Symbol.dispose]: () => {
      for (const partition of partitions) partition[Symbol.dispose]();
    },
  };
}

const OTHERS = [0, 1, 2, 3, 4];

describe.each(['simple', 'async'] as const)('heartbeats over %s', (msType) => {
  it('make a death known within a second, as peers are refused', async () => {
    await using cluster = await create({ msType });
    await cluster.advance(10_000);
    cluster.osd(2).kill();
    await cluster.advance(1000);
    expect(cluster.osdMap.isDown(2)).toBe(true);
    expect(told(cluster, 'OSDMonitor.prepareFailure', 'failed immediate osd.2').length).toBe(
      told(cluster, 'OSDMonitor.prepareFailure', 'osd.2').length,
    );
  });

  it('find an OSD that is out of reach when its grace is over, and not before', async () => {
    await using cluster = await create({ msType });
    await cluster.advance(10_000);
    using _cut = isolate(cluster, 5, OTHERS);
    await cluster.advance(19_000);
    expect(cluster.osdMap.isUp(5)).toBe(true);
    await cluster.advance(9000);
    expect(cluster.osdMap.isDown(5)).toBe(true);
    expect(OTHERS.every((osd) => cluster.osdMap.isUp(osd))).toBe(true);
    const reports = told(cluster, 'OSDMonitor.prepareFailure', 'failed timeout osd.5');
    expect(reports.length).toBeGreaterThanOrEqual(2);
    expect(reports.every((text) => Number(/for (\d+)sec/.exec(text)?.[1]) >= 19)).toBe(true);
  });

  it('let an OSD that was taken for dead come up again when it is heard', async () => {
    await using cluster = await create({ msType });
    await cluster.advance(10_000);
    const before = String(cluster.osdMap.getClusterAddrs(5));
    const cut = isolate(cluster, 5, OTHERS);
    await cluster.advance(60_000);
    expect(cluster.osdMap.isDown(5)).toBe(true);
    cut[Symbol.dispose]();
    await cluster.advance(30_000);
    expect(cluster.osdMap.isUp(5)).toBe(true);
    expect(String(cluster.osdMap.getClusterAddrs(5))).not.toBe(before);
  });
});

it('one host alone is not believed when it misses an OSD', async () => {
  await using cluster = await create();
  await cluster.advance(10_000);
  using _cut = isolate(cluster, 5, [0, 1]);
  await cluster.advance(120_000);
  expect(told(cluster, 'OSDMonitor.prepareFailure', 'failed timeout osd.5').length).toBe(2);
  expect(cluster.osdMap.isUp(5)).toBe(true);
});

it('a report is taken back when the OSD answers again', async () => {
  await using cluster = await create();
  await cluster.advance(10_000);
  const cut = isolate(cluster, 5, [0, 1]);
  await cluster.advance(60_000);
  cut[Symbol.dispose]();
  await cluster.advance(30_000);
  expect(told(cluster, 'OSDMonitor.prepareFailure', 'recovered timeout osd.5').length).toBe(2);
});

it('an OSD that is slow to answer is not taken for dead', async () => {
  await using cluster = await create();
  await cluster.advance(10_000);
  const link: LinkMatch = { from: 'osd.5' };
  using _slow = cluster.net.delay(link, 15_000);
  await cluster.advance(300_000);
  expect(cluster.osdMap.isUp(5)).toBe(true);
  expect(told(cluster, 'OSDMonitor.prepareFailure', 'failed')).toEqual([]);
});

it('an OSD that is marked down wrongly boots again, on other ports, unless noup is set', async () => {
  await using cluster = await create();
  await cluster.osd(3).markDown();
  await cluster.advance(60_000);
  expect(cluster.osdMap.isDown(3)).toBe(true);
  await cluster.osd(3).revive();
  expect(cluster.osdMap.isUp(3)).toBe(true);
});

it('an OSD that is stopped has told the monitor, and is down when it ends', async () => {
  await using cluster = await create();
  await cluster.advance(1000);
  await cluster.osd(4).stop();
  expect(cluster.osdMap.isDown(4)).toBe(true);
  expect(told(cluster, 'MockMonitor.handleMarkMeDown', 'osd.4').length).toBe(1);
  expect(told(cluster, 'OSDMonitor.prepareFailure', 'failed timeout osd.4')).toEqual([]);
  await cluster.osd(4).revive();
  expect(cluster.osdMap.isUp(4)).toBe(true);
});

it('an OSD that is stopped ends even if the monitor does not answer', async () => {
  await using cluster = await create();
  await cluster.advance(1000);
  cluster.mon().kill();
  const start = cluster.clock.now();
  await cluster.osd(4).stop();
  expect(cluster.clock.now() - start).toBe(5000);
});

it('a map says where an OSD that is up is reached, by whom, in four places', async () => {
  await using cluster = await create();
  const { osdMap } = cluster;
  for (let osd = 0; osd < 6; osd++) {
    const places = [
      osdMap.getAddrs(osd),
      osdMap.getClusterAddrs(osd),
      osdMap.getHbBackAddrs(osd),
      osdMap.getHbFrontAddrs(osd),
    ].map(String);
    expect(places).not.toContain('');
    expect(new Set(places).size).toBe(4);
  }
});

it('heartbeats keep no simulation going', async () => {
  await using cluster = await create();
  await cluster.runUntilIdle();
  const start = cluster.clock.now();
  await cluster.runUntilIdle();
  expect(cluster.clock.now()).toBe(start);
});
