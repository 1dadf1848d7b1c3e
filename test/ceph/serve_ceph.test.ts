import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { SimCluster, writeConf } from '../../sim/index.ts';
import { CEPH_COMMANDS, KEYED_COMMANDS, wordsOf } from './ceph_commands.ts';
import type { CliRun } from './cli_runs.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

/** Debian's, which has python3-rados. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./scenarios/ceph_commands.py', import.meta.url));

const ALL = [...KEYED_COMMANDS, ...CEPH_COMMANDS];

/** A real daemon says so of a machine that calls itself a container. */
const OF_THE_MACHINE = ['container_name'];

/** So that the real cluster begins as ours does: no warnings, and as many copies as can be. */
const REAL_CONF = [
  'osd pool default min size = 0',
  'mon data avail warn = 2',
  'auth allow insecure global id reclaim = false',
];

/** What differs from cluster to cluster, and what stands in its place. */
const MASKS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(\+0000|Z)/g, 'TIME'],
  [/AQ[A-Za-z0-9+/]{36}==/g, 'KEY'],
  [/127\.0\.0\.1:\d+\/\d+/g, 'ADDR'],
  [/"127\.0\.0\.1:\d+",\s*"nonce":\s*\d+/g, 'ADDR'],
  // Ours begins with its OSDs in place, which takes fewer maps.
  [/epoch:? e?\d+|"epoch":\d+|osdmap e\d+|last_change"?:? ?"?\d+/g, 'EPOCH'],
  [/crush_version"?:? ?\d+/g, 'EPOCH'],
  [/"quorum_age":\d+/g, 'AGE'],
  [/\([0-9a-f]{40}\)|\(radosim\)/g, '(BUILD)'],
  // Help has words of our own.
  [/ : {2}.*$/gm, ' :  HELP'],
  // Real PGs take some moments to be made.
  [/,creating|"flags":32769,/g, ''],
  [/"flags":1,/g, ''],
];

/** The command line → why the two do not answer alike. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['osd stat', 'the simulated map does not know since when OSDs are up and in'],
  ['osd stat -f json', 'likewise'],
  ['osd dump', 'up_from and up_thru tell of another past; removed snapshots stay in the queue'],
  ['osd dump -f json', 'likewise'],
  ['osd find 0', "a simulated host has a name of its own, not this machine's"],
  ['osd pool set-quota foo max_bytes nope', 'numbers have no units'],
  [
    'nosuch',
    'the ten that come closest are the first ten commands: there are fewer, in another order',
  ],
]);

function masked({ code, stdout, stderr }: CliRun): CliRun {
  const mask = (output: string): string =>
    MASKS.reduce((rest, [pattern, instead]) => rest.replaceAll(pattern, instead), output);
  return { code, stdout: mask(stdout), stderr: mask(stderr) };
}

async function runAll(conf: string): Promise<CliRun[]> {
  const env = { ...process.env, CEPH_CONF: conf, CEPH_ARGS: '' };
  const child = spawn(PYTHON, [SCRIPT], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  child.stdin.end(JSON.stringify(ALL.map(wordsOf)));
  const output = await text(child.stdout);
  await exit;
  return JSON.parse(output);
}

async function runAllOnReal(): Promise<CliRun[]> {
  await using real = await CephCluster.start({ msgr: 'v2', auth: 'cephx', conf: REAL_CONF });
  return await runAll(real.confFile);
}

async function runAllOnOurs(): Promise<CliRun[]> {
  const dir = await mkdtemp(join(tmpdir(), 'radosim-ceph-'));
  await using cluster = await SimCluster.create({ net: 'tcp', auth: 'cephx', pools: [] });
  const runs = await runAll(await writeConf(cluster, dir));
  await rm(dir, { recursive: true });
  return runs;
}

describe.skipIf(skipWithoutCeph())('the stock ceph, one command after the other', () => {
  let real: CliRun[];
  let ours: CliRun[];

  beforeAll(async () => {
    [real, ours] = await Promise.all([runAllOnReal(), runAllOnOurs()]);
  });

  const indexed = CEPH_COMMANDS.map((line, i) => [line, i + KEYED_COMMANDS.length] as const);

  test.each(KEYED_COMMANDS.map((line, i) => [line, i] as const))(
    '%s (%i): the keys are those of a real cluster',
    (_line, i) => {
      const keys = (run: CliRun | undefined): string[] =>
        Object.keys(JSON.parse(run?.stdout ?? '')).filter((key) => !OF_THE_MACHINE.includes(key));
      expect(keys(ours[i])).toEqual(keys(real[i]));
    },
  );

  test.each(indexed.filter(([line]) => !EXCEPTIONS.has(line)))(
    '%s (%i): ours and a real cluster answer alike',
    (_line, i) => {
      const [theirRun, ourRun] = [real[i], ours[i]];
      if (theirRun === undefined || ourRun === undefined) throw new Error('it was not run');
      expect(masked(ourRun)).toEqual(masked(theirRun));
    },
  );

  test.each(indexed.filter(([line]) => EXCEPTIONS.has(line)))(
    '%s (%i): both end with the same code, though they differ',
    (_line, i) => {
      const [theirRun, ourRun] = [real[i], ours[i]];
      if (theirRun === undefined || ourRun === undefined) throw new Error('it was not run');
      expect(ourRun.code).toBe(theirRun.code);
      expect(masked(ourRun)).not.toEqual(masked(theirRun));
    },
  );
});
