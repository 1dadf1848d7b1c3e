import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { osdmaptool } from '../../../src/cli/osdmaptool.ts';
import { OSDMap } from '../../../src/osd/OSDMap.ts';
import { HISTORY } from '../../helpers/golden_osdmaps.ts';
import { changeMap, upMap } from '../../helpers/osdmaps.ts';

let dir = '';
beforeAll(() => {
  vi.stubEnv('TZ', 'UTC');
  dir = mkdtempSync(join(tmpdir(), 'radosim-osdmaptool-'));
  writeFileSync(join(dir, 'map'), HISTORY.changed.last);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

function run(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = osdmaptool(args, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

describe('osdmaptool prints what the original prints', () => {
  test.each([
    ['--print', 'print'],
    ['--tree', 'tree'],
    ['--tree=json', 'tree_json'],
    ['--dump json-pretty', 'dump_json-pretty'],
    ['--test-map-pgs-dump-all', 'test-map-pgs-dump-all'],
    ['--mark-up-in --test-map-pgs', 'mark-up-in_--test-map-pgs'],
  ])('%s', (line, name) => {
    const golden = new URL(`../../wire/golden/osd/osdmaptool/${name}.txt`, import.meta.url);
    const file = join(dir, 'map');
    expect(run(file, ...line.split(' '))).toEqual({
      code: 0,
      stdout: readFileSync(golden, 'utf8'),
      stderr: `osdmaptool: osdmap file '${file}'\n`,
    });
  });
});

test('osdmaptool names the commands that take away upmaps which nobody needs', () => {
  const file = join(dir, 'upmaps');
  const map = changeMap(upMap(4, 4, [{ name: 'p', pgNum: 8 }]), (inc) => {
    inc.newPgUpmap.set({ pool: 1, seed: 1 }, [0, 1]);
    inc.newPgUpmapItems.set({ pool: 1, seed: 0 }, [[9, 2]]);
  });
  writeFileSync(file, map.encode());
  expect(run(file, '--upmap-cleanup', '-').stdout).toBe(
    'checking for upmap cleanups\n' +
      'ceph osd rm-pg-upmap 1.1\n' +
      'ceph osd rm-pg-upmap-items 1.0\n',
  );
  expect(run(file, '--upmap-cleanup', '-', '--print').stdout).not.toContain('\npg_upmap');
});

test('osdmaptool makes a map, takes its CRUSH map out and puts it back', () => {
  const [map, crush] = [join(dir, 'new'), join(dir, 'crush')];
  expect(run(map, '--createsimple', '3', '--with-default-pool').stdout).toContain(
    'writing epoch 1',
  );
  expect(run(map, '--export-crush', crush).code).toBe(0);
  expect(run(map, '--import-crush', crush).stdout).toContain('writing epoch 3');
  const { pools, maxOsd, epoch } = OSDMap.decode(readFileSync(map));
  expect([[...pools.keys()], maxOsd, epoch]).toEqual([[1], 3, 3]);
});

test.each([
  [['nofile', '--print'], 255, /can't open nofile: \(2\) No such file/],
  [['--print'], 1, /must specify osdmap filename/],
  [['a', 'b'], 1, /too many arguments/],
  [['a', '--pool'], 1, /Option --pool requires an argument/],
  [['a', '--pool', 'x'], 1, /The option value 'x' is invalid/],
  [['a', '--upmap', 'out'], 1, /--upmap is only in the original/],
  [['a', '--dump', 'xml'], 1, /format xml is only in the original/],
])('osdmaptool %j ends with code %i', (args, code, text) => {
  const { code: ended, stderr } = run(...args);
  expect(ended).toBe(code);
  expect(stderr).toMatch(text);
});

const LONG = 'n'.repeat(300);

test.each([
  [[LONG, '--print'], 255, `can't open ${LONG}: (36) File name too long`],
  [
    ['map', '--export-crush', '/no/where'],
    1,
    'bufferlist::write_file(/no/where): failed to open file: (2) No such file or directory\n' +
      'osdmaptool: error writing crush map to \n',
  ],
  [
    ['--createsimple', '2', '/no/where'],
    1,
    "osdmaptool: error writing to '/no/where': (2) No such file or directory\n",
  ],
  [['map', '--mark-out', 'x'], 1, "osdmaptool: 'x' is no number\n"],
  [['map', '--adjust-crush-weight', '0:x'], 1, "osdmaptool: 'x' is no number\n"],
  [['map', '--pg-num', 'x'], 1, "integer value Expected option value to be integer, got 'x'\n"],
  [['map', '--pool', '4294967296'], 1, "The option value '4294967296' seems to be invalid\n"],
])('osdmaptool %j says why it cannot', (args, code, text) => {
  const { code: ended, stderr } = run(...args.map((arg) => (arg === 'map' ? join(dir, arg) : arg)));
  expect(ended).toBe(code);
  expect(stderr).toContain(text);
});

test('a weight that CRUSH has no room for changes nothing', () => {
  const file = join(dir, 'heavy');
  writeFileSync(file, HISTORY.changed.last);
  const before = OSDMap.decode(HISTORY.changed.last).data.crush;
  expect(run(file, '--adjust-crush-weight', '0:1e9,1:-1', '--save').stdout).toContain(
    'Adjusted osd.0 CRUSH weight to 1e+09\nAdjusted osd.1 CRUSH weight to -1\n',
  );
  expect(OSDMap.decode(readFileSync(file)).data.crush).toEqual(before);
});

test('a PG is what the text begins with, its seed of 32 bits', () => {
  const parsed = (text: string) => run(join(dir, 'map'), '--test-map-pg', text).stdout;
  expect(parsed('1.0p2')).toContain(" parsed '1.0p2' -> 1.0\n");
  expect(parsed('1.12345678a')).toContain(" parsed '1.12345678a' -> 1.2345678a\n");
});
