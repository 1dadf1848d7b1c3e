import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { decodeUuid, encodeUuid } from '../../../src/common/uuid.ts';
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
