import { createHash } from 'node:crypto';
import { type MsType, SimCluster, type SimClusterOptions } from '../../sim/index.ts';
import type { PerfDump } from '../common/PerfCounters.ts';
import { journeyOf, type Step } from './journey.ts';

const POOL = 'demo';
const SHAPE = { osds: 6, hosts: 3, pools: [{ name: POOL, pgNum: 256 }] };

export interface DemoOptions {
  readonly seed: string;
  readonly net: 'memory' | 'tcp';
  readonly msType?: MsType | undefined;
  /** Called once for each object that has been read. */
  readonly onRead: () => void;
}

/** What the demo did; with the same tree and seed in simulation always the same. */
export interface DemoReport {
  readonly seed: string;
  readonly net: 'memory' | 'tcp';
  readonly osds: number;
  readonly hosts: number;
  readonly objects: number;
  readonly bytes: number;
  /** Of the cluster's clock: virtual in memory, real over TCP. */
  readonly milliseconds: number;
  /** What did not come back as it was put: the object's name, and why. */
  readonly differences: Readonly<Record<string, string>>;
  readonly reads: Readonly<Record<string, number>>;
  readonly journey: { readonly oid: string; readonly steps: readonly Step[] };
  readonly counters: PerfDump;
}

type Tree = ReadonlyMap<string, Uint8Array>;

/**
 * Puts every file of `tree` into a cluster as an object and reads all of them back at once; then
 * one of them again, in a cluster that writes down each step.
 */
export async function demo(
  tree: Tree,
  { seed, net, msType, onRead }: DemoOptions,
): Promise<DemoReport> {
  const shape = { seed, net, msType, ...SHAPE };
  const readBack = await readBackAll(tree, shape, onRead);
  const journey = await oneJourney(firstWithBytes(tree), shape);
  const { osds, hosts } = SHAPE;
  const bytes = [...tree.values()].reduce((sum, { length }) => sum + length, 0);
  return { seed, net, osds, hosts, objects: tree.size, bytes, ...readBack, journey };
}

async function readBackAll(
  tree: Tree,
  options: SimClusterOptions,
  onRead: () => void,
): Promise<Pick<DemoReport, 'milliseconds' | 'differences' | 'reads' | 'counters'>> {
  const objects = { [POOL]: Object.fromEntries(tree) };
  await using cluster = await SimCluster.create({ ...options, objects });
  await using rados = await cluster.connect();
  const ioctx = await rados.openIoCtx(POOL);

  const start = cluster.clock.now();
  const differences: [string, string][] = [];
  const readOne = async ([oid, put]: [string, Uint8Array]): Promise<void> => {
    const why = await ioctx.read(oid).then((got) => difference(put, got), String);
    if (why !== undefined) differences.push([oid, why]);
    onRead();
  };
  await Promise.all([...tree].map(readOne));

  return {
    milliseconds: Number((cluster.clock.now() - start).toFixed(3)),
    differences: Object.fromEntries(differences.sort()),
    reads: Object.fromEntries(
      Array.from({ length: SHAPE.osds }, (_, osd) => [`osd.${osd}`, cluster.osd(osd).reads]),
    ),
    counters: rados.perfDump(),
  };
}

/** A client that has no session with an OSD yet, and nothing else under way. */
async function oneJourney(
  [oid, bytes]: readonly [string, Uint8Array],
  options: SimClusterOptions,
): Promise<DemoReport['journey']> {
  const objects = { [POOL]: { [oid]: bytes } };
  await using cluster = await SimCluster.create({ ...options, objects, trace: true });
  await using rados = await cluster.connect();
  const ioctx = await rados.openIoCtx(POOL);
  await ioctx.read(oid);
  return { oid, steps: journeyOf([...cluster.trace()]) };
}

function firstWithBytes(tree: Tree): readonly [string, Uint8Array] {
  const all = [...tree];
  return all.find(([, { length }]) => length > 0) ?? all[0] ?? ['', new Uint8Array(0)];
}

function difference(put: Uint8Array, got: Uint8Array): string | undefined {
  if (sha256(put) === sha256(got)) return undefined;
  return `${put.length} bytes put, ${got.length} other bytes read`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
