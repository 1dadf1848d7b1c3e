import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { decodePgMap, decodePgs, encodePgMap, encodePgs, PgMap } from '../../../src/osd/PgMap.ts';

const pg = (pool: number, seed: number) => ({ pool, seed });

describe('PgMap', () => {
  test('finds a PG by its value', () => {
    const map = new PgMap([[pg(1, 2), 'a']]);
    expect(map.get(pg(1, 2))).toBe('a');
    expect(map.get(pg(2, 1))).toBeUndefined();
  });

  test('goes through its PGs by pool, then by seed', () => {
    const map = new PgMap([
      [pg(10, 0), 1],
      [pg(2, 0x9000_0000), 2],
      [pg(2, 3), 3],
    ]);
    expect([...map].map(([{ pool, seed }]) => [pool, seed])).toEqual([
      [2, 3],
      [2, 0x9000_0000],
      [10, 0],
    ]);
  });

  test('changed, shares the pools of which nobody spoke, and stays as it was itself', () => {
    const map = new PgMap([
      [pg(1, 1), 'a'],
      [pg(1, 2), 'b'],
      [pg(2, 1), 'c'],
      [pg(3, 1), 'd'],
    ]);
    const next = map.changed(new PgMap([[pg(1, 1), 'x']]), [pg(1, 2), pg(3, 1)]);
    expect([...next]).toEqual([
      [pg(1, 1), 'x'],
      [pg(2, 1), 'c'],
    ]);
    expect(next.ofPool(2)).toBe(map.ofPool(2));
    expect([...map].map(([, value]) => value)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('counts what is in it', () => {
    const map = new PgMap([
      [pg(1, 1), 0],
      [pg(2, 1), 0],
    ]);
    map.set(pg(1, 1), 5);
    expect(map.size).toBe(2);
    map.delete(pg(1, 1));
    map.delete(pg(7, 7));
    expect(map.size).toBe(1);
  });

  test('comes back from its bytes', () => {
    const map = new PgMap([
      [pg(3, 1), 7],
      [pg(1, 4), -1],
    ]);
    const enc = new Encoder();
    encodePgMap(enc, map, (value) => enc.s32(value));
    const dec = new Decoder(enc.take(), 'test');
    expect([...decodePgMap(dec, 'map', 4, () => dec.s32())]).toEqual([...map]);
  });

  test('is not believed when it says that it has more PGs than bytes', () => {
    const dec = new Decoder(Uint8Array.of(0xff, 0xff, 0xff, 0x0f), 'test');
    expect(() => decodePgMap(dec, 'map', 4, () => dec.s32())).toThrow(DecodeError);
  });
});

test('a set of PGs that names one twice is written with as many as it has', () => {
  const enc = new Encoder(64);
  encodePgs(enc, [pg(2, 1), pg(1, 0), pg(2, 1)]);
  const dec = new Decoder(enc.take(), 'pgs');
  expect(decodePgs(dec, 'pgs')).toEqual([pg(1, 0), pg(2, 1)]);
  expect(dec.remaining).toBe(0);
});
