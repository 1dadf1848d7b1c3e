import { expect, it } from 'vitest';
import { makeAlloc, nodeContext } from '../../../src/node/context.ts';

it('gives pieces that do not overlap, of the length asked for', () => {
  const alloc = makeAlloc();
  const lengths = [1, 7, 4096, 16_384, 16_385, 0, 300_000, 8];
  const pieces = lengths.map((length, i) => alloc(length).fill(i));
  pieces.forEach((piece, i) => {
    expect(piece.length).toBe(lengths[i]);
    expect(piece.every((byte) => byte === i)).toBe(true);
    expect(piece.byteOffset % 8).toBe(0);
  });
});

it('gives plain byte arrays', () => {
  expect(Object.getPrototypeOf(makeAlloc()(5000))).toBe(Uint8Array.prototype);
});

it('takes overrides, of options one by one', () => {
  const random = { uint32: () => 4, float: () => 0.5 };
  const cct = nodeContext({ random, conf: { mon_host: 'v1:10.0.0.1:6789' } });
  expect(cct.random).toBe(random);
  expect(cct.conf.mon_host).toBe('v1:10.0.0.1:6789');
  expect(cct.conf.ms_max_backoff).toBe(15);
});
