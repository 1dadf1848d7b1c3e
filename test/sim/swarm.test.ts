import { expect, it } from 'vitest';
import { type MsType, SimCluster } from '../../sim/index.ts';
import { SimRandom, seedToUint32 } from '../../sim/SimRandom.ts';
import type { IoCtx } from '../../src/index.ts';

const SEEDS = 42;
const MS_TYPES = ['simple', 'async', 'xio'] as const;
const OSDS = 5;
const OBJECTS = 30;
const ROUNDS = 30;

const KINDS = [
  'reset',
  'cut',
  'corrupt',
  'partition',
  'delay',
  'pieces',
  'kill',
  'out',
  'mon',
] as const;
type Kind = (typeof KINDS)[number];

/** Which kinds of fault there are in a run; each is missing in a third of them. */
function drawKinds(random: SimRandom): Kind[] {
  return KINDS.filter(() => random.float() > 1 / 3);
}

function pick<T>(random: SimRandom, from: readonly T[]): T {
  const picked = from[random.uint32() % from.length];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

/** Does some harm, and answers what ends it. */
function harm(cluster: SimCluster, random: SimRandom, kind: Kind): () => Promise<void> {
  const id = random.uint32() % OSDS;
  const peer = random.float() < 0.2 ? 'mon.a' : `osd.${id}`;
  const client = `client.${1 + (random.uint32() % 2)}`;
  const link = random.float() < 0.5 ? { from: client, to: peer } : { from: peer, to: client };
  const bytes = random.uint32() % 20_000;
  const during = (fault: Disposable) => async () => fault[Symbol.dispose]();
  switch (kind) {
    case 'reset':
      cluster.net.reset(client, peer);
      return async () => undefined;
    case 'cut':
      return during(cluster.net.cut(link, bytes, random.float() < 0.5 ? 'fin' : 'rst'));
    case 'corrupt':
      return during(cluster.net.corrupt(link, bytes));
    case 'partition':
      return during(cluster.net.partition(client, peer));
    case 'delay':
      return during(cluster.net.delay(link, random.float() * 5000));
    case 'pieces':
      return during(cluster.net.pieces(link, 1 + (random.uint32() % 50)));
    case 'kill':
      cluster.osd(id).kill();
      return () => cluster.osd(id).revive();
    case 'out':
      void cluster.osd(id).markOut();
      return async () => void (await cluster.osd(id).markIn());
    case 'mon':
      cluster.mon().kill();
      return () => cluster.mon().revive();
  }
}

async function readOne(ioctx: IoCtx, oid: string, objects: Map<string, Uint8Array>): Promise<void> {
  const expected = objects.get(oid) ?? new Uint8Array();
  if (Buffer.compare(await ioctx.read(oid), expected) !== 0) throw new Error(`${oid} is wrong`);
}

/** Reads go on while harm comes and goes; then all is well again, and every read must end. */
async function run(seed: string, msType: MsType): Promise<string> {
  const random = new SimRandom(seedToUint32(seed), 'swarm');
  const objects = new Map(
    Array.from({ length: OBJECTS }, (_, i) => {
      const bytes = new Uint8Array(random.uint32() % 30_000).map((_, at) => at * 7 + i);
      return [`o${i}`, bytes] as const;
    }),
  );
  const data = Object.fromEntries(objects);
  await using cluster = await SimCluster.create({ seed, msType, osds: OSDS, objects: { data } });
  const clients = await Promise.all([cluster.connect(), cluster.connect()]);
  const contexts = await Promise.all(clients.map((client) => client.openIoCtx('data')));
  const kinds = drawKinds(random);
  const reads: Promise<void>[] = [];
  let harms: (() => Promise<void>)[] = [];
  const ends: Promise<void>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < 10; i++) {
      reads.push(readOne(pick(random, contexts), `o${random.uint32() % OBJECTS}`, objects));
    }
    if (kinds.length > 0) harms.push(harm(cluster, random, pick(random, kinds)));
    await cluster.advance(random.float() < 0.7 ? random.float() : random.float() * 30_000);
    if (random.float() < 0.4) {
      ends.push(...harms.map((end) => end()));
      harms = [];
    }
  }
  ends.push(...harms.map((end) => end()));
  await Promise.all([...reads, ...ends]);
  return cluster.trace().hash;
}

const RUNS = Array.from({ length: SEEDS }, (_, i) => ({
  seed: `swarm ${i}`,
  msType: MS_TYPES[i % MS_TYPES.length] ?? 'simple',
}));

it.each(RUNS)(
  'every read ends with the right bytes, whatever happens: $msType, seed $seed',
  async ({ seed, msType }) => {
    expect(await run(seed, msType)).toMatch(/^[0-9a-f]{8}$/);
  },
);
