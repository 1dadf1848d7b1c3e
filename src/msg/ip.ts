import { DecodeError } from '../common/errors.ts';

/** The 4 bytes of dotted decimal, or the 16 of an IPv6 address. Throws `DecodeError` on anything else. */
export function ipToBytes(ip: string): Uint8Array {
  return ip.includes(':') ? ipv6ToBytes(ip) : ipv4ToBytes(ip);
}

/** The canonical text: RFC 5952 for IPv6. */
export function ipFromBytes(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : ipv6FromBytes(bytes);
}

function ipv4ToBytes(ip: string): Uint8Array {
  const parts = ip.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    throw new DecodeError('ip', 0, `'${ip}' is no IPv4 address`);
  }
  return Uint8Array.from(parts, Number);
}

function ipv6ToBytes(ip: string): Uint8Array {
  const halves = ip.split('::');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(groupsOf)));
  const [head = [], tail = []] = groups;
  const missing = 8 - head.length - tail.length;
  const ok = halves.length === 1 ? missing === 0 : halves.length === 2 && missing > 0;
  const all = [...head, ...new Array<number>(Math.max(missing, 0)).fill(0), ...tail];
  if (!ok || all.some((group) => Number.isNaN(group))) {
    throw new DecodeError('ip', 0, `'${ip}' is no IPv6 address`);
  }
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** One 16-bit group, or the two of a dotted tail (`::ffff:10.0.0.1`); NaN for neither. */
function groupsOf(part: string): number[] {
  if (part.includes('.')) {
    const [a = 0, b = 0, c = 0, d = 0] = ipv4ToBytes(part);
    return [(a << 8) | b, (c << 8) | d];
  }
  return [/^[0-9a-fA-F]{1,4}$/.test(part) ? Number.parseInt(part, 16) : Number.NaN];
}

function ipv6FromBytes(bytes: Uint8Array): string {
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0),
  );
  const text = groups.map((group) => group.toString(16)).join(':');
  // The first of the longest runs of at least two zero groups becomes "::".
  const runs = [...text.matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].map((match) => match[0]);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return text;
  const at = text.search(new RegExp(`(?<![^:])${longest}(?![^:])`));
  const head = text.slice(0, at).replace(/:$/, '');
  const tail = text.slice(at + longest.length).replace(/^:/, '');
  return `${head}::${tail}`;
}
