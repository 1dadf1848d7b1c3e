import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { cppStrerror, errnoName } from '../../../src/common/errno.ts';
import { ERRNO_TABLE } from '../../../src/common/errno_table.ts';

test('the numbers have the names that Linux gives them', () => {
  const others = ERRNO_TABLE.filter(([errno, name]) => {
    const known = constants.errno[name as keyof typeof constants.errno];
    return known !== undefined && known !== errno;
  });
  expect(others).toEqual([]);
  expect(new Set(ERRNO_TABLE.map(([errno]) => errno)).size).toBe(ERRNO_TABLE.length);
});

test.each([
  [2, 'ENOENT'],
  [61, 'ENODATA'],
  [95, 'EOPNOTSUPP'],
  [125, 'ECANCELED'],
  [4100, 'E4100'],
])('%i is %s', (errno, name) => {
  expect(errnoName(errno)).toBe(name);
});

test('the text is that of cpp_strerror', () => {
  expect(cppStrerror(-2)).toBe('(2) No such file or directory');
  expect(cppStrerror(0)).toBe('(0) Success');
  expect(cppStrerror(4096)).toBe('(4096) Unknown error 4096');
});
