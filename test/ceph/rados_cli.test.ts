import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bundleProgram, ours, runProgram, theirs } from './cli_runs.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

/** A name of control bytes, and one that is not ASCII. */
const CONTROL = 'ctl\u0001\n\tname';
const WIDE = 'ünï 漢 🐙';
const MANY = 2500;
const BIG = 10_000_000;

/** Debian's, which has python3-rados. */
const PYTHON = '/usr/bin/python3';

/** By python-rados: names that are no UTF-8, and many of everything. */
const FILL = `
import rados, sys
cluster = rados.Rados(conffile=sys.argv[1])
cluster.connect(timeout=20)
io = cluster.open_ioctx('many')
for i in range(${MANY}):
    io.set_namespace('ns%d' % (i % 3) if i % 3 else '')
    io.aio_write_full('object %d' % i, b'')
io.aio_flush()
io = cluster.open_ioctx('rep')
with rados.WriteOpCtx() as op:
    keys = ['key %d' % i for i in range(${MANY})] + ['a\\tb', 'é', 'empty']
    io.set_omap(op, tuple(keys), tuple(b'' if key == 'empty' else key.encode() * 5 for key in keys))
    io.operate_write_op(op, 'omap')
with rados.WriteOpCtx() as op:
    io.set_omap(op, ('same', 'rows'), (b'a' * 48 + b'b' * 48 + b'c' * 5, bytes(range(256)) + bytes(64)))
    io.operate_write_op(op, 'dumps')
`;

/** Of what both print the same, byte for byte, and end with the same code. */
const SAME: readonly (readonly string[])[] = [
  ['lspools'],
  ['-p', 'rep', 'ls'],
  ['-p', 'rep', 'ls', '-'],
  ['-p', 'rep', '--all', 'ls'],
  ['-p', 'rep', 'ls', '--all', '--default'],
  ['-p', 'rep', '-N', 'ns', 'ls'],
  ['-p', 'rep', '-N', '', '--all', 'ls'],
  ['-p', 'ec', 'ls'],
  ['-p', 'many', 'ls', '--all'],
  ['-p', 'many', '--namespace=ns1', 'ls'],
  ['-p', 'many', 'ls', '--all', '-f', 'json'],
  ['-p', 'many', 'ls', '--pgid', '4.3'],
  ...['json', 'json-pretty', 'xml', 'xml-pretty'].flatMap((format) => [
    ['-p', 'rep', 'ls', '--all', '--format', format],
    ['-p', 'rep', '-N', 'none', 'ls', '-f', format],
    ['-p', 'snaps', 'listsnaps', 'o', '-f', format],
    ['-p', 'rep', 'lock', 'info', 'hello', 'a lock', '-f', format],
    ['df', '-f', format],
  ]),
  ['-p', 'rep', 'ls', '-f', 'json', '--pretty-format'],
  ['--pgid', '1.2', 'ls'],
  ['--pgid', '1.7', '-p', 'rep', 'ls'],
  ['--pgid', '1.ff', 'ls'],
  ['ls'],
  ['-p', 'rep', 'ls', 'file'],
  ['-p', 'rep', 'stat', 'hello'],
  ['-p', 'rep', 'stat2', 'hello'],
  ['-p', 'rep', 'stat', CONTROL],
  ['-p', 'rep', 'stat2', WIDE],
  ['-p', 'rep', 'stat', 'nothing'],
  ['-p', 'rep', 'stat', ''],
  ['-p', 'rep', 'stat', 'x'.repeat(2049)],
  ['-p', 'rep', 'stat', 'nsobject'],
  ['-p', 'rep', '-N', 'ns', 'stat', 'nsobject'],
  ['-p', 'rep', '--object-locator', 'key', 'stat', 'located'],
  ['-p', 'rep', 'stat', 'located'],
  ['-p', 'none', 'stat', 'hello'],
  ['-p', '', 'stat', 'hello'],
  ['-p', 'rep', 'get', 'hello', '-'],
  ['-p', 'rep', 'get', CONTROL, '-'],
  ['-p', 'rep', 'get', 'nothing', '-'],
  ['-p', 'rep', 'get', 'hello', '/no/such/folder'],
  ['-p', 'rep', 'get', 'hello', '/dev/full'],
  ['-p', 'rep', 'get', 'big', '-'],
  ['-p', 'rep', '-b', '100000', 'get', 'big', '-'],
  ['-p', 'rep', '-b', '0', 'get', 'big', '-'],
  ['-p', 'rep', '-b', '1', 'get', 'hello', '-'],
  ['-p', 'rep', '-b', '6', 'get', 'hello', '-'],
  ['-p', 'rep', '--offset', '2', 'get', 'hello', '-'],
  ['-p', 'ec', 'get', 'big', '-'],
  ['-p', 'ec', '-b', '10000', 'get', 'hello', '-'],
  ['-p', 'striped', '--striper', 'ls'],
  ['-p', 'striped', '--striper', 'ls', '-f', 'json'],
  ['-p', 'striped', '--striper', 'stat', 'wide'],
  ['-p', 'striped', '--striper', 'stat2', 'wide'],
  ['-p', 'striped', '--striper', 'stat', 'nothing'],
  ['-p', 'striped', '--striper', 'get', 'nothing', '-'],
  ['-p', 'striped', '--striper', 'listxattr', 'wide'],
  ['-p', 'striped', '--striper', 'getxattr', 'wide', 'color'],
  ['-p', 'striped', '--striper', 'getxattr', 'wide', 'nothing'],
  ['-p', 'rep', 'mapext', 'big'],
  ['-p', 'rep', 'mapext', 'nothing'],
  ['-p', 'ec', 'mapext', 'big'],
  ['-p', 'rep', 'listxattr', 'hello'],
  ['-p', 'rep', 'listxattr', 'nothing'],
  ['-p', 'rep', 'listxattr', 'big'],
  ['-p', 'rep', 'getxattr', 'hello', 'color'],
  ['-p', 'rep', 'getxattr', 'hello', 'bytes'],
  ['-p', 'rep', 'getxattr', 'hello', 'nothing'],
  ['-p', 'rep', 'getxattr', CONTROL, 'nothing'],
  ['-p', 'rep', 'listomapkeys', 'omap'],
  ['-p', 'rep', 'listomapkeys', 'nothing'],
  ['-p', 'rep', 'listomapvals', 'omap'],
  ['-p', 'rep', 'listomapvals', 'dumps'],
  ['-p', 'rep', 'listomapvals', 'hello', 'and more'],
  ['-p', 'rep', 'listomapvals', 'nothing'],
  ['-p', 'ec', 'listomapvals', 'big'],
  ['-p', 'rep', 'getomapval', 'omap', 'key 7'],
  ['-p', 'rep', 'getomapval', 'omap', 'empty'],
  ['-p', 'rep', 'getomapval', 'omap', 'nothing'],
  ['-p', 'rep', 'getomapval', 'omap', 'no\tthing'],
  ['-p', 'rep', 'getomapval', 'nothing', 'key'],
  ['-p', 'rep', 'getomapval', 'omap', 'key 7', '-'],
  ['-p', 'rep', 'getomapval', 'omap', 'key 7', '/no/such/folder'],
  ['-p', 'ec', 'getomapval', 'big', 'key'],
  ['-p', 'rep', 'getomapheader', 'hello'],
  ['-p', 'rep', 'getomapheader', 'hello', '-'],
  ['-p', 'rep', 'getomapheader', 'big'],
  ['-p', 'rep', 'getomapheader', 'nothing'],
  ['-p', 'snaps', 'lssnap'],
  ['-p', 'rep', 'lssnap'],
  ['-p', 'snaps', 'listsnaps', 'o'],
  ['-p', 'snaps', 'listsnaps', 'o', '--pretty-format'],
  ['-p', 'snaps', 'listsnaps', 'removed'],
  ['-p', 'snaps', 'listsnaps', 'nothing'],
  ['-p', 'rep', 'listsnaps', 'hello'],
  ['-p', 'rep', 'listsnaps', WIDE],
  ['-p', 'snaps', '-s', 's1', 'stat', 'o'],
  ['-p', 'snaps', '-s', 's1', 'get', 'o', '-'],
  ['-p', 'snaps', '-S', '2', 'get', 'o', '-'],
  ['-p', 'snaps', '--snapid=2', 'getxattr', 'o', 'when'],
  ['-p', 'snaps', '-s', 's1', 'get', 'removed', '-'],
  ['-p', 'snaps', 'get', 'removed', '-'],
  ['-p', 'snaps', '-s', 's1', 'ls'],
  ['-p', 'snaps', '-s', 's9', 'stat', 'o'],
  ['-p', 'snaps', '-S', '99', 'stat', 'o'],
  ['-p', 'snaps', '-S', 'x', 'stat', 'o'],
  ['-p', 'rep', 'listwatchers', 'watched'],
  ['-p', 'rep', 'listwatchers', 'hello'],
  ['-p', 'rep', 'listwatchers', 'nothing'],
  ['-p', 'rep', 'lock', 'list', 'hello'],
  ['-p', 'rep', 'lock', 'list', 'big'],
  ['-p', 'rep', 'lock', 'list', 'nothing'],
  ['-p', 'rep', 'lock', 'info', 'hello', 'a lock'],
  ['-p', 'rep', 'lock', 'info', 'hello', 'nothing'],
  ['-p', 'rep', 'lock', 'info', 'nothing', 'nothing', '--pretty-format'],
  ['df'],
  ['-p', 'rep', 'df'],
  ['-p', 'none', 'df'],
  ['-p', 'rep', 'bench', '1', 'rand'],
  ['-p', 'rep', 'bench', 'x', 'rand'],
  ['-p', 'rep', 'bench', '1', 'rand', '-b', '4096'],
  ['-p', 'rep', 'bench', '1', 'seq', '-o', 'file'],
  ['-p', 'rep', 'bench', '1', 'seq', '--write-omap'],
  ['-p', 'rep', '-t', 'x', 'bench', '1', 'rand'],
  ['-p', 'rep', '-t', '1KiB', 'bench', '1', 'rand'],
  ['-p', 'rep', '-t', '', 'bench', '1', 'rand'],
  ['-p', 'rep', '-t', '99999999999999999999', 'bench', '1', 'rand'],
  ['-s', 's', 'lspools'],
  ['-S', '1', 'lspools'],
  ['-N', 'ns', 'lspools'],
  ['--object-locator', 'key', 'lspools'],
  ['--pgid', 'x', 'lspools'],
  ['--pgid', '99.0', 'lspools'],
  ['--pgid', '2.1', '-p', 'rep', 'ls'],
  [],
  [''],
  ['-p'],
  ['-p', 'rep'],
  ['-p', 'rep', 'bogus'],
  ['--bogus', 'lspools'],
  ['lspools', '--bogus'],
  ['-prep', 'lspools'],
  ['-p=rep', 'stat', 'hello'],
  ['-p', 'rep', '--', 'stat', 'hello'],
  ['-p', 'rep', 'stat', '--', '-p'],
  ['--format', 'bogus', 'lspools'],
  ['--format', 'plain', 'lspools'],
  ['-f', 'plain', 'lspools'],
  ['-f', 'json', 'lspools'],
  ['lspools', '-f'],
  ['--obj-name-file', '/no/such/file', '-p', 'rep', 'stat'],
  ['--user', 'admin', '--debug-ms', '0', '--log_to_stderr=false', 'lspools'],
  ['--client_mount_timeout', '20', '--rados-osd-op-timeout=20', '-p', 'rep', 'stat', 'hello'],
];

/** The rest of `ceph` is compared with cephx. */
const CEPH = [
  { line: 'osd tree' },
  { line: 'osd map rep hello -f json' },
  { line: 'osd map none hello' },
  { line: 'mon dump -f json-pretty' },
  { line: 'tell mon.a version' },
];

/** Where ours is told to print something else, with the same code; the reason is the name of the test. */
const OTHERWISE: readonly {
  why: string;
  args: readonly string[];
  stdout: RegExp;
  stderr: RegExp;
}[] = [
  {
    why: 'its usage names only what it has, and is in its own words',
    args: ['-h'],
    stdout: /^usage: rados .*listomapkeys OBJECT/s,
    stderr: /^$/,
  },
  {
    why: 'its usage is on stderr as a whole',
    args: ['-p', 'rep', 'stat'],
    stdout: /^$/,
    stderr: /^usage: rados /,
  },
  {
    why: 'a value that begins with a dash before an operand is taken for wrong use, as ever',
    args: ['-p', 'rep', '-o', '-', 'get', 'hello', '-'],
    stdout: /^$/,
    stderr: /^usage: rados /,
  },
  {
    why: 'it is no Ceph, and says so',
    args: ['--version'],
    stdout: /^radosim, like rados of ceph 16\.2/,
    stderr: /^$/,
  },
  {
    why: 'the name of the file that is not there is told with its place',
    args: ['-c', '/no/such/file', 'lspools'],
    stdout: /^$/,
    stderr: /\/no\/such\/file/,
  },
  {
    why: 'before the words of the original, who was asked for how long is told',
    args: ['-m', 'v2:127.0.0.1:1', '--client_mount_timeout', '1', 'lspools'],
    stdout: /^$/,
    stderr:
      /^rados: connect: ETIMEDOUT: .*127\.0\.0\.1:1.*\nfailed to fetch mon config \(--no-mon-config to skip\)\n$/,
  },
  {
    why: 'the same without the options of the monitors',
    args: ['-m', 'v2:127.0.0.1:1', '--client_mount_timeout=1', '--no-mon-config', 'lspools'],
    stdout: /^$/,
    stderr: /127\.0\.0\.1:1.*\ncouldn't connect to cluster: \(110\) Connection timed out\n$/,
  },
];

describe.skipIf(skipWithoutCeph())('rados, ours and the real one, on one real cluster', () => {
  let cluster: CephCluster;
  let dir: string;
  let watcher: ChildProcess;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'radosim-rados-cli-'));
    cluster = await CephCluster.start({ msgr: 'v2', auth: 'none' });
    vi.stubEnv('CEPH_CONF', cluster.confFile);
    vi.stubEnv('CEPH_ARGS', '');
    await fill();
  });

  afterAll(async () => {
    watcher?.kill();
    await cluster?.stop();
    vi.unstubAllEnvs();
    await rm(dir, { recursive: true });
  });

  async function fill(): Promise<void> {
    const profile = ['k=2', 'm=1', 'crush-failure-domain=host'];
    await cluster.ceph('osd', 'pool', 'create', 'rep', '8');
    await cluster.ceph('osd', 'erasure-code-profile', 'set', 'k2m1', ...profile);
    await cluster.ceph('osd', 'pool', 'create', 'ec', '8', '8', 'erasure', 'k2m1');
    await cluster.ceph('osd', 'pool', 'create', 'snaps', '8');
    await cluster.ceph('osd', 'pool', 'create', 'many', '8');
    const hello = new TextEncoder().encode('hello\n');
    const big = Uint8Array.from({ length: BIG }, (_, i) => (i * 31) ^ (i >> 8));
    for (const pool of ['rep', 'ec']) {
      await put(pool, 'hello', hello);
      await put(pool, 'big', big);
    }
    for (const oid of [CONTROL, WIDE, 'watched']) await put('rep', oid, hello);
    await put('rep', 'nsobject', hello, '-N', 'ns');
    await put('rep', 'located', hello, '--object-locator', 'key');
    await cluster.rados('-p', 'rep', 'setxattr', 'hello', 'color', 'blue');
    await cluster.run('rados', ['-p', 'rep', 'setxattr', 'hello', 'bytes'], big.subarray(0, 999));
    await cluster.rados('-p', 'rep', 'setomapheader', 'hello', 'a header');
    await cluster.rados('-p', 'rep', 'lock', 'get', 'hello', 'a lock', '--lock-cookie', 'c');
    await cluster.ceph('osd', 'pool', 'create', 'striped', '8');
    await put('striped', 'wide', big, '--striper');
    await put('striped', 'not striped', hello);
    await cluster.rados('-p', 'striped', '--striper', 'setxattr', 'wide', 'color', 'blue');
    await fillSnaps(hello, big);
    await cluster.run(PYTHON, ['-c', FILL, cluster.confFile]);
    watcher = spawn('rados', ['-p', 'rep', 'watch', 'watched'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    if (watcher.stdout !== null) await once(watcher.stdout, 'data');
  }

  async function fillSnaps(hello: Uint8Array, big: Uint8Array): Promise<void> {
    await put('snaps', 'o', hello);
    await put('snaps', 'removed', hello);
    await cluster.rados('-p', 'snaps', 'setxattr', 'o', 'when', 'first');
    await cluster.rados('-p', 'snaps', 'mksnap', 's1');
    await put('snaps', 'o', big);
    await cluster.rados('-p', 'snaps', 'rm', 'removed');
    await cluster.rados('-p', 'snaps', 'mksnap', 's2');
    await cluster.rados('-p', 'snaps', 'mksnap', 'the third');
    await put('snaps', 'o', hello, '--offset', '100');
  }

  function put(pool: string, oid: string, data: Uint8Array, ...more: string[]): Promise<Buffer> {
    return cluster.run('rados', ['-p', pool, ...more, 'put', oid, '-'], data);
  }

  test.each(SAME.map((args) => ({ args, line: args.join(' ').slice(0, 80) })))(
    'the same is printed: rados $line',
    async ({ args }) => {
      const [real, mine] = await Promise.all([theirs('rados', args), ours('rados', args)]);
      expect(mine).toEqual(real);
    },
  );

  test.each(CEPH)('with auth none, too, the same is printed: ceph $line', async ({ line }) => {
    const args = line.split(' ');
    const [real, mine] = await Promise.all([theirs('ceph', args), ours('ceph', args)]);
    expect(mine).toEqual(real);
  });

  test.each(OTHERWISE)('otherwise: $why', async ({ args, stdout, stderr }) => {
    const [real, mine] = await Promise.all([theirs('rados', args), ours('rados', args)]);
    expect(mine.code).toBe(real.code);
    expect(mine.stdout).toMatch(stdout);
    expect(mine.stderr).toMatch(stderr);
  });

  test.each(['put hello /dev/null', 'rm hello', 'setxattr hello a b', 'mksnap s', 'bench 1 write'])(
    'what changes something is refused: %s',
    async (line) => {
      const { code, stderr } = await ours('rados', ['-p', 'rep', ...line.split(' ')]);
      expect(code).toBe(1);
      expect(stderr).toBe(`rados: ${line.split(' ')[0]}: not here: this tool reads only\n`);
    },
  );

  test('objects with a locator key do not end the list of a placement group, as they do in the original', async () => {
    const seeds = ['0', '1', '2', '3', '4', '5', '6', '7'];
    const lists = await Promise.all(
      seeds.map((seed) => ours('rados', ['--pgid', `1.${seed}`, 'ls'])),
    );
    const { stdout } = await ours('rados', ['-p', 'rep', 'ls']);
    const lines = (text: string): string[] => text.split('\n').sort();
    expect(
      lines(lists.map((list) => list.stdout.trimEnd()).join('\n'))
        .join('\n')
        .trim(),
    ).toBe(lines(stdout).join('\n').trim());
  });

  test('CEPH_ARGS stand before the line', async () => {
    vi.stubEnv('CEPH_ARGS', '-p rep --all');
    try {
      const [real, mine] = await Promise.all([theirs('rados', ['ls']), ours('rados', ['ls'])]);
      expect(mine).toEqual(real);
    } finally {
      vi.stubEnv('CEPH_ARGS', '');
    }
  });

  test('files are written as the original writes them', async () => {
    for (const args of [
      ['-p', 'rep', 'get', 'big'],
      ['-p', 'rep', 'getomapval', 'omap', 'key 7'],
      ['-p', 'rep', 'getomapheader', 'hello'],
    ]) {
      const [file, other] = [join(dir, 'theirs'), join(dir, 'ours')];
      const real = await theirs('rados', [...args, file]);
      const mine = await ours('rados', [...args, other]);
      expect(mine.stderr.replaceAll(other, file)).toBe(real.stderr);
      expect(mine.code).toBe(real.code);
      expect((await readFile(other)).equals(await readFile(file))).toBe(true);
    }
    await ours('rados', ['-p', 'rep', '-o', join(dir, 'list'), 'ls', 'x']);
    const { stdout } = await theirs('rados', ['-p', 'rep', 'ls']);
    expect(await readFile(join(dir, 'list'), 'latin1')).toBe(stdout);
  });

  test('a striped object is read as it was put; the original may crash when it has read it', async () => {
    const whole = await theirs('rados', ['-p', 'rep', 'get', 'big', '-']);
    const args = ['-p', 'striped', '--striper', 'get', 'wide', '-'];
    expect(await ours('rados', args)).toEqual(whole);
  });

  test('names that are no UTF-8 come from files', async () => {
    await writeFile(join(dir, 'name'), Buffer.from([0xff, 0x00, 0x80, 0x41]));
    await writeFile(join(dir, 'key'), 'key 7');
    const name = ['-p', 'rep', '--obj-name-file', join(dir, 'name')];
    await cluster.run('rados', [...name, 'put', '-'], new Uint8Array([1, 2, 3]));
    await cluster.rados(...name, 'setxattr', 'x', 'y');
    for (const args of [
      [...name, 'get', '-'],
      [...name, 'stat'],
      [...name, 'listxattr'],
      ['-p', 'rep', '--omap-key-file', join(dir, 'key'), 'getomapval', 'omap'],
      ['-p', 'rep', 'ls', '--all'],
    ]) {
      expect(await ours('rados', args)).toEqual(await theirs('rados', args));
    }
    await cluster.rados(...name, 'rm');
  });

  test('who did not answer in time is told, with its address', async () => {
    await cluster.ceph('osd', 'set', 'pause');
    try {
      const args = ['--rados_osd_op_timeout', '1', '-p', 'rep', 'stat', 'hello'];
      const [real, mine] = await Promise.all([theirs('rados', args), ours('rados', args)]);
      const [first, ...rest] = mine.stderr.split('\n');
      expect(first).toMatch(
        /^rados: stat 'hello' in 'rep': ETIMEDOUT.*; osd\.\d is at .*127\.0\.0\.1:/,
      );
      expect({ ...mine, stderr: rest.join('\n') }).toEqual(real);
    } finally {
      await cluster.ceph('osd', 'unset', 'pause');
    }
  });

  describe('as a program', () => {
    let program: string;

    beforeAll(async () => {
      program = await bundleProgram(dir);
    });

    test.each([
      ['-p', 'rep', 'get', 'big', '-'],
      ['-p', 'many', 'ls', '--all'],
      ['-p', 'rep', 'get', 'nothing', '-'],
      ['--format', 'bogus', 'lspools'],
    ])('it prints, and ends, as the original: %s %s %s %s', async (...args) => {
      const [real, mine] = await Promise.all([
        theirs('rados', args),
        runProgram('node', [program, 'rados', ...args]),
      ]);
      expect(mine).toEqual(real);
    });

    test('it ends without a word when nobody reads any more', async () => {
      const line = `node '${program}' rados -p rep get big - | head -c 10 | wc -c`;
      expect(await runProgram('bash', ['-o', 'pipefail', '-c', line])).toEqual({
        code: 0,
        stdout: '10\n',
        stderr: '',
      });
    });
  });
});
