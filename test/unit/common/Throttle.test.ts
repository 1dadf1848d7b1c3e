import { describe, expect, test } from 'vitest';
import { Throttle } from '../../../src/common/Throttle.ts';

/** A throttle of which each `get` writes its name when it is granted. */
function recorded(max: number) {
  const throttle = new Throttle(max);
  const granted: string[] = [];
  const get = (name: string, count: number) => throttle.get(count, () => granted.push(name));
  return { throttle, granted, get };
}

describe('a throttle', () => {
  test('gives at once what fits', () => {
    const { throttle, granted, get } = recorded(10);
    get('a', 4);
    get('b', 6);
    expect(granted).toEqual(['a', 'b']);
    expect(throttle.current).toBe(10);
  });

  test('makes wait what does not fit, until enough has come back', () => {
    const { throttle, granted, get } = recorded(10);
    get('a', 8);
    get('b', 4);
    throttle.put(1);
    expect(granted).toEqual(['a']);
    throttle.put(1);
    expect(granted).toEqual(['a', 'b']);
  });

  test('gives in the order of asking, though a later one would fit', () => {
    const { throttle, granted, get } = recorded(10);
    get('a', 10);
    get('big', 8);
    get('small', 1);
    throttle.put(2);
    expect(granted).toEqual(['a']);
    throttle.put(8);
    expect(granted).toEqual(['a', 'big', 'small']);
  });

  test('gives one that is larger than all of it when nothing else is out', () => {
    const { throttle, granted, get } = recorded(10);
    get('a', 1);
    get('oversized', 50);
    expect(granted).toEqual(['a']);
    throttle.put(1);
    expect(granted).toEqual(['a', 'oversized']);
    expect(throttle.current).toBe(50);
  });

  test('lets nothing beside an oversized one', () => {
    const { throttle, granted, get } = recorded(10);
    get('oversized', 50);
    get('b', 1);
    expect(granted).toEqual(['oversized']);
    throttle.put(50);
    expect(granted).toEqual(['oversized', 'b']);
  });

  test('of 0 has no limit', () => {
    const { granted, get } = recorded(0);
    get('a', 1e9);
    get('b', 1e9);
    expect(granted).toEqual(['a', 'b']);
  });

  test('getOrFail takes nothing when somebody waits', () => {
    const { throttle, get } = recorded(10);
    get('a', 9);
    get('b', 5);
    expect(throttle.getOrFail(1)).toBe(false);
    expect(throttle.current).toBe(9);
  });

  test('getOrFail takes what fits', () => {
    const { throttle } = recorded(10);
    expect(throttle.getOrFail(10)).toBe(true);
    expect(throttle.getOrFail(1)).toBe(false);
  });

  test('lets the next ones in when the first that waits gives up', () => {
    const { throttle, granted, get } = recorded(10);
    get('a', 8);
    const big = get('big', 5);
    get('small', 2);
    if (big !== undefined) throttle.cancel(big);
    expect(granted).toEqual(['a', 'small']);
    expect(throttle.waiting).toBe(0);
  });

  test('forgets one in the middle that gives up', () => {
    const { throttle, granted, get } = recorded(1);
    get('a', 1);
    get('b', 1);
    const c = get('c', 1);
    get('d', 1);
    if (c !== undefined) throttle.cancel(c);
    throttle.put(1);
    throttle.put(1);
    expect(granted).toEqual(['a', 'b', 'd']);
  });

  test('has no effect when one that was granted gives up', () => {
    const { throttle, get } = recorded(1);
    get('a', 1);
    const b = get('b', 1);
    throttle.put(1);
    if (b !== undefined) throttle.cancel(b);
    expect(throttle.current).toBe(1);
  });

  test('may be asked again from inside a grant', () => {
    const throttle = new Throttle(1);
    const granted: string[] = [];
    throttle.get(1, () => granted.push('a'));
    throttle.get(1, () => {
      granted.push('b');
      throttle.get(1, () => granted.push('d'));
    });
    throttle.get(1, () => granted.push('c'));
    for (let i = 0; i < 3; i++) throttle.put(1);
    expect(granted).toEqual(['a', 'b', 'c', 'd']);
  });

  test('bears that each of very many gives back at once', () => {
    const throttle = new Throttle(1);
    let granted = 0;
    throttle.get(1, () => {});
    for (let i = 0; i < 100_000; i++) {
      throttle.get(1, () => {
        granted++;
        throttle.put(1);
      });
    }
    throttle.put(1);
    expect(granted).toBe(100_000);
  });

  test('is never above its limit and gives everything in the end', () => {
    const { throttle, granted, get } = recorded(7);
    const counts = Array.from({ length: 200 }, (_, i) => 1 + (i % 7));
    for (const [i, count] of counts.entries()) get(String(i), count);
    for (let back = 0; back < counts.length; back++) {
      expect(throttle.current).toBeLessThanOrEqual(7);
      throttle.put(counts[back] ?? 0);
    }
    expect(granted).toEqual(counts.map((_, i) => String(i)));
    expect(throttle.current).toBe(0);
  });
});
