import type { Decoder } from './Decoder.ts';
import type { Encoder } from './Encoder.ts';
import { DecodeError } from './errors.ts';
import type { Random } from './Random.ts';

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

/** One that nobody has had: of version 4. */
export function randomUuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, '0')).join(
    '',
  );
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `${variant}${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}
