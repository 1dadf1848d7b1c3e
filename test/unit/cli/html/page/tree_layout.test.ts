import { describe, expect, test } from 'vitest';
import { cellAt, layoutTree } from '../../../../../src/cli/html/page/tree_layout.ts';
import { CrushWrapper } from '../../../../../src/crush/CrushWrapper.ts';
import type { OSDMap } from '../../../../../src/osd/OSDMap.ts';
import { changeMap, upMap } from '../../../../helpers/osdmaps.ts';

function mapOf(crush: CrushWrapper): OSDMap {
  return changeMap(upMap(8, 1, []), (inc) => {
    inc.crush = crush.encode();
  });
}

/** Devices of these weights, each on the host of its place: 0 and 1 on the first, and so on. */
function pairs(weights: readonly number[]): CrushWrapper {
  const crush = CrushWrapper.create();
  crush.addBucket('default', 'root');
  for (const [osd, weight] of weights.entries())
    crush.insertItem(osd, weight, `osd.${osd}`, {
      host: `host${Math.floor(osd / 2)}`,
      root: 'default',
    });
  return crush;
}

function widths(crush: CrushWrapper): Record<string, number> {
  const layout = layoutTree(mapOf(crush));
  const named = layout.cells.map(({ item, x0, x1 }) => [
    crush.crush.nameMap.get(item),
    Number((x1 - x0).toFixed(3)),
  ]);
  return Object.fromEntries(named);
}

describe('the tree', () => {
  test('is as wide as it weighs', () => {
    const found = widths(pairs([1, 3, 2, 2]));
    expect(found).toMatchObject({ default: 1, host0: 0.5, host1: 0.5, 'osd.0': 0.125 });
    expect(found).toMatchObject({ 'osd.1': 0.375, 'osd.2': 0.25 });
  });

  test('shows what weighs nothing as a sliver', () => {
    const { 'osd.0': nothing = 0, 'osd.1': all = 0 } = widths(pairs([0, 4]));
    expect(nothing).toBeGreaterThan(0);
    expect(nothing).toBeLessThan(all / 20);
  });

  test('shares the width evenly where nothing weighs anything', () => {
    expect(widths(pairs([0, 0]))).toMatchObject({ 'osd.0': 0.5, 'osd.1': 0.5 });
  });

  test('has no shadow trees', () => {
    const crush = pairs([1, 1]);
    crush.setItemClass(0, 'ssd');
    expect(Object.keys(widths(crush))).toEqual(['default', 'host0', 'osd.0', 'osd.1']);
  });

  test('of one bucket in many, and that in many again, is cut', () => {
    const crush = pairs([1]);
    let below = crush.getItemId('host0') ?? 0;
    for (let depth = 0; depth < 20; depth++) {
      const id = crush.addBucket(`b${depth}`, 'rack');
      const bucket = crush.crush.buckets[-1 - id];
      if (bucket === undefined) throw new Error('no bucket');
      const items = Int32Array.of(below, below);
      const itemWeights = Uint32Array.of(0x10000, 0x10000);
      Object.assign(bucket, { items, itemWeights, weight: 0x20000 });
      below = id;
    }
    const layout = layoutTree(mapOf(crush));
    expect(layout.isCut).toBe(true);
    expect(layout.cells.length).toBeLessThanOrEqual(200_000);
  });

  test('is found by where one points', () => {
    const layout = layoutTree(mapOf(pairs([1, 3, 2, 2])));
    const itemAt = (x: number, row: number) => layout.cells[cellAt(layout, x, row) ?? -1]?.item;
    expect([itemAt(0.05, 2), itemAt(0.2, 2), itemAt(0.6, 2), itemAt(0.99, 2)]).toEqual([
      0, 1, 2, 3,
    ]);
    expect(itemAt(0.6, 0)).toBe(-1);
    expect(itemAt(1.1, 2)).toBeUndefined();
  });
});
