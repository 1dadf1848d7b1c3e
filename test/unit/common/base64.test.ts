import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base64Decode } from '../../../src/common/base64.ts';

it.each(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'])('%s is read back', (text) => {
  const bytes = base64Decode(Buffer.from(text).toString('base64'));
  expect(Buffer.from(bytes ?? [0]).toString()).toBe(text);
});

it('any bytes are read back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(base64Decode(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
    }),
  );
});

it.each(['Z', 'Zg', 'Zg=', 'Zg===', 'Zm9v=', 'Z g=', 'Zm9-', 'Zm9v\n', '===='])(
  '%j is not base64',
  (text) => expect(base64Decode(text)).toBeUndefined(),
);
