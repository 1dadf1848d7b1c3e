import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bundleProgram, type CliRun, runProgram } from './cli_runs.ts';
import { skipWithoutCeph } from './harness.ts';

const BENCH_TIMEOUT_MS = 60_000;

describe.skipIf(skipWithoutCeph())('radosim serve', () => {
  let dir: string;
  let program: string;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'radosim-serve-'));
    program = await bundleProgram(dir);
  });

  afterAll(() => rm(dir, { recursive: true, force: true }));

  afterEach(async () => {
    for (const child of running.splice(0)) await stop(child, 'SIGTERM');
  });

  interface Served {
    readonly child: ChildProcess;
    readonly conf: string;
    readonly keyring: string;
    /** What it has printed so far. */
    readonly lines: string[];
  }

  /** Resolves when it says that it is ready. */
  async function serve(name: string, ...args: string[]): Promise<Served> {
    const confDir = join(dir, name);
    const all = [program, 'serve', '--conf-dir', confDir, ...args];
    const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] });
    running.push(child);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => lines.push(line));
    await once(reader, 'line');
    return { child, conf: join(confDir, 'ceph.conf'), keyring: join(confDir, 'keyring'), lines };
  }

  const rados = ({ conf }: Served, ...args: string[]): Promise<CliRun> =>
    runProgram('rados', ['-c', conf, ...args]);

  const ceph = ({ conf }: Served, ...args: string[]): Promise<CliRun> =>
    runProgram('ceph', ['-c', conf, ...args]);

  /** A file with the key of an entity that may do what `caps` say. */
  async function keyOf(served: Served, entity: string, ...caps: string[]): Promise<string> {
    const { stdout } = await ceph(served, 'auth', 'get-or-create', entity, ...caps);
    const file = join(dir, `${entity}.keyring`);
    await writeFile(file, stdout);
    return file;
  }

  async function file(name: string, text: string): Promise<string> {
    const path = join(dir, name);
    await writeFile(path, text);
    return path;
  }

  describe('its files', () => {
    test('are a keyring for its owner only, and a ceph.conf, and gone when it has stopped', async () => {
      const { child, conf, keyring, lines } = await serve('files');
      expect(lines).toEqual([
        expect.stringMatching(/^ready: mon_host \[v2:127.* conf .*ceph.conf$/),
      ]);
      expect(statSync(keyring).mode & 0o777).toBe(0o600);
      expect(await readFile(conf, 'utf8')).toContain(`keyring = ${keyring}`);

      expect(await stop(child, 'SIGINT')).toBe(0);
      expect([existsSync(conf), existsSync(keyring)]).toEqual([false, false]);
    });

    test('replace those of one that was killed', async () => {
      const first = await serve('killed');
      await stop(first.child, 'SIGKILL');
      const second = await serve('killed');
      expect((await ceph(second, 'fsid')).code).toBe(0);
    });

    test("leave another cluster's ceph.conf as it is", async () => {
      const confDir = join(dir, 'theirs');
      await mkdir(confDir);
      const theirs = '[global]\nfsid = 8f75e5d8-c68b-4b1b-b354-4d7a322e8d11\n';
      await writeFile(join(confDir, 'ceph.conf'), theirs);
      const refused = await runProgram(process.execPath, [program, 'serve', '--conf-dir', confDir]);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('another cluster'),
      });
      expect(await readFile(join(confDir, 'ceph.conf'), 'utf8')).toBe(theirs);
    });
  });

  test('fsid and key are others each time', async () => {
    const [one, two] = [await serve('one', '--seed', '7'), await serve('two', '--seed', '7')];
    expect((await ceph(one, 'fsid')).stdout).not.toBe((await ceph(two, 'fsid')).stdout);
    expect(await readFile(one.keyring, 'utf8')).not.toBe(await readFile(two.keyring, 'utf8'));
  });

  test('has the pools, OSDs, hosts and monitors that were asked for', async () => {
    const pools = ['--pool', 'one', '--pool', 'two:8', '--pool', 'three:16:2'];
    const served = await serve('shape', ...pools, '--osds', '4', '--hosts', '2', '--mons', '3');
    const { stdout } = await ceph(served, 'osd', 'pool', 'ls', 'detail', '-f', 'json');
    const shape = (pool: Record<string, unknown>): unknown[] => [
      pool['pool_name'],
      pool['pg_num'],
      pool['size'],
    ];
    expect(JSON.parse(stdout).map(shape)).toEqual([
      ['one', 32, 2],
      ['two', 8, 2],
      ['three', 16, 2],
    ]);
    const status = JSON.parse((await ceph(served, 'status', '-f', 'json')).stdout);
    expect(status).toMatchObject({
      health: { status: 'HEALTH_OK' },
      quorum_names: ['a', 'b', 'c'],
      osdmap: { num_osds: 4, num_up_osds: 4 },
    });
  });

  test('prints each op that an OSD gets with --verbose', async () => {
    const served = await serve('verbose', '--verbose');
    await rados(served, '-p', 'data', 'create', 'greeting');
    expect(served.lines).toContainEqual(
      expect.stringMatching(/^osd\.\d osd_op\(client\..*:::greeting:head \[create/),
    );
  });

  describe.each([
    { how: 'cephx, v2 secure', mode: 'secure', args: [] },
    { how: 'cephx, v2 crc', mode: 'crc', args: [] },
    { how: 'auth none, v2 crc', mode: 'crc', args: ['--auth', 'none'] },
  ])('the stock rados: $how', ({ how, mode, args }) => {
    test('what it puts it gets, lists and verifies', async () => {
      const served = await serve(how.replaceAll(/\W+/g, '-'), ...args);
      const modes = [`--ms_client_mode=${mode}`, '-p', 'data'];
      const hello = await file('hello', 'hello world');
      expect(await rados(served, ...modes, 'put', 'greeting', hello)).toMatchObject({ code: 0 });
      expect((await rados(served, ...modes, 'get', 'greeting', '-')).stdout).toBe('hello world');
      expect((await rados(served, ...modes, 'ls')).stdout).toBe('greeting\n');
      await benchIsVerified(served, modes);
    });
  });

  test('the stock rados over msgr v1, cephx: what it puts it gets', async () => {
    const served = await serve('v1');
    const text = await readFile(served.conf, 'utf8');
    const v1 = /v1:[\d.:]+/.exec(text)?.[0] ?? '';
    const conf = await file('v1.conf', text.replace(/mon_host = .*/, `mon_host = ${v1}`));
    const modes = ['-p', 'data', '--ms_mon_client_mode=crc'];
    const hello = await file('hello', 'hello world');
    await rados({ ...served, conf }, ...modes, 'put', 'greeting', hello);
    const got = await rados({ ...served, conf }, ...modes, 'get', 'greeting', '-');
    expect(got).toEqual({ code: 0, stdout: 'hello world', stderr: '' });
  });

  test.skipIf(skipWithoutFio())('fio, with its rados engine, verifies what it wrote', async () => {
    const { conf } = await serve('fio');
    const engine = ['--ioengine=rados', `--conf=${conf}`, '--clientname=admin', '--pool=data'];
    const load = ['--rw=randwrite', '--bs=4k', '--size=4m', '--iodepth=16'];
    const verify = ['--verify=crc32c', '--do_verify=1', '--verify_state_save=0'];
    const run = await runProgram('fio', ['--name=job', ...engine, ...load, ...verify]);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/rwts: total=1024,1024,/) });
  });

  /** `rados bench` ends with an error if what it reads is not what it wrote. */
  async function benchIsVerified({ conf }: Served, modes: readonly string[]): Promise<void> {
    const bench = (...args: string[]): Promise<string> =>
      new Promise((resolve, reject) => {
        const all = ['-c', conf, ...modes, 'bench', '2', ...args];
        execFile('rados', all, { timeout: BENCH_TIMEOUT_MS }, (error, stdout, stderr) => {
          if (error === null) resolve(stdout + stderr);
          else reject(new Error(`${error}\n${stderr}`));
        });
      });
    await bench('write', '-b', '4096', '-t', '16', '--no-cleanup');
    const read = await bench('rand', '-t', '16');
    expect(Number(/Total reads made:\s*(\d+)/.exec(read)?.[1])).toBeGreaterThan(0);
    expect(read).not.toMatch(/incorrect|bad crc|decode/);
  }

  describe('who may do what', () => {
    let served: Served;

    beforeAll(async () => {
      served = await serve('caps', '--pool', 'data', '--pool', 'other');
      running.pop();
    });

    afterAll(() => stop(served.child, 'SIGTERM'));

    const as = (id: string, keyring: string, ...args: string[]): Promise<CliRun> =>
      rados(served, '--no-mon-config', '--id', id, '--keyring', keyring, ...args);

    test('a wrong key is EACCES', async () => {
      const text = await readFile(served.keyring, 'utf8');
      const wrong = await file('wrong', text.replace(/.{8}==/, 'AAAAAAAA=='));
      const run = await as('admin', wrong, '-p', 'data', 'ls');
      expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('(13) Permission') });
    });

    test('a client that nobody knows is EACCES', async () => {
      const text = await readFile(served.keyring, 'utf8');
      const unknown = await file('unknown', text.replace('client.admin', 'client.unknown'));
      const run = await as('unknown', unknown, '-p', 'data', 'ls');
      expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('(13) Permission') });
    });

    test("osd 'allow r' reads and does not write: EPERM", async () => {
      const key = await keyOf(served, 'client.reader', 'mon', 'allow r', 'osd', 'allow r');
      const hello = await file('hello', 'hello world');
      await rados(served, '-p', 'data', 'put', 'greeting', hello);
      const got = await as('reader', key, '-p', 'data', 'get', 'greeting', '-');
      expect(got).toMatchObject({ code: 0, stdout: 'hello world' });
      const put = await as('reader', key, '-p', 'data', 'put', 'greeting', hello);
      expect(put).toMatchObject({ code: 1, stderr: expect.stringContaining('(1) Operation not') });
    });

    test('capabilities of one pool do not reach into another: EPERM', async () => {
      const caps = ['mon', 'allow r', 'osd', 'allow rw pool=data'];
      const key = await keyOf(served, 'client.one', ...caps);
      const hello = await file('hello', 'hello world');
      expect(await as('one', key, '-p', 'data', 'put', 'x', hello)).toMatchObject({ code: 0 });
      const other = await as('one', key, '-p', 'other', 'put', 'x', hello);
      expect(other).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('(1) Operation not'),
      });
    });

    test("mon 'allow r' makes no pool: EACCES", async () => {
      const key = await keyOf(served, 'client.asker', 'mon', 'allow r');
      const words = ['--id', 'asker', '--keyring', key, 'osd', 'pool', 'create', 'mine'];
      const run = await ceph(served, ...words);
      expect(run).toMatchObject({ code: 13, stderr: 'Error EACCES: access denied\n' });
    });
  });
});

function skipWithoutFio(): boolean {
  try {
    return !execFileSync('fio', ['--enghelp'], { encoding: 'utf8' }).includes('rados');
  } catch {
    console.log('skipped: fio is not installed (Debian: fio)');
    return true;
  }
}

/** Answers its exit code. */
async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return child.exitCode;
}
