import { expect, test } from 'vitest';
import { type Placement, placeObject } from '../../../../../src/cli/explain/explain_mapping.ts';
import { actingText, foldText, upText } from '../../../../../src/cli/html/page/way_text.ts';
import type { OSDMap } from '../../../../../src/osd/OSDMap.ts';
import { CEPH_OSD_UP } from '../../../../../src/osd/rados.ts';
import { changeMap, upMap } from '../../../../helpers/osdmaps.ts';

const map = upMap(6, 3, [{ name: 'data', pgNum: 12 }]);

function place(oid: string, at: OSDMap = map): Placement {
  return placeObject(at, 1, oid, { key: '', nspace: '' });
}

test('a hash is folded by a mask, and by half of it where no PG is', () => {
  const texts = Array.from({ length: 40 }, (_, i) => place(`object${i}`)).map((placement) => {
    const seed = Number.parseInt(placement.pg.slice(2), 16);
    const text = foldText(placement);
    expect(text).toMatch(new RegExp(`= 0x${seed.toString(16)}\\.$`));
    return text;
  });
  expect(texts.some((text) => text.includes('which no PG has, so & 0x7'))).toBe(true);
  expect(texts.some((text) => !text.includes('which no PG has'))).toBe(true);
});

test('who is down is named', () => {
  const osd = place('foo').up[1] ?? -1;
  const down = changeMap(map, (inc) => {
    inc.newState.set(osd, CEPH_OSD_UP);
  });
  expect(upText(down, place('foo', down))).toBe(`Without osd.${osd}, which is down.`);
});

test('a stand-in is told from a set as it should be', () => {
  const { pg } = place('foo');
  const temp = changeMap(map, (inc) => {
    inc.newPgTemp.set({ pool: 1, seed: Number.parseInt(pg.slice(2), 16) }, [0, 1]);
  });
  expect(actingText(place('foo'))).toContain('Nobody stands in');
  expect(actingText(place('foo', temp))).toContain('pg_temp');
});
