import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimRandom, seedToUint32 } from '../../sim/SimRandom.ts';
import { testMapPgs } from '../../src/cli/osdmaptool/test_map.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { HISTORY } from '../helpers/golden_osdmaps.ts';
import { changeMap } from '../helpers/osdmaps.ts';
import { randomMap } from './crushtool_maps.ts';
import { randomOSDMap } from './osdmaptool_maps.ts';

const { SEED = '20', OSD_MAPS = '60' } = process.env;

const installed = spawnSync('osdmaptool', ['--version']).error === undefined;
if (!installed) console.log('skipped: osdmaptool is not installed (Debian: ceph-base)');

describe.skipIf(!installed)(`the real osdmaptool agrees (SEED=${SEED})`, () => {
  let dir = '';
  const file = () => join(dir, 'osdmap');
  const osdmaptool = (...args: string[]) =>
    execFileSync('osdmaptool', [file(), ...args], {
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  const placements = (map: OSDMap) => testMapPgs(map, -1, 'all').split('\n');
  const theirPlacements = (...args: string[]) =>
    osdmaptool(...args, '--test-map-pgs-dump-all')
      .replace(/^marking .*\n/gm, '')
      .split('\n');

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'osdmaptool-'));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  test.each(Object.keys(HISTORY))('on the last map of the history "%s"', (name) => {
    const bytes = HISTORY[name === 'removed' ? 'removed' : 'changed'].last;
    writeFileSync(file(), bytes);
    expect(placements(OSDMap.decode(bytes))).toEqual(theirPlacements());
  });

  test.each([1, 12, 100])('on a map of %i OSDs that it made itself', (osds) => {
    const simple = ['--createsimple', `${osds}`, '--with-default-pool', '--clobber'];
    osdmaptool(...simple, '--pg-bits', '4', '--pgp-bits', '3');
    const bytes = readFileSync(file());
    const made = OSDMap.decode(bytes);
    expect(Buffer.from(made.encode())).toEqual(bytes);
    const up = changeMap(made, (inc) => {
      for (let osd = 0; osd < osds; osd++) {
        inc.newUpClient.set(osd, []);
        inc.newWeight.set(osd, osd === 5 ? 0 : 0x10000);
      }
    });
    const out = osds > 5 ? ['--mark-out', '5'] : [];
    expect(placements(up)).toEqual(theirPlacements('--mark-up-in', ...out));
  });

  for (let n = 0; n < Number(OSD_MAPS); n++) {
    test(`on every PG of random map ${n}`, () => {
      const random = new SimRandom(seedToUint32(SEED), `osdmap${n}`);
      const { text } = randomMap(random);
      writeFileSync(join(dir, 'crush.txt'), text);
      const compile = ['-c', join(dir, 'crush.txt'), '-o', join(dir, 'crush')];
      execFileSync('crushtool', [...compile, '--enable-unsafe-tunables']);
      const map = randomOSDMap(random, readFileSync(join(dir, 'crush')));
      writeFileSync(file(), map.encode());
      expect(placements(map)).toEqual(theirPlacements());
      for (const [pool] of map.pools) {
        const oid = `object ${random.uint32()}`;
        const pg = map.rawPgToPg(
          map.objectLocatorToPg(oid, { pool, key: '', nspace: '', hash: -1 }),
        );
        const { acting } = map.pgToUpActingOsds(pg);
        expect(osdmaptool('--test-map-object', oid, '--pool', `${pool}`)).toContain(
          ` object '${oid}' -> ${pool}.${pg.seed.toString(16)} -> [${acting.join(',')}]`,
        );
      }
    });
  }
});
