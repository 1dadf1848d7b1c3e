import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { BLANK_ADDR, decodeAddrvec, encodeAddrvec, parseAddr } from '../../../src/msg/msg_types.ts';
import { decodeOsdXinfo, encodeOsdXinfo, OSD_XINFO_NEW } from '../../../src/osd/osd_info.ts';
import { usualAddrvec, usualOsdXinfo } from '../../../src/osd/usual_lengths.ts';

function encoded(write: (enc: Encoder) => void): Uint8Array {
  const enc = new Encoder();
  write(enc);
  return enc.take();
}

const ADDRVECS = encoded((enc) => {
  encodeAddrvec(enc, [parseAddr('v2:10.0.0.1:6800/1'), parseAddr('v1:[fd00::1]:6801/1')]);
  encodeAddrvec(enc, [BLANK_ADDR]);
  encodeAddrvec(enc, []);
});
const XINFO = encoded((enc) => encodeOsdXinfo(enc, OSD_XINFO_NEW));

const KINDS = [
  { what: 'an addrvec', bytes: ADDRVECS, usual: usualAddrvec, decode: decodeAddrvec },
  { what: 'an osd_xinfo_t', bytes: XINFO, usual: usualOsdXinfo, decode: decodeOsdXinfo },
];

describe.each(KINDS)('the usual length of $what', ({ bytes, usual, decode }) => {
  test('is what decoding takes of Pacific’s form', () => {
    for (let at = 0; at < bytes.length; ) {
      const dec = new Decoder(bytes.subarray(at), 'it');
      decode(dec);
      expect(usual(bytes, at)).toBe(dec.offset);
      at += dec.offset;
    }
  });

  test('is never that of bytes which do not decode, or in another length', () => {
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(edits, (changes) => {
        const copy = bytes.slice();
        for (const [at, byte] of changes) copy[at] = byte;
        const length = usual(copy, 0);
        if (length === 0 || length > copy.length) return;
        const dec = new Decoder(copy, 'it');
        decode(dec);
        expect(dec.offset).toBe(length);
      }),
      { numRuns: 5000 },
    );
  });
});
