import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SimRandom, seedToUint32 } from '../../sim/SimRandom.ts';
import { osdmaptool } from '../../src/cli/osdmaptool.ts';
import { parseAddr } from '../../src/msg/msg_types.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { HISTORY } from '../helpers/golden_osdmaps.ts';
import { changeMap } from '../helpers/osdmaps.ts';
import { randomMap } from './crushtool_maps.ts';
import { randomOSDMap } from './osdmaptool_maps.ts';

const { SEED = '20', OSD_MAPS = '20' } = process.env;
const installed = spawnSync('osdmaptool', ['--version']).error === undefined;
if (!installed) console.log('skipped: osdmaptool is not installed (Debian: ceph-base)');

/** Ceph's own log, with the time and a thread's number. */
const LOG_LINE = /^\d{4}-\d\d-\d\dT\S+ [0-9a-f]+ +-?\d+ .*\n+/gm;

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ours(args: readonly string[]): Run {
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

function theirs(args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync('osdmaptool', args, { maxBuffer: 2 ** 28 });
  const said = stderr.toString().replaceAll(LOG_LINE, '');
  return { code: status, stdout: stdout.toString(), stderr: said };
}

/** Each works on the map `om`. */
const LOOKS = [
  '--print',
  '-p',
  '--tree',
  '--tree=json',
  '--tree=json-pretty',
  '--tree plain',
  '--dump json',
  '--dump=json-pretty',
  '--dump plain --tree',
  '--dump nonsense',
  '--test-map-object foo',
  '--test-map-object foo --pool 2',
  '--test-map-object foo --pool 77',
  '--test_map_object=obj1 --pool=1',
  '--test-map-pg 1.3',
  '--test-map-pg 1.ffff',
  '--test-map-pg 99.1',
  '--test-map-pg 1.0p2',
  '--test-map-pg 1.12345678a',
  '--test-map-pg nonsense',
  '--test-map-pgs',
  '--test-map-pgs-dump',
  '--test-map-pgs-dump-all',
  '--test-map-pgs --pool 1',
  '--test-map-pgs --pool 55',
  '--test-map-pgs-dump --pg_num 20',
  '--mark-up-in --test-map-pgs-dump',
  '--mark-up-in --mark-out 1 --test-map-pgs-dump-all --tree',
  '--mark-up 1 --mark-in 2 --print',
  '--mark-out 1000 --print',
  '--mark-out 0 --tree',
  '--clear-temp --test-map-pgs-dump --print',
  '--clear-temp',
  '--clean-temps',
  '--upmap-cleanup',
  '--upmap-cleanup -',
  '--mark-up-in --mark-out 1 --upmap-cleanup - --print',
  '--clear-temp --clean-temps --print',
  '--range-first 1 --range-last 2',
  '--range-first',
  '--range-first x --pool 1 --print',
  '--adjust-crush-weight 1:3.5,0:0.1 --tree plain',
  '--adjust-crush-weight 1:2.25 --test-map-pgs-dump',
  '--adjust-crush-weight 1',
  '--adjust-crush-weight 1:-1,0:1e9 --test-map-pgs',
  '--test-map-pgs --pg_num x',
  '--pool 4294967296 --test-map-pgs',
  '--export-crush /no/such/place',
  '--export-crush /dev/full',
  '--pool',
  '--pool bar --test-map-pgs',
  '--mark-out',
  '--tree --pool 1',
  '--unknown',
  '-- --print',
  '',
];

describe.skipIf(!installed)(`osdmaptool says what the original says (SEED=${SEED})`, () => {
  let dir = '';
  const map = () => join(dir, 'om');
  const argsOf = (line: string) => [map(), ...line.split(' ').filter((word) => word !== '')];

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'osdmaptool-'));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  describe.each(Object.entries(HISTORY))('of the last map of the history "%s"', (_, { last }) => {
    beforeEach(() => writeFileSync(map(), last));
    test.each(LOOKS)('%s', (line) => {
      expect(ours(argsOf(line))).toEqual(theirs(argsOf(line)));
    });
  });

  describe('of maps that it makes', () => {
    test.each([
      '--createsimple 1 --clobber',
      '--createsimple 12 --clobber --with-default-pool',
      '--createsimple 5 --clobber --with-default-pool --pg-bits 3 --pgp-bits 2',
      '--createsimple 5 --with-default-pool --pg-bits 3 --pgp-bits 4',
      '--createsimple 0 --clobber',
      '--createsimple x --clobber',
    ])('%s', (line) => {
      const made = [ours, theirs].map((run) => {
        rmSync(map(), { force: true });
        const said = run(argsOf(line));
        return { said, bytes: said.code === 0 ? withoutTimes(readFileSync(map())) : undefined };
      });
      expect(made[0]).toEqual(made[1]);
    });

    test('one that is there already is kept', () => {
      writeFileSync(map(), 'x');
      expect(ours(argsOf('--createsimple 3'))).toEqual(theirs(argsOf('--createsimple 3')));
      expect(readFileSync(map(), 'latin1')).toBe('x');
    });
  });

  describe('of changes that it writes', () => {
    test.each([
      '--import-crush CRUSH',
      '--import-crush CRUSH --print',
      '--export-crush OUT',
      '--adjust-crush-weight 1:2.5 --save',
      '--adjust-crush-weight 1:2.5,2:0.3 --save --tree plain',
      '--import-crush NOFILE',
    ])('%s', (line) => {
      writeFileSync(map(), HISTORY.changed.last);
      theirs([map(), '--export-crush', join(dir, 'crush')]);
      const words = line.replace('CRUSH', join(dir, 'crush')).replace('OUT', join(dir, 'out'));
      const results = [ours, theirs].map((run) => {
        writeFileSync(map(), HISTORY.changed.last);
        copyFileSync(map(), join(dir, 'out'));
        const said = run(argsOf(words.replace('NOFILE', join(dir, 'nofile'))));
        return {
          said,
          map: readFileSync(map(), 'hex'),
          out: readFileSync(join(dir, 'out'), 'hex'),
        };
      });
      expect(results[0]).toEqual(results[1]);
    });
  });

  test.each(['nofile', '.', '--print', 'a b'])('of files that are no maps: %s', (words) => {
    const args = ['--print', ...words.split(' ')].map((word) => word.replace(/^\.$/, dir));
    expect(ours(args)).toEqual(theirs(args));
  });

  test.each([
    '--range-first 1 --range-last 2',
    '--range-first 1 --range_last 3',
    '--range-first 2 --range-last 1 --print',
    '--range-first 1 --print',
  ])('of a folder of maps: %s', (line) => {
    writeFileSync(join(dir, '1'), HISTORY.changed.first);
    writeFileSync(join(dir, '2'), HISTORY.changed.last);
    const args = [dir, ...line.split(' ')];
    expect(ours(args)).toEqual(theirs(args));
  });

  test('of a file that does not hold a map', () => {
    writeFileSync(map(), 'no map');
    expect(ours(argsOf('--print'))).toEqual(theirs(argsOf('--print')));
  });

  test.each([[], ['--help'], ['-h']])('of %j', (...args) => {
    expect(ours(args)).toEqual(theirs(args));
  });

  for (let n = 0; n < Number(OSD_MAPS); n++) {
    test.each([
      '--print',
      '--dump json',
      '--tree',
      '--tree=json',
      '--test-map-pgs-dump',
      '--upmap-cleanup -',
    ])(`of random map ${n}: %s`, (line) => {
      const random = new SimRandom(seedToUint32(SEED), `cli${n}`);
      writeFileSync(join(dir, 'crush.txt'), randomMap(random).text);
      const compile = ['-c', join(dir, 'crush.txt'), '-o', join(dir, 'crush')];
      spawnSync('crushtool', [...compile, '--enable-unsafe-tunables']);
      const bare = randomOSDMap(random, readFileSync(join(dir, 'crush')));
      writeFileSync(map(), withBlocklist(bare, random).encode());
      expect(ours(argsOf(line))).toEqual(theirs(argsOf(line)));
    });
  }
});

function withBlocklist(map: OSDMap, random: SimRandom): OSDMap {
  return changeMap(map, (inc) => {
    for (let n = random.uint32() % 40; n > 0; n--) {
      const ip = random.float() < 0.8 ? `10.0.${n}.${random.uint32() % 256}` : `[fd00::${n}]`;
      const addr = parseAddr(`any:${ip}:${random.uint32() % 65536}/${random.uint32()}`);
      inc.newBlocklist.push([addr, { sec: 1_800_000_000 + n, nsec: 1000 * n }]);
    }
  });
}

/** The map's bytes with neither the time it was made nor what depends on that. */
function withoutTimes(bytes: Uint8Array): Uint8Array {
  const { data } = OSDMap.decode(bytes);
  const created = { sec: 1, nsec: 0 };
  return new OSDMap({ ...data, created, modified: created }).encode();
}
