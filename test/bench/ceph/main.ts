/**
 * `npm run bench:ceph [-- --rounds N --seconds N --cases 4k-16,4m-8]`: reads from a real Ceph side by
 * side with the original. In each round `rados bench … rand` and `radosim rados bench … rand` read the
 * same objects one after the other, and what counts is the median of the rounds' ratios.
 */
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CephCluster, skipWithoutCeph } from '../../ceph/harness.ts';
import { median } from '../measure.ts';
import { CASES, type Case, type Figure } from './cases.ts';
import { runMeasured } from './run_measured.ts';

const RADOSIM = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
const MIB = 1024 * 1024;
const LARGE_OBJECTS = 32;
const WRITE_SECONDS = 5;

/** Of one run. */
type Figures = Readonly<Record<Figure, number>>;

interface Side {
  readonly name: string;
  readonly command: readonly string[];
}

const THEIRS: Side = { name: 'rados', command: ['rados'] };
const OURS: Side = { name: 'radosim', command: [process.execPath, RADOSIM, 'rados'] };

const UNITS: Readonly<Record<Figure, (value: number) => string>> = {
  cpu: (seconds) => `${(seconds * 1e6).toFixed(1)} µs CPU/op`,
  rate: (perSecond) => `${perSecond.toFixed(0)} op/s`,
  latency: (seconds) => `${(seconds * 1e6).toFixed(0)} µs latency`,
  memory: (bytes) => `${(bytes / MIB).toFixed(0)} MiB`,
};
const FIGURES: readonly Figure[] = ['cpu', 'rate', 'latency', 'memory'];

async function main(): Promise<void> {
  if (skipWithoutCeph()) return;
  const { rounds, seconds, cases } = readOptions();
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()}): ` +
      `${rounds} rounds of ${seconds} s; medians, and the median of the rounds' ratios`,
  );
  await using cluster = await CephCluster.start({ msgr: 'v2', auth: 'cephx' });
  await writeObjects(cluster);
  for (const each of cases) report(each, await contest(cluster, each, rounds, seconds));
}

function readOptions(): { rounds: number; seconds: number; cases: readonly Case[] } {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '10' },
      cases: { type: 'string', default: CASES.map(({ name }) => name).join() },
    },
  });
  const names = values.cases.split(',');
  const cases = CASES.filter(({ name }) => names.includes(name));
  return { rounds: Number(values.rounds), seconds: Number(values.seconds), cases };
}

async function writeObjects(cluster: CephCluster): Promise<void> {
  const write = ['write', '--no-cleanup'];
  await cluster.ceph('osd', 'pool', 'create', 'small', '32');
  await cluster.ceph('osd', 'pool', 'create', 'large', '32');
  const small = ['-b', '4096', '-t', '16'];
  await cluster.rados('-p', 'small', 'bench', `${WRITE_SECONDS}`, ...write, ...small);
  const large = ['-b', `${4 * MIB}`, '-t', '4', '--max-objects', `${LARGE_OBJECTS}`];
  await cluster.rados('-p', 'large', 'bench', '50', ...write, ...large);
}

async function contest(
  cluster: CephCluster,
  asked: Case,
  rounds: number,
  seconds: number,
): Promise<{ theirs: Figures[]; ours: Figures[] }> {
  const theirs: Figures[] = [];
  const ours: Figures[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(await run(cluster, THEIRS, asked, seconds));
    ours.push(await run(cluster, OURS, asked, seconds));
  }
  return { theirs, ours };
}

async function run(
  cluster: CephCluster,
  { command }: Side,
  { pool, depth, mode }: Case,
  seconds: number,
): Promise<Figures> {
  const bench = ['bench', `${seconds}`, 'rand', '-t', `${depth}`, '--no-verify'];
  const args = ['-p', pool, '--ms_client_mode', mode, ...bench, '-f', 'json'];
  const env = { ...process.env, CEPH_CONF: cluster.confFile, CEPH_ARGS: '' };
  const { stdout, cpu, bytes } = await runMeasured([...command, ...args], env);
  const result: unknown = JSON.parse(stdout.slice(stdout.indexOf('{')));
  const reads = figureOf(result, 'total_reads_made');
  return {
    cpu: cpu / reads,
    rate: reads / figureOf(result, 'total_time_run'),
    latency: figureOf(result, 'average_latency'),
    memory: bytes,
  };
}

function figureOf(result: unknown, name: string): number {
  const isReport = typeof result === 'object' && result !== null && name in result;
  if (!isReport) throw new Error(`the report has no ${name}`);
  return Number(Reflect.get(result, name));
}

function report(
  { name, targets }: Case,
  { theirs, ours }: { theirs: Figures[]; ours: Figures[] },
): void {
  console.log(`\n${name}`);
  for (const figure of FIGURES) {
    const ratios = ours.map((each, i) => each[figure] / (theirs[i]?.[figure] ?? Number.NaN));
    const ratio = median(ratios);
    const cells = [theirs, ours].map((side) =>
      UNITS[figure](median(side.map((each) => each[figure]))).padStart(20),
    );
    console.log(
      `  ${cells.join('')}   ${ratio.toFixed(2)} ${verdict(figure, ratio, targets[figure])}`,
    );
  }
}

function verdict(figure: Figure, ratio: number, target: number | undefined): string {
  if (target === undefined) return '';
  const isMet = figure === 'rate' ? ratio >= target : ratio <= target;
  return `(${figure === 'rate' ? 'at least' : 'at most'} ${target}: ${isMet ? 'met' : 'MISSED'})`;
}

await main();
