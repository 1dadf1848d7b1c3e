import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTcpCluster, type TcpCluster } from '../helpers/tcp_cluster.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

/** Debian's, which has python3-rados. */
const PYTHON = '/usr/bin/python3';
const SCENARIOS = fileURLToPath(new URL('./scenarios/librados_ops.py', import.meta.url));
const C_SCENARIOS = fileURLToPath(new URL('./scenarios/librados_c_ops.py', import.meta.url));
const TIMEOUT_MS = 90_000;

function skip(): boolean {
  if (skipWithoutCeph()) return true;
  try {
    execFileSync(PYTHON, ['-c', 'import rados'], { stdio: 'ignore' });
    return false;
  } catch {
    console.log('skipped: python3-rados is not installed');
    return true;
  }
}

/** What a program prints, and how it ends, without what differs from run to run. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: 2 ** 26 };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      resolve(`${stdout}${stderr}-> ${code}`.replace(VARIES, '…'));
    });
  });
}

const VARIES = /mtime [^,]*|client\.\d+|127\.0\.0\.1:0\/\d+/g;

/** For `rados -p POOL`; FILE is of 10 bytes, BIG of some MiB, OUT to be written. */
const COMMANDS = [
  'put a FILE',
  'get a -',
  'put big BIG',
  'get big OUT',
  'append a FILE',
  'get a -',
  'truncate a 5',
  'get a -',
  'stat a',
  'stat2 a',
  'stat none',
  'create made',
  'create made',
  'touch touched',
  'stat touched',
  'setxattr a name value',
  'setxattr a other value',
  'listxattr a',
  'getxattr a name',
  'getxattr a none',
  'rmxattr a name',
  'listxattr a',
  'setomapval o k1 v1',
  'setomapval o k2 v2',
  'setomapheader o head',
  'getomapheader o',
  'listomapkeys o',
  'listomapvals o',
  'getomapval o k1',
  'getomapval o none',
  'rmomapkey o k1',
  'listomapvals o',
  'clearomap o',
  'listomapvals o',
  'ls',
  'cp a copy',
  'get copy -',
  'cp none copy2',
  'rm copy',
  'rm copy',
  '-N ns put in-ns FILE',
  '-N ns ls',
  '--all ls',
  '--object-locator key put by-key FILE',
  'get by-key -',
  '--object-locator key get by-key -',
  'lock get a l --lock-cookie c --lock-type exclusive',
  'lock list a',
  'lock info a l',
  'lock get a l --lock-cookie d',
  'lock break a l client.9999999 --lock-cookie c',
  'listwatchers a',
  'notify a hello',
  'mapext a',
  'listsnaps a',
  'set-alloc-hint a 4194304 4096',
  'cache-flush a',
  'purge POOL --yes-i-really-really-mean-it',
  'ls',
] as const;

describe.skipIf(skip())('a stock client, and our cluster beside a real one', () => {
  let real: CephCluster;
  let ours: TcpCluster;
  let dir: string;

  beforeAll(async () => {
    [real, ours] = await Promise.all([
      CephCluster.start({ msgr: 'v2', auth: 'none' }),
      startTcpCluster({ osds: 3, pools: ['ops', 'c', 'cli'] }),
    ]);
    for (const pool of ['ops', 'c', 'cli'])
      await real.ceph('osd', 'pool', 'create', pool, '32', '32');
    dir = await mkdtemp(join(tmpdir(), 'radosim-files-'));
    await writeFile(join(dir, 'file'), '0123456789');
    await writeFile(join(dir, 'big'), Buffer.alloc(9 * 2 ** 20, 'big '));
  });

  afterAll(async () => {
    await real?.stop();
    await ours?.[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });

  async function radosCli(confFile: string): Promise<string[]> {
    const words: Record<string, string> = {
      FILE: join(dir, 'file'),
      BIG: join(dir, 'big'),
      OUT: '/dev/null',
      POOL: 'cli',
    };
    const printed: string[] = [];
    for (const command of COMMANDS) {
      const args = command.split(' ').map((word) => words[word] ?? word);
      printed.push(`${command}\n${await run('rados', ['-c', confFile, '-p', 'cli', ...args])}`);
    }
    return printed;
  }

  test('gets the same of python-rados, op by op', async () => {
    const [theirs, here] = await Promise.all(
      [real, ours].map(({ confFile }) => run(PYTHON, [SCENARIOS, confFile, 'ops'])),
    );
    expect(here).toContain('-> 0');
    expect(here?.split('\n')).toEqual(theirs?.split('\n'));
    const listed = [real, ours].map(({ confFile }) =>
      run('rados', ['-c', confFile, '-p', 'ops', 'listsnaps', 'many clones']),
    );
    expect(await listed[1]).toMatch(/^many clones:/);
    expect(await listed[1]).toBe(await listed[0]);
  });

  test("gets the same of librados' C API, step by step", async () => {
    const [theirs, here] = await Promise.all(
      [real, ours].map(({ confFile }) => run(PYTHON, [C_SCENARIOS, confFile, 'c'])),
    );
    expect(here).toContain('-> 0');
    expect(here?.split('\n')).toEqual(theirs?.split('\n'));
  });

  test('gets the same of rados, command by command', async () => {
    const [theirs, here] = await Promise.all(
      [real, ours].map(({ confFile }) => radosCli(confFile)),
    );
    expect(here).toEqual(theirs);
  });
});
