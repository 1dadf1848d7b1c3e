import { describe, expect, test } from 'vitest';
import { formatG, formatWeight } from '../../../src/common/cpp_numbers.ts';

describe('a double as a C++ stream prints it', () => {
  // printf '%g' of glibc.
  test.each([
    [0, '0'],
    [1, '1'],
    [1.5, '1.5'],
    [100000, '100000'],
    [1e6, '1e+06'],
    [1234567, '1.23457e+06'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1 / 65536, '1.52588e-05'],
    [2 / 3, '0.666667'],
    [-2.25, '-2.25'],
    [1e100, '1e+100'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NaN, '-nan'],
  ])('%d is %s', (x, text) => {
    expect(formatG(x)).toBe(text);
  });

  test.each([
    [2 ** -10, '0.000976562'],
    [100000.5, '100000'],
    [100001.5, '100002'],
  ])('halfway, %d goes to the even digit: %s', (x, text) => {
    expect(formatG(x)).toBe(text);
  });

  test('has 17 digits where JSON wants them', () => {
    expect(formatG(Math.fround(0.95), 17)).toBe('0.94999998807907104');
  });
});

test.each([
  [1, '1.00000'],
  [0, '0'],
  [0.0000001, '0'],
  [-1, '-'],
  [0.59999, '0.59999'],
  [1 / 64, '0.01562'],
  [3 / 64, '0.04688'],
])('the weight %d is %s', (weight, text) => {
  expect(formatWeight(weight)).toBe(text);
});
