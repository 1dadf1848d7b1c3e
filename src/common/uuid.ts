import type { Decoder } from './Decoder.ts';
import type { Encoder } from './Encoder.ts';
import { DecodeError } from './errors.ts';

/** Before which bytes of a uuid a dash stands: a bit for each. */
const DASHES = (1 << 4) | (1 << 6) | (1 << 8) | (1 << 10);

/** A byte in two digits. A map of 10,000 OSDs has as many uuids. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** uuid_d: 16 bytes; here as its usual text, lower case. */
export function encodeUuid(enc: Encoder, uuid: string): void {
  const hex = uuid.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new DecodeError('uuid_d', 0, `'${uuid}' is no uuid`);
  for (let i = 0; i < 32; i += 2) enc.u8(Number.parseInt(hex.slice(i, i + 2), 16));
}

export function decodeUuid(dec: Decoder): string {
  let text = '';
  for (let i = 0; i < 16; i++) {
    if ((DASHES >> i) & 1) text += '-';
    text += HEX[dec.u8()] ?? '';
  }
  return text;
}
