import type { Decoder } from '../../common/Decoder.ts';
import type { Encoder } from '../../common/Encoder.ts';
import { DecodeError } from '../../common/errors.ts';
import { utf8Encode } from '../../common/utf8.ts';
import { printable } from '../msgr1/handshake.ts';

/**
 * What both sides of msgr v2 send first, at once: `ceph v2\n`, u16 length of what follows, u64
 * features supported, u64 features required. Ceph: ProtocolV2::_banner_exchange.
 */
const PREFIX = utf8Encode('ceph v2\n');
const PREFIX_V1 = utf8Encode('ceph v0');
const PAYLOAD_LENGTH = 16;
/** Newer peers may say more; it is skipped. */
const PAYLOAD_LENGTH_MAX = 1024;

/** Prefix and length. */
export const BANNER_START_LENGTH: number = PREFIX.length + 2;

/** Frames of v2.1; without it those of v2.0, which are not spoken here. */
export const CEPH_MSGR2_FEATURE_REVISION_1 = 1n;
/** Quincy and later. */
export const CEPH_MSGR2_FEATURE_COMPRESSION = 2n;

/** Features of msgr v2 itself; not those of CEPH_FEATURE_*. */
export interface BannerFeatures {
  readonly supported: bigint;
  readonly required: bigint;
}

export function encodeBanner(enc: Encoder, { supported, required }: BannerFeatures): void {
  enc.raw(PREFIX);
  enc.u16(PAYLOAD_LENGTH);
  enc.bigU64(supported);
  enc.bigU64(required);
}

/** From the first {@link BANNER_START_LENGTH} bytes: how many follow. Throws `DecodeError`. */
export function decodeBannerStart(dec: Decoder): number {
  const prefix = dec.raw(PREFIX.length);
  if (startsWith(prefix, PREFIX_V1)) {
    throw new DecodeError('banner', 0, 'the peer speaks msgr v1, not v2');
  }
  if (!startsWith(prefix, PREFIX)) {
    throw new DecodeError('banner', 0, `'${printable(prefix)}' is not that of msgr v2`);
  }
  const length = dec.u16();
  if (length < PAYLOAD_LENGTH || length > PAYLOAD_LENGTH_MAX) {
    throw new DecodeError('banner.length', PREFIX.length, `${length} bytes`);
  }
  return length;
}

/** From what follows. `ours`: what a peer must accept. Throws `DecodeError`. */
export function decodeBannerPayload(dec: Decoder, ours: BannerFeatures): BannerFeatures {
  const supported = dec.bigU64();
  const required = dec.bigU64();
  if ((supported & CEPH_MSGR2_FEATURE_REVISION_1) === 0n) {
    throw new DecodeError('banner.supported', 0, 'the peer speaks msgr v2.0 only, not v2.1');
  }
  const lacks = required & ~ours.supported;
  if (lacks !== 0n) {
    throw new DecodeError('banner.required', 8, `features 0x${lacks.toString(16)} that we lack`);
  }
  const missing = ours.required & ~supported;
  if (missing !== 0n) {
    throw new DecodeError('banner.supported', 0, `lacks features 0x${missing.toString(16)}`);
  }
  return { supported, required };
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
