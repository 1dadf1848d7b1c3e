import { type MsType, SimCluster } from '../../sim/index.ts';
import { SimRandom, seedToUint32 } from '../../sim/SimRandom.ts';
import type { IoCtx } from '../librados/IoCtx.ts';

const POOL = 'sim';
const OSDS = 5;
const OBJECTS = 50;
const OBJECT_BYTES_MAX = 100_000;
const ROUNDS = 20;
const READS_PER_ROUND = 50;
const ROUND_MS = 2000;
/** In these rounds, while reads are under way, an OSD dies and a partition begins and ends. */
const KILL_ROUND = 3;
const PARTITION_ROUND = 8;
const HEAL_ROUND = 12;

/** What became of the reads. */
interface Tally {
  reads: number;
  wrong: number;
  failed: number;
}

/**
 * A client reads objects of random sizes while connections are reset in every round, an OSD dies,
 * and another is out of reach for a while. Every read must end, and with the right bytes.
 */
export async function simulate(
  seed: string,
  msType?: MsType,
): Promise<{ line: string; isOk: boolean }> {
  const random = new SimRandom(seedToUint32(seed), 'cli/simulate');
  const objects = new Map(
    Array.from({ length: OBJECTS }, (_, i) => [`object.${i}`, bytes(random, i)] as const),
  );
  const data = { [POOL]: Object.fromEntries(objects) };
  await using cluster = await SimCluster.create({ seed, osds: OSDS, objects: data, msType });
  await using rados = await cluster.connect();
  const ioctx = await rados.openIoCtx(POOL);

  const tally: Tally = { reads: 0, wrong: 0, failed: 0 };
  const under: Promise<void>[] = [];
  let partition: Disposable | undefined;
  const [victim, island] = twoOf(OSDS, random);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < READS_PER_ROUND; i++) under.push(readOne(ioctx, objects, random, tally));
    await cluster.advance(random.float());
    if (round === KILL_ROUND) cluster.osd(victim).kill();
    if (round === PARTITION_ROUND) partition = cluster.net.partition('client.1', `osd.${island}`);
    if (round === HEAL_ROUND) partition?.[Symbol.dispose]();
    cluster.net.reset('client.1', `osd.${random.uint32() % OSDS}`);
    await cluster.advance(random.float() * ROUND_MS);
  }
  await Promise.all(under);

  const isOk = tally.wrong === 0 && tally.failed === 0;
  const { objecter = {} } = rados.perfDump();
  const facts = [
    `${tally.reads} reads`,
    `${objecter['op_resend']} resends`,
    `${(cluster.clock.now() / 1000).toFixed(3)} s simulated`,
    `trace ${cluster.trace().hash}`,
  ];
  const verdict = isOk ? 'ok' : `${tally.wrong} wrong, ${tally.failed} failed`;
  return { line: `seed ${seed}: ${facts.join(', ')}: ${verdict}`, isOk };
}

async function readOne(
  ioctx: IoCtx,
  objects: ReadonlyMap<string, Uint8Array>,
  random: SimRandom,
  tally: Tally,
): Promise<void> {
  const oid = `object.${random.uint32() % OBJECTS}`;
  tally.reads += 1;
  try {
    const got = await ioctx.read(oid);
    if (Buffer.compare(got, objects.get(oid) ?? got) !== 0) tally.wrong += 1;
  } catch {
    tally.failed += 1;
  }
}

/** Bytes unlike those of other objects, as many as chance wants. */
function bytes(random: SimRandom, object: number): Uint8Array {
  const length = random.uint32() % OBJECT_BYTES_MAX;
  return Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >> 8) ^ (object * 7));
}

/** Two different numbers below `count`. */
function twoOf(count: number, random: SimRandom): readonly [number, number] {
  const first = random.uint32() % count;
  return [first, (first + 1 + (random.uint32() % (count - 1))) % count];
}
