import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type CliRun, ours, theirs } from './cli_runs.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const FORMATS = ['json', 'xml-pretty', 'plain'];

/** Of what both print the same, byte for byte, and end with the same code. */
const SAME: readonly (readonly string[])[] = [
  ...FORMATS.flatMap((format) => [
    ['osd', 'tree', '-f', format],
    [`--format=${format}`, 'osd', 'map', 'rep', 'hello'],
  ]),
  ['fsid'],
  ['health'],
  ['health', 'detail', '-f', 'json'],
  ['osd', 'map', 'rep', 'hello', 'a namespace'],
  ['osd', 'map', '--pool', 'rep', '--object', 'hello'],
  ['osd', 'map', '--pool=rep', '--object=hello', '--nspace', 'ns'],
  ['osd', 'map', 'rep', 'ü'],
  ['osd', 'map', 'rep', 'a\u0001b\n'],
  ['osd', 'map', 'none', 'hello'],
  ['osd', 'map'],
  ['osd', 'map', 'rep', 'hello', 'ns', "it's", 'ü\t', '"'],
  ['osd', 'map', 'rep', 'hello', '--', '--nspace=ns'],
  ['pg', 'map', '1.1'],
  ['pg', 'map', '99.0'],
  ['osd', 'dump'],
  ['osd', 'lspools'],
  ['osd', 'pool', 'ls', 'detail'],
  ['osd', 'pool', 'get', 'rep', 'pg_num'],
  ['osd', 'pool', 'create'],
  ['osd', 'find', 'osd.1'],
  ['osd', 'find', '99'],
  ['osd', 'tree', 'up', 'down'],
  ['osd', 'tree', '99999'],
  ['osd', 'tre'],
  ['osd', 'crush', 'tree', '--show-shadow'],
  ['osd', 'crush', 'rule', 'dump'],
  ['osd', 'getmap', '-o', '-'],
  ['osd', 'getcrushmap', '--out-file=-'],
  ['osd', 'setcrushmap', '-i', '/dev/null'],
  ['osd', 'reweight', '0', '1.5'],
  ['osd', 'blocklist', 'ls'],
  ['mon', 'dump'],
  ['mon', 'getmap', '-o', '-'],
  ['config', 'dump'],
  ['config-key', 'get', 'none'],
  ['versions'],
  ['osd'],
  ['bogus'],
  [''],
  ['-fjson', 'fsid'],
  ['--form', 'json', 'fsid'],
  ['fsid', '-o', '/no/such/folder'],
  ['fsid', '-i', '/no/such/file'],
  ['fsid', '--client_mount_timeout', '20', '--debug-ms=0'],
  ['--id', 'admin', 'fsid', '--connect-timeout', '20'],
  ['tell', 'mon.a', 'version'],
  ['tell', 'mon.*', 'version'],
  ['tell', 'mon.a', 'bogus'],
  ['tell', 'mon.a', 'help'],
  ['tell', 'mon.b', 'version'],
  ['tell', 'bogus', 'version'],
];

/** Where ours is told to print something else, with the same code; the reason is the name of the test. */
const OTHERWISE: readonly {
  why: string;
  args: readonly string[];
  stdout: RegExp;
  stderr: RegExp;
}[] = [
  {
    why: 'its usage is in its own words, above the complaint of the original',
    args: ['-f', 'bogus', 'fsid'],
    stdout: /^$/,
    stderr:
      /^usage: ceph .*\nceph: error: argument -f\/--format: invalid choice: 'bogus' \(choose from 'json', 'json-pretty', 'xml', 'xml-pretty', 'plain', 'yaml'\)\n$/s,
  },
  {
    why: 'the same where a beginning fits two options',
    args: ['--v'],
    stdout: /^$/,
    stderr: /\nceph: error: ambiguous option: --v could match --version, --verbose\n$/,
  },
  {
    why: 'it is no Ceph, and says so',
    args: ['--version'],
    stdout: /^radosim, like ceph 16\.2/,
    stderr: /^$/,
  },
  {
    why: 'it has another path',
    args: ['tell', 'mon.a'],
    stdout: /^$/,
    stderr: /^"ceph tell" requires additional arguments\. Try "ceph tell <name>/,
  },
  {
    why: 'the file that is not there is named',
    args: ['-c', '/no/such/file', 'fsid'],
    stdout: /^$/,
    stderr: /^Error initializing cluster client: .*\/no\/such\/file/,
  },
  {
    why: 'who was asked for how long is told before the words of the original',
    args: ['-m', 'v2:127.0.0.1:1', '--connect-timeout', '1', 'fsid'],
    stdout: /^$/,
    stderr: /^ceph: connect: ETIMEDOUT: .*127\.0\.0\.1:1.*\ntimed out\n$/,
  },
  {
    why: 'so, too, where the configuration says how long',
    args: ['-m', 'v2:127.0.0.1:1', '--client_mount_timeout', '1', 'fsid'],
    stdout: /^$/,
    stderr:
      /^ceph: connect: ETIMEDOUT: .*127\.0\.0\.1:1.*\n\[errno 110\] RADOS timed out \(error connecting to the cluster\)\n$/,
  },
];

/** What passes between two runs. */
function withoutAges({ code, stdout, stderr }: CliRun): CliRun {
  return { code, stdout: stdout.replaceAll(/(since|age) [^)]*|"\w*age":\d+/g, '$1'), stderr };
}

describe.skipIf(skipWithoutCeph())(
  'ceph, ours and the real one, on one real cluster with cephx',
  () => {
    let cluster: CephCluster;
    let dir: string;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'radosim-ceph-cli-'));
      cluster = await CephCluster.start({ msgr: 'v2', auth: 'cephx' });
      vi.stubEnv('CEPH_CONF', cluster.confFile);
      vi.stubEnv('CEPH_ARGS', '');
      await cluster.ceph('osd', 'pool', 'create', 'rep', '8');
      await mapStandsStill();
    });

    afterAll(async () => {
      await cluster?.stop();
      vi.unstubAllEnvs();
      await rm(dir, { recursive: true });
    });

    /** A pool that is being made changes the map once more when it is there. */
    async function mapStandsStill(): Promise<void> {
      while ((await cluster.ceph('osd', 'pool', 'ls', 'detail')).includes('creating'));
    }

    test.each(SAME.map((args) => ({ args, line: args.join(' ') })))(
      'the same is printed: ceph $line',
      async ({ args }) => {
        const [real, mine] = await Promise.all([theirs('ceph', args), ours('ceph', args)]);
        expect(mine).toEqual(real);
      },
    );

    test.each(OTHERWISE)('otherwise: $why', async ({ args, stdout, stderr }) => {
      const [real, mine] = await Promise.all([theirs('ceph', args), ours('ceph', args)]);
      expect(mine.code).toBe(real.code);
      expect(mine.stdout).toMatch(stdout);
      expect(mine.stderr).toMatch(stderr);
    });

    test.each([['-s'], ['-sf', 'json'], ['osd', 'stat']])(
      'but for ages, the same is printed: ceph %s %s',
      async (...args) => {
        const [real, mine] = await Promise.all([theirs('ceph', args), ours('ceph', args)]);
        expect(withoutAges(mine)).toEqual(withoutAges(real));
      },
    );

    test('a daemon is asked over its socket', async () => {
      const socket = (await readdir(cluster.dir)).find((name) => /^mon\.a\.\d+\.asok$/.test(name));
      const path = join(cluster.dir, socket ?? '');
      for (const args of [
        ['daemon', path, 'version'],
        ['daemon', path, 'config', 'get', 'mon_host', '-f', 'xml'],
        ['--admin-daemon', path, 'bogus'],
        ['--admin-daemon', path, 'config', 'get'],
        ['daemon', path],
        ['daemon'],
      ]) {
        expect(await ours('ceph', args)).toEqual(await theirs('ceph', args));
      }
    });

    test('a daemon is found by its name in the configuration', async () => {
      const conf = join(dir, 'daemon.conf');
      await writeFile(conf, `[mon.a]\nadmin socket = ${dir}/$name.asok\n`);
      const { code, stderr } = await ours('ceph', ['-c', conf, 'daemon', 'mon.a', 'version']);
      expect(code).toBe(22);
      expect(stderr).toContain(`${dir}/mon.a.asok`);
    });

    test('maps are written into files', async () => {
      const [file, other] = [join(dir, 'theirs'), join(dir, 'ours')];
      const real = await theirs('ceph', ['osd', 'getmap', '-o', file]);
      expect(await ours('ceph', ['osd', 'getmap', '-o', other])).toEqual(real);
      expect((await readFile(other)).equals(await readFile(file))).toBe(true);
    });

    test('what a command is to work on comes from a file', async () => {
      await writeFile(join(dir, 'value'), 'from a file\n');
      await ours('ceph', ['config-key', 'set', 'key', '-i', join(dir, 'value')]);
      expect((await theirs('ceph', ['config-key', 'get', 'key'])).stdout).toBe('from a file\n');
    });

    test('the commands of the monitors are told with --help as the original tells them', async () => {
      const args = ['--help', 'osd', 'pool'];
      const [real, mine] = await Promise.all([theirs('ceph', args), ours('ceph', args)]);
      const commands = (text: string): string => text.slice(text.indexOf('Monitor commands:'));
      expect(commands(mine.stdout)).toBe(commands(real.stdout));
      expect(mine.code).toBe(real.code);
    });
  },
);
