const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const WELL_FORMED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const VALUES = new Map(Array.from(ALPHABET, (char, value) => [char, value] as const));

/** The bytes of `text`, in the alphabet of RFC 4648, section 4, padded. Undefined: it is not base64. */
export function base64Decode(text: string): Uint8Array | undefined {
  if (!WELL_FORMED.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let have = 0;
  let at = 0;
  for (const char of digits) {
    bits = ((bits << 6) | (VALUES.get(char) ?? 0)) & 0xffff;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    bytes[at++] = bits >> have;
  }
  return bytes;
}

/** `bytes` in the alphabet of RFC 4648, section 4, padded. */
export function base64Encode(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const word = (a << 16) | (b << 8) | c;
    for (let shift = 18; shift >= 0; shift -= 6) text += ALPHABET[(word >> shift) & 63];
  }
  const padding = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - padding) + '='.repeat(padding);
}
