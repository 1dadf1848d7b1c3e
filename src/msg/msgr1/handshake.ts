import type { Decoder } from '../../common/Decoder.ts';
import { DecodeError } from '../../common/errors.ts';
import { CEPH_BANNER } from '../msgr.ts';

/** What a handshake waits for: so many bytes, called so in errors. */
export interface Want {
  readonly bytes: number;
  readonly what: string;
}

/**
 * One side of the handshake as a machine that does no I/O: it writes to the Encoder that it was
 * given, yields what it wants to read (what it has written is sent then), goes on with a Decoder on
 * those bytes, and returns what was agreed. Throws `DecodeError` when the peer cannot be talked to.
 */
export type Handshake<Result> = Generator<Want, Result, Decoder>;

/** The most bytes of an authorizer, or of the reply to one, that are read from a peer not yet known. */
const AUTHORIZER_LENGTH_MAX = 32 * 1024;

const BANNER_SHOWN_MAX = 16;

export const BANNER: Want = { bytes: CEPH_BANNER.length, what: 'banner' };

export function checkBanner(dec: Decoder): void {
  const banner = dec.raw(CEPH_BANNER.length);
  const at = CEPH_BANNER.findIndex((byte, i) => banner[i] !== byte);
  if (at >= 0) {
    throw new DecodeError('banner', at, `'${printable(banner)}' is not that of msgr v1`);
  }
}

export function wantAuthorizer(length: number, field: string, offset: number): Want {
  if (length > AUTHORIZER_LENGTH_MAX) {
    throw new DecodeError(field, offset, `${length} bytes, at most ${AUTHORIZER_LENGTH_MAX}`);
  }
  return { bytes: length, what: 'authorizer' };
}

/** What a stranger sent, fit for a log. */
export function printable(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, BANNER_SHOWN_MAX);
  return Array.from(shown, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}
