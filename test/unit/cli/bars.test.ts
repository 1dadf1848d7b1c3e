import { expect, test } from 'vitest';
import { bars } from '../../../src/cli/bars.ts';

test('the longest bar fills the width, and the others are in proportion to an eighth', () => {
  const rows = new Map([
    ['osd.0', 16],
    ['osd.1', 8],
    ['osd.10', 5],
    ['osd.2', 0],
  ]);
  expect(bars(rows, 4)).toEqual([
    'osd.0   ████ 16',
    'osd.1   ██   8',
    'osd.10  █▎   5',
    'osd.2        0',
  ]);
});
