import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfFile, ConfFileError } from '../../src/common/ConfFile.ts';
import { Config, ConfigError } from '../../src/common/config.ts';
import { OPTION_DEFAULTS } from '../../src/common/options.ts';
import { Rados } from '../../src/index.ts';
import { readCephConf } from '../../src/node/ceph_conf.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const RUNS = 150;
const TIMEOUT_MS = 120_000;
/** Later than 16.2. */
const NEWER_OPTIONS = /^ms_osd_compress|^ms_compress_secure$/;

let dir = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'radosim-ceph-conf-'));
});

afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** What `ceph-conf` says of a ceph.conf with this text. */
function cephConf(text: string, ...args: string[]): { stdout: string; stderr: string } {
  const path = join(dir, 'east.conf');
  writeFileSync(path, text);
  const env = { PATH: process.env['PATH'], HOME: dir };
  return spawnSync('ceph-conf', ['-c', path, ...args], { env, encoding: 'utf8' });
}

/** Sections and lines as `--show_conf` prints them, or where the text goes wrong. */
function theirs(text: string): string {
  const { stderr } = cephConf(text, '--show_conf');
  return /parse error: (.*)/s.exec(stderr)?.[1]?.trimEnd() ?? stderr.trimEnd();
}

function ours(text: string): string {
  try {
    return print(ConfFile.parse(text)).trimEnd();
  } catch (error) {
    if (!(error instanceof ConfFileError)) throw error;
    return `${error.reason} in line ${error.line} at position ${error.column}`;
  }
}

function print({ sections }: ConfFile): string {
  const byKey = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return byKey(sections)
    .map(([name, lines]) => {
      const shown = byKey(lines).filter(([key]) => key !== '');
      return `[${name}]\n${shown.map(([key, { value }]) => `\t${key} = "${value}"\n`).join('')}`;
    })
    .join('');
}

const PIECES = [
  ...['[', ']', '#', ';', '\\', '"', "'", '=', '=', ' ', '  ', '\t', 'a', 'bb', 'x-y', 'mon host'],
  ...['\n', '\n', '\n', '\\\n', '[global]\n', '[client]\n', 'a = 1\n', ' b = "q w"\n', '# c\n'],
];

/** Half of them begin as a ceph.conf does, and most end as it does. */
const anyText = fc
  .tuple(
    fc.constantFrom('', '[global]\n'),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }),
    fc.constantFrom('\n', '\n', '\n', ''),
  )
  .map(([first, pieces, last]) => first + pieces.join('') + last);

/** What is a ceph.conf nearly always. */
const soundText = fc
  .array(
    fc.oneof(
      fc.constantFrom('[global]', '[client]', '[client.joe]', '# c', '; d', '', '  '),
      fc
        .tuple(
          fc.constantFrom('a', ' mon host', 'mon_host ', 'mon-host', '\tA', 'a  b'),
          fc.array(
            fc.constantFrom('x', ' ', '\\;', '\\"', '\\\n', '$name', '"', '=', ' # c', '\t'),
          ),
        )
        .map(([key, value]) => `${key} = ${value.join('')}`),
    ),
  )
  .map((lines) => ['[global]', ...lines].map((line) => `${line}\n`).join(''));

describe.skipIf(skipWithoutCeph())('ceph.conf', { timeout: TIMEOUT_MS }, () => {
  test.each([
    ['any text', anyText],
    ['sound text', soundText],
  ])('%s is what it is to ceph-conf, or wrong at the same place', (_what, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(ours(text)).toBe(theirs(text));
      }),
      { numRuns: RUNS },
    );
  });

  test('a key is looked up in the same sections, and its variables are the same', () => {
    const words = fc.array(
      fc.constantFrom(
        ...['x', '$', '{', '}', '/', '$cluster', '$name', `\${id}`, '$type', '$num', '$host'],
        ...['$keyring', '$nothing', '$A', '$mon_host_', '$objecter_inflight_ops'],
      ),
      { minLength: 1, maxLength: 6 },
    );
    const sections = fc.constantFrom('global', 'client', 'client.joe', 'client.al', 'osd');
    fc.assert(
      fc.property(fc.array(fc.tuple(sections, words), { minLength: 1, maxLength: 4 }), (said) => {
        const text = said
          .map(([name, value]) => `[${name}]\nmon host = ${value.join('')}\n`)
          .join('');
        const { stdout } = cephConf(text, '--name', 'client.joe', '--lookup', 'mon_host');
        const { conf } = readCephConf({ confFile: join(dir, 'east.conf'), name: 'client.joe' }, {});
        expect(conf.mon_host ?? '').toBe(stdout.replace(/\n$/, ''));
      }),
      { numRuns: RUNS },
    );
  });

  test('$home is ours', () => {
    const { stdout } = cephConf('[global]\nmon host = $home/x\n', '--lookup', 'mon_host');
    const { conf } = readCephConf({ confFile: join(dir, 'east.conf') }, { HOME: dir });
    expect(conf.mon_host).toBe(stdout.trim());
  });
});

/** The value that counts once `ceph-conf` has read the text, or undefined if that is none. */
function theirValue(key: string, text: string): string | undefined {
  const { stdout, stderr } = cephConf('[global]\n', '--show-config-value', key, `--${key}=${text}`);
  return stderr.includes('parse error') ? undefined : stdout.trim();
}

function ourValue(key: string, text: string): string | undefined {
  const self = { cluster: 'ceph', type: 'client', id: 'x', host: 'h', home: '/', pid: 1 };
  const said = new Map([[key, { value: text, where: 'here' }]]);
  try {
    return String(Object.values(new Config(self, [said]).options())[0]);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

describe.skipIf(skipWithoutCeph())('the value of an option', { timeout: TIMEOUT_MS }, () => {
  const keys = Object.entries(OPTION_DEFAULTS)
    .filter(([key, value]) => typeof value === 'number' && !NEWER_OPTIONS.test(key))
    .map(([key]) => key);
  const texts = fc
    .tuple(
      fc.constantFrom('', '+', '-'),
      fc.constantFrom('', '0', '1', '12', '1.5', '.5', '5.', '1e2', '007'),
      fc.constantFrom(
        ...['', 'K', 'Ki', 'KB', 'M', 'G', 'B', 'k', 'm', 'mo', 's', 'sec', ' min', 'h 5', 'h5m'],
      ),
    )
    .map((parts) => parts.join(''));

  test('is the number that it is to Ceph, or none to both', () => {
    fc.assert(
      fc.property(fc.constantFrom(...keys), texts, (key, text) => {
        const their = theirValue(key, text);
        expect(ourValue(key, text)).toBe(their === undefined ? undefined : String(Number(their)));
      }),
      { numRuns: RUNS },
    );
  });

  test('has the default that it has in Ceph', () => {
    const said = cephConf('', '-D').stdout;
    const defaults = new Map(
      said
        .split('\n')
        .map((line) => /^(\S+) = (.*)$/.exec(line)?.slice(1) ?? [])
        .map(([key = '', value = '']) => [key, value]),
    );
    const theirs = keys.map((key) => [key, Number(defaults.get(key))]);
    expect(Object.fromEntries(theirs)).toEqual(
      Object.fromEntries(Object.entries(OPTION_DEFAULTS).filter(([key]) => keys.includes(key))),
    );
  });
});

describe.skipIf(skipWithoutCeph())('a real Ceph, found by its ceph.conf', () => {
  test('is connected to', { timeout: TIMEOUT_MS }, async () => {
    await using ceph = await CephCluster.start({ msgr: 'v2', auth: 'cephx', osds: 1 });
    await using rados = await Rados.connect({ confFile: ceph.confFile });
    expect(rados.getFsid()).toBe((await ceph.ceph('fsid')).trim());
  });
});
