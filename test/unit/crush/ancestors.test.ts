import { describe, expect, test } from 'vitest';
import { commonAncestorDistance, parsePlaces } from '../../../src/crush/ancestors.ts';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';

/** Types: host 1, rack 3, root 11. */
function hierarchy(): CrushWrapper {
  const map = CrushWrapper.create();
  const places = [
    { host: 'a', rack: 'r1', root: 'default' },
    { host: 'b', rack: 'r1', root: 'default' },
    { host: 'c', rack: 'r2', root: 'default' },
  ];
  places.forEach((place, osd) => {
    map.insertItem(osd, 1, `osd.${osd}`, place);
  });
  map.setItemClass(0, 'ssd');
  map.rebuildClassRoots();
  return map;
}

function distances(text: string): (number | undefined)[] {
  const places = parsePlaces(text);
  if (places === undefined) throw new Error(`${text} is no place`);
  return [0, 1, 2, 9].map((osd) => commonAncestorDistance(hierarchy().crush, osd, places));
}

describe('the nearest bucket in common', () => {
  test.each([
    ['host=a rack=r1 root=default', [1, 3, 11, undefined]],
    ['root=default,rack=r2', [11, 11, 3, undefined]],
    ['host=b;host=c', [undefined, 1, 1, undefined]],
    ['rack=r3 root=other', [undefined, undefined, undefined, undefined]],
    ['', [undefined, undefined, undefined, undefined]],
    ['host=a~ssd', [undefined, undefined, undefined, undefined]],
  ])("of '%s'", (text, expected) => {
    expect(distances(text)).toEqual(expected);
  });

  test('is found in a map that is a circle', () => {
    const { crush } = hierarchy();
    const bucket = (id: number, items: number[]) => ({
      id,
      type: 1,
      hash: 0,
      weight: 0,
      items: Int32Array.from(items),
      alg: 1 as const,
      itemWeight: 0,
    });
    const circle = { ...crush, buckets: [bucket(-1, [0, -2]), bucket(-2, [-1])] };
    expect(commonAncestorDistance(circle, 0, new Map([['host', ['nowhere']]]))).toBeUndefined();
  });
});

test.each(['a', 'host=', 'host=a rack'])("'%s' is no place", (text) => {
  expect(parsePlaces(text)).toBeUndefined();
});
