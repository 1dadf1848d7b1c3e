import type { Decoder } from './Decoder.ts';
import type { Encoder } from './Encoder.ts';
import { DecodeError } from './errors.ts';

const DASHES_BEFORE = new Set([4, 6, 8, 10]);

/** uuid_d: 16 bytes; here as its usual text, lower case. */
export function encodeUuid(enc: Encoder, uuid: string): void {
  const hex = uuid.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new DecodeError('uuid_d', 0, `'${uuid}' is no uuid`);
  for (let i = 0; i < 32; i += 2) enc.u8(Number.parseInt(hex.slice(i, i + 2), 16));
}

export function decodeUuid(dec: Decoder): string {
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (DASHES_BEFORE.has(i)) text += '-';
    text += dec.u8().toString(16).padStart(2, '0');
  }
  return text;
}
