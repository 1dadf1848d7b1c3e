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
