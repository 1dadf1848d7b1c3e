/**
 * Placement side by side with Ceph's own tools, on maps that those tools build: in each round
 * everybody has a turn, and what counts is the median of processor time. A tool's is what it takes
 * for much work more than for hardly any, so that nobody's start counts.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { median } from './measure.ts';

const ROUNDS = 5;
const MAPPINGS = 100_000;
const COPIES = 3;
const POOL = 1;

/** OSDs on hosts, and hosts in racks: what `crushtool --build` is asked for. */
const SHAPES = [
  { osds: 12, layers: ['host', '4', 'root', '0'], pgBits: 12 },
  { osds: 1000, layers: ['host', '10', 'rack', '10', 'root', '0'], pgBits: 6 },
  { osds: 10_000, layers: ['host', '20', 'rack', '25', 'root', '0'], pgBits: 3 },
];

/** Each answers the microseconds of processor time that one unit of its work takes. */
type Contest = Readonly<Record<string, () => number>>;

export function placement(): void {
  if (spawnSync('crushtool', ['-v']).error || spawnSync('osdmaptool', ['-v']).error) {
    console.log('crushtool and osdmaptool are not installed: nothing to compare placement with');
    return;
  }
  console.log('\nPlacement, 3 copies on different hosts: µs of processor time, and times faster');
  const dir = mkdtempSync(join(tmpdir(), 'placement-'));
  try {
    for (const shape of SHAPES) {
      const files = makeMaps(dir, shape);
      report(`mapping, ${shape.osds} OSDs`, mappings(files.crush));
      report(`PG, ${shape.osds} OSDs`, pgs(files.osdmap));
    }
    report('decoding an OSDMap of 10,000 OSDs', decodes(dir));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function makeMaps(
  dir: string,
  { osds, layers, pgBits }: (typeof SHAPES)[number],
): { crush: string; osdmap: string } {
  const crush = join(dir, `crush${osds}`);
  const osdmap = join(dir, `osdmap${osds}`);
  const straw2 = layers.flatMap((word, i) => (i % 2 === 0 ? [word, 'straw2'] : [word]));
  const pool = ['--with-default-pool', '--pg-bits', `${pgBits}`, '--pgp-bits', `${pgBits}`];
  run('crushtool', ['--build', '--num_osds', `${osds}`, '-o', crush, ...straw2]);
  run('osdmaptool', ['--createsimple', `${osds}`, osdmap, ...pool]);
  run('osdmaptool', [osdmap, '--import-crush', crush]);
  return { crush, osdmap };
}

function mappings(file: string): Contest {
  const theirs = (last: number): number => {
    const range = ['--min-x', '0', '--max-x', `${last}`];
    return cpuOf('crushtool', ['-i', file, '--test', '--num-rep', `${COPIES}`, ...range]);
  };
  return {
    crushtool: () => (theirs(MAPPINGS) - theirs(0)) / MAPPINGS,
    ...ours('mappings', file, ['TypeScript', 'WebAssembly']),
  };
}

function pgs(file: string): Contest {
  const count = OSDMap.decode(readFileSync(file)).pools.get(POOL)?.pgNum ?? 0;
  const theirs = (args: string[]): number => cpuOf('osdmaptool', [file, '--mark-up-in', ...args]);
  return {
    osdmaptool: () =>
      (theirs(['--test-map-pgs', '--pool', `${POOL}`]) - theirs(['--test-map-pg', `${POOL}.0`])) /
      count,
    ...ours('pgs', file, ['TypeScript', 'WebAssembly']),
  };
}

/** Theirs is what the tool takes for a big map more than for a small one. */
function decodes(dir: string): Contest {
  const theirs = (osds: number): number =>
    cpuOf('osdmaptool', [join(dir, `osdmap${osds}`), '--test-map-pg', `${POOL}.0`]);
  return {
    osdmaptool: () => theirs(10_000) - theirs(12),
    ...ours('decodes', join(dir, 'osdmap10000'), ['TypeScript']),
  };
}

/** Each time in a fresh process. */
function ours(part: string, file: string, ways: readonly string[]): Contest {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const cost = (way: string) => () =>
    Number(execFileSync(process.execPath, [main, 'contestant', part, file, way]));
  return Object.fromEntries(ways.map((way) => [way, cost(way)]));
}

/** The first contestant is the one that the others are compared with. */
function report(what: string, contest: Contest): void {
  const names = Object.keys(contest);
  const costs = names.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    names.forEach((name, i) => {
      costs[i]?.push(contest[name]?.() ?? 0);
    });
  }
  const medians = costs.map(median);
  const cells = names.map((name, i) => {
    const cost = medians[i] ?? 0;
    const ratio = i === 0 ? '' : ` (${((medians[0] ?? 0) / cost).toFixed(2)}x)`;
    return `${name} ${cost.toFixed(2)}${ratio}`.padEnd(24);
  });
  console.log(`  ${what.padEnd(36)}${cells.join('')}`.trimEnd());
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'ignore' });
}

/** Microseconds of processor time of a command. */
function cpuOf(command: string, args: readonly string[]): number {
  const script = `TIMEFORMAT='%U %S'; exec 3>&2; { time "$@" > /dev/null 2>&1 3>&-; } 2>&3`;
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', command, ...args]);
  const [user = 0, system = 0] = stderr.toString().trim().split(' ').map(Number);
  return (user + system) * 1e6;
}
