import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explainMapping } from '../../../src/cli/explain/explain_mapping.ts';
import { explain } from '../../../src/cli/explain.ts';
import { UsageError } from '../../../src/cli/UsageError.ts';
import { OSDMap } from '../../../src/osd/OSDMap.ts';
import { HISTORY } from '../../helpers/golden_osdmaps.ts';
import { changeMap, upMap } from '../../helpers/osdmaps.ts';

const map = upMap(6, 3, [{ name: 'data', pgNum: 32 }]);
const PLAIN = { key: '', nspace: '' };

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'radosim-explain-'));
  writeFileSync(join(dir, 'map'), map.encode());
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('an explanation', () => {
  test('has the hash, the PG and the sets', () => {
    const { acting } = map.pgToUpActingOsds({ pool: 1, seed: 0x1f });
    expect(explainMapping(map, 'data', 'obj1', PLAIN)).toMatchObject({
      hash: 0x6cf8deff,
      hashName: 'rjenkins',
      pg: '1.1f',
      raw: acting,
      up: acting,
      acting,
      actingPrimary: acting[0],
    });
  });

  test('has one taken device for each copy, in order, each found below a host', () => {
    const { tries, raw } = explainMapping(map, 'data', 'obj1', PLAIN);
    const devices = tries.filter(({ item, refused }) => /^osd/.test(item) && refused === undefined);
    expect(devices.map(({ item }) => item)).toEqual(raw.map((osd) => `osd.${osd}`));
    for (const { path } of devices) expect(path.at(-1)?.bucket).toMatch(/^host/);
  });

  test('of any object of a real cluster tells of the same OSDs as the map', () => {
    const real = OSDMap.decode(HISTORY.changed.last);
    for (const [id, name] of real.data.poolName) {
      for (let n = 0; n < 50; n++) {
        const { pg, raw, acting, tries } = explainMapping(real, name, `object${n}`, PLAIN);
        const seed = Number.parseInt(pg.split('.')[1] ?? '', 16);
        expect(acting).toEqual(real.pgToUpActingOsds({ pool: id, seed }).acting);
        const taken = new Set(tries.filter(({ refused }) => !refused).map(({ item }) => item));
        const devices = raw.filter((osd) => osd < real.maxOsd).map((osd) => `osd.${osd}`);
        expect([...taken]).toEqual(expect.arrayContaining(devices));
      }
    }
  });

  test('says why an OSD is not taken', () => {
    const [first = -1] = explainMapping(map, 'data', 'obj1', PLAIN).raw;
    const out = changeMap(map, (inc) => inc.newWeight.set(first, 0));
    const { tries } = explainMapping(out, 'data', 'obj1', PLAIN);
    expect(tries).toContainEqual(
      expect.objectContaining({ item: `osd.${first}`, refused: 'is out' }),
    );
  });

  test('says that a bucket is in the set already', () => {
    const reasons = Array.from({ length: 100 }, (_, n) =>
      explainMapping(map, 'data', `object${n}`, PLAIN).tries.map(({ refused }) => refused),
    );
    expect(reasons.flat()).toContain('is in the set already');
  });
});

describe('explain', () => {
  const options = { key: '', namespace: '' };

  test('prints a line for each step of the way', () => {
    const text = explain('data', 'obj1', { ...options, osdmap: join(dir, 'map') });
    const labels = text.split('\n').map((line) => line.slice(0, 10).trim());
    expect(labels.filter((label) => label !== '')).toEqual([
      ...['object', 'hashed', 'hash', 'pg', 'x', 'rule', 'tries', 'raw', 'upmap', 'up', 'acting'],
    ]);
  });

  test('prints the same as JSON', () => {
    const text = explain('data', 'obj1', { ...options, osdmap: join(dir, 'map'), json: true });
    expect(JSON.parse(text)).toEqual(explainMapping(map, 'data', 'obj1', PLAIN));
  });

  test('hashes namespace and key', () => {
    const osdmap = join(dir, 'map');
    expect(explain('data', 'obj1', { osdmap, key: '', namespace: 'ns1' })).toContain('0xf490d39d');
    expect(explain('data', 'x', { osdmap, key: 'obj1', namespace: '' })).toContain('0x6cf8deff');
  });

  test.each([
    ['a pool that is not there', 'nopool', 'map'],
    ['a file that is not there', 'data', 'nofile'],
    ['a file that is no map', 'data', 'text'],
  ])('tells of %s in one line', (_, pool, file) => {
    writeFileSync(join(dir, 'text'), 'no map');
    expect(() => explain(pool, 'obj1', { ...options, osdmap: join(dir, file) })).toThrow(
      UsageError,
    );
  });
});
