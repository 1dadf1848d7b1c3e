import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTcpCluster, type TcpCluster } from '../helpers/tcp_cluster.ts';

const TIMEOUT_MS = 60_000;

function skipWithoutRados(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v rados'], { stdio: 'ignore' });
    return false;
  } catch {
    console.log('skipped: rados is not installed (Debian: ceph-common)');
    return true;
  }
}

const SIZES = [
  { what: '4 KiB, 16 deep', size: 4096, deep: 16 },
  { what: '4 KiB, 64 deep', size: 4096, deep: 64 },
  { what: '4 MiB, 16 deep', size: 4 * 1024 * 1024, deep: 16 },
];

describe.skipIf(skipWithoutRados())('the stock rados, writing to our cluster', () => {
  let ours: TcpCluster;

  beforeAll(async () => {
    ours = await startTcpCluster({ osds: 3, pools: ['bench', 'small', 'watched'] });
  });

  afterAll(async () => {
    await ours?.[Symbol.asyncDispose]();
  });

  function rados(pool: string, ...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const all = ['-c', ours.confFile, '-p', pool, ...args];
      const options = { timeout: TIMEOUT_MS, maxBuffer: 2 ** 26 };
      execFile('rados', all, options, (error, stdout, stderr) =>
        error === null ? resolve(stdout + stderr) : reject(new Error(`${error}\n${stderr}`)),
      );
    });
  }

  const numberAfter = (text: string, label: string): number =>
    Number(new RegExp(`${label}:\\s*([\\d.]+)`).exec(text)?.[1]);

  test.each(SIZES)('what bench writes is read and verified: $what', async ({ size, deep }) => {
    const how = ['-t', `${deep}`];
    const written = await rados(
      'bench',
      'bench',
      '1',
      'write',
      '-b',
      `${size}`,
      ...how,
      '--no-cleanup',
    );
    expect(numberAfter(written, 'Total writes made')).toBeGreaterThan(0);
    for (const mode of ['seq', 'rand']) {
      const read = await rados('bench', 'bench', '1', mode, ...how);
      expect(numberAfter(read, 'Total reads made')).toBeGreaterThan(0);
      expect(read).not.toMatch(/not correct|error|bad crc|decode/i);
    }
    await rados('bench', 'cleanup');
    expect(await rados('bench', 'ls')).toBe('');
  });

  test('what many write at once is all there', async () => {
    const clients = Array.from({ length: 16 }, (_, i) =>
      rados(
        'small',
        'bench',
        '1',
        'write',
        '-b',
        '512',
        '-t',
        '4',
        '--no-cleanup',
        '--run-name',
        `r${i}`,
      ),
    );
    const made = (await Promise.all(clients)).map((text) => numberAfter(text, 'Total writes made'));
    const listed = (await rados('small', 'ls')).split('\n');
    const names = listed.filter((name) => name.startsWith('benchmark_data_'));
    expect(names.length).toBe(made.reduce((sum, count) => sum + count, 0));
    expect(new Set(names).size).toBe(names.length);
  });

  test('a client that is killed while it writes leaves whole objects', async () => {
    const size = 64 * 1024;
    const args = ['-c', ours.confFile, '-p', 'small', 'bench', '30', 'write', '-b', `${size}`];
    const name = ['--run-name', 'killed', '--no-cleanup'];
    const child = spawn('rados', [...args, '-t', '16', ...name], { stdio: 'ignore' });
    await until(async () => (await rados('small', 'ls')).split(`_${child.pid}_object`).length > 20);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const all = (await rados('small', 'ls')).split('\n');
    const killed = all.filter((oid) => oid.includes(`_${child.pid}_object`));
    expect(killed.length).toBeGreaterThan(20);
    for (const oid of killed.slice(-20)) {
      expect(await rados('small', 'stat', oid)).toContain(`size ${size}`);
    }
  });

  test('a watcher gets what is notified, and its answer comes back', async () => {
    await rados('watched', 'create', 'w');
    const watcher = spawn('rados', ['-c', ours.confFile, '-p', 'watched', 'watch', 'w']);
    const printed = collect(watcher);
    await until(async () => (await rados('watched', 'listwatchers', 'w')) !== '');
    expect(await rados('watched', 'listwatchers', 'w')).toMatch(
      /^watcher=127\.0\.0\.1:0\/\d+ client\.\d+ cookie=\d+\n$/,
    );
    expect(await rados('watched', 'notify', 'w', 'hello')).toMatch(
      /^reply client\.\d+ cookie \d+ : /,
    );
    watcher.stdin.end('\n');
    await once(watcher, 'exit');
    expect(printed()).toMatch(/NOTIFY cookie \d+ notify_id \d+ from \d+/);
    expect(printed()).toContain('hello');
    expect(await rados('watched', 'listwatchers', 'w')).toBe('');
  });

  test('a watcher that is killed is one until its time is over', async () => {
    await rados('watched', 'create', 'k');
    const watcher = spawn('rados', ['-c', ours.confFile, '-p', 'watched', 'watch', 'k']);
    await until(async () => (await rados('watched', 'listwatchers', 'k')) !== '');
    watcher.kill('SIGKILL');
    await once(watcher, 'exit');
    expect(await rados('watched', 'listwatchers', 'k')).not.toBe('');
  });
});

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
    });
  }
  return () => text;
}

/** Asks again and again; each time asks somebody else's program, so this is no busy loop. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('too late');
  }
}
