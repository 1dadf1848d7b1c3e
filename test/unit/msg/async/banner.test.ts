import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../../src/common/Decoder.ts';
import { Encoder } from '../../../../src/common/Encoder.ts';
import {
  BANNER_START_LENGTH,
  decodeBannerPayload,
  decodeBannerStart,
  encodeBanner,
} from '../../../../src/msg/async/banner.ts';
import { goldenConnections } from '../../../helpers/golden_v2.ts';

const OURS = { supported: 1n, required: 0n };
const [GOLDEN] = goldenConnections('v2-none-get');

function start(text: string, length = 16): number {
  const bytes = Buffer.concat([Buffer.from(text, 'latin1'), Buffer.of(length & 255, length >> 8)]);
  return decodeBannerStart(new Decoder(new Uint8Array(bytes), 'banner'));
}

function payload(supported: bigint, required: bigint): Decoder {
  const enc = new Encoder();
  enc.bigU64(supported);
  enc.bigU64(required);
  return new Decoder(enc.take(), 'banner');
}

it('is what librados sends', () => {
  const enc = new Encoder();
  encodeBanner(enc, OURS);
  expect(Buffer.from(enc.take())).toEqual(Buffer.from(GOLDEN?.client.subarray(0, 26) ?? []));
});

it('of a monitor is understood', () => {
  const bytes = GOLDEN?.server ?? new Uint8Array(0);
  const dec = new Decoder(bytes, 'banner');
  expect(decodeBannerStart(dec)).toBe(16);
  expect(dec.offset).toBe(BANNER_START_LENGTH);
  expect(decodeBannerPayload(dec, OURS)).toEqual({ supported: 1n, required: 0n });
});

describe('the beginning', () => {
  it.each([
    ['ceph v027\n', 16, 'the peer speaks msgr v1, not v2'],
    ['SSH-2.0-OpenSSH', 16, "'SSH-2.0-' is not that of msgr v2"],
    ['\x1b[2J\r\n\0\\', 16, "'\\x1b[2J\\x0d\\x0a\\x00\\x5c' is not that of msgr v2"],
    ['ceph v2\n', 15, '15 bytes'],
    ['ceph v2\n', 1025, '1025 bytes'],
    ['ceph v2\n', 65535, '65535 bytes'],
  ])('%j with length %i is refused', (text, length, reason) => {
    expect(() => start(text, length)).toThrow(reason);
  });

  it('may announce more than we know', () => {
    expect(start('ceph v2\n', 24)).toBe(24);
  });
});

describe('the features', () => {
  it.each([
    [0n, 0n, 'the peer speaks msgr v2.0 only, not v2.1'],
    [2n, 0n, 'the peer speaks msgr v2.0 only, not v2.1'],
    [1n, 4n, 'features 0x4 that we lack'],
    [1n, 0xffff_ffff_ffff_ffffn, 'features 0xfffffffffffffffe that we lack'],
  ])('supported %i, required %i are refused', (supported, required, reason) => {
    expect(() => decodeBannerPayload(payload(supported, required), OURS)).toThrow(reason);
  });

  it('that we require must be supported', () => {
    expect(() => decodeBannerPayload(payload(1n, 0n), { supported: 3n, required: 3n })).toThrow(
      'lacks features 0x2',
    );
  });

  it('may be more than ours', () => {
    expect(decodeBannerPayload(payload(3n, 1n), OURS)).toEqual({ supported: 3n, required: 1n });
  });
});
