import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { decodeUuid, encodeUuid, randomUuid } from '../../../src/common/uuid.ts';
import { goldenFile } from '../../helpers/golden.ts';

describe('a uuid', () => {
  test('of real bytes is the fsid that they stand for', () => {
    const dec = new Decoder(goldenFile('v2-none.monmap').subarray(6), 'fsid');
    expect(decodeUuid(dec)).toBe('fe691aa3-396a-48d5-9713-0d634fb4f435');
  });

  test('survives', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const enc = new Encoder();
        encodeUuid(enc, uuid);
        expect(enc.length).toBe(16);
        expect(decodeUuid(new Decoder(enc.take(), 'uuid'))).toBe(uuid);
      }),
    );
  });

  test.each(['', 'fe691aa3', 'ge691aa3-396a-48d5-9713-0d634fb4f435'])('is not %j', (text) => {
    expect(() => encodeUuid(new Encoder(), text)).toThrow(DecodeError);
  });
});

test('a uuid of chance has the form of version 4, and all other bits of the draws', () => {
  const draws = [0x01234567, 0x89abcdef, 0x01234567, 0x89abcdef];
  const random = { uint32: () => draws.shift() ?? 0, float: () => 0 };
  expect(randomUuid(random)).toBe('01234567-89ab-4def-8123-456789abcdef');
});
