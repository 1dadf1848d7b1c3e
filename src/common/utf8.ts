/**
 * UTF-8 without globals: the core is compiled with neither Node's nor the browser's types.
 *
 * Names in Ceph are bytes, and need not be UTF-8. A byte that is not, 0x80 to 0xff, is read as the lone
 * surrogate U+DC80 to U+DCFF, and written back as that byte, as Python does in the names of files
 * (surrogateescape): what was read names the same object again. Other lone surrogates are written
 * as U+FFFD.
 */

const REPLACEMENT = 0xfffd;
/** What a malformed byte is added to. */
const ESCAPE = 0xdc00;

/** Bytes that {@link utf8Write} makes of `text`. */
export function utf8Length(text: string): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) n += 1;
    else if (c < 0x800) n += 2;
    else if (isPair(c, text, i)) {
      n += 4;
      i++;
    } else n += isEscape(c) ? 1 : 3;
  }
  return n;
}

/** Writes `text` at `offset`; the caller has made room for {@link utf8Length} bytes. Answers the end. */
export function utf8Write(into: Uint8Array, offset: number, text: string): number {
  let at = offset;
  for (let i = 0; i < text.length; i++) {
    let c = text.charCodeAt(i);
    if (c < 0x80) {
      into[at++] = c;
      continue;
    }
    if (c < 0x800) {
      into[at++] = 0xc0 | (c >> 6);
    } else {
      if (isPair(c, text, i)) {
        c = 0x10000 + ((c & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
        into[at++] = 0xf0 | (c >> 18);
        into[at++] = 0x80 | ((c >> 12) & 0x3f);
      } else if (isEscape(c)) {
        into[at++] = c - ESCAPE;
        continue;
      } else {
        if (c >= 0xd800 && c < 0xe000) c = REPLACEMENT;
        into[at++] = 0xe0 | (c >> 12);
      }
      into[at++] = 0x80 | ((c >> 6) & 0x3f);
    }
    into[at++] = 0x80 | (c & 0x3f);
  }
  return at;
}

export function utf8Encode(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  utf8Write(bytes, 0, text);
  return bytes;
}

export function utf8Decode(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  let at = start;
  while (at < end) {
    // Eight at a time is twice as fast as one at a time; names are mostly ASCII.
    if (at + 8 <= end) {
      const a = bytes[at] ?? 0;
      const b = bytes[at + 1] ?? 0;
      const c = bytes[at + 2] ?? 0;
      const d = bytes[at + 3] ?? 0;
      const e = bytes[at + 4] ?? 0;
      const f = bytes[at + 5] ?? 0;
      const g = bytes[at + 6] ?? 0;
      const h = bytes[at + 7] ?? 0;
      if ((a | b | c | d | e | f | g | h) < 0x80) {
        text += String.fromCharCode(a, b, c, d, e, f, g, h);
        at += 8;
        continue;
      }
    }
    const c = bytes[at] ?? 0;
    if (c < 0x80) {
      text += String.fromCharCode(c);
      at++;
      continue;
    }
    const more =
      c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 0;
    const point = more === 0 ? -1 : codePoint(bytes, at, end, c, more);
    text += String.fromCodePoint(point < 0 ? ESCAPE + c : point);
    at += point < 0 ? 1 : more + 1;
  }
  return text;
}

/** The code point of 1 + `more` bytes at `at`, or -1: truncated, overlong, a surrogate, out of range. */
function codePoint(bytes: Uint8Array, at: number, end: number, lead: number, more: number): number {
  if (at + more >= end) return -1;
  let point = lead & (0x3f >> more);
  for (let i = 1; i <= more; i++) {
    const c = bytes[at + i] ?? 0;
    if ((c & 0xc0) !== 0x80) return -1;
    point = (point << 6) | (c & 0x3f);
  }
  const least = more === 1 ? 0x80 : more === 2 ? 0x800 : 0x10000;
  if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return -1;
  return point;
}

function isEscape(c: number): boolean {
  return c >= ESCAPE + 0x80 && c <= ESCAPE + 0xff;
}

function isPair(c: number, text: string, i: number): boolean {
  if ((c & 0xfc00) !== 0xd800) return false;
  return (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
}

/** As the bytes of their UTF-8 compare, which is how Ceph sorts: negative, 0 or positive. */
export function utf8Compare(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Only surrogates sort otherwise as units than as bytes.
    return x < SURROGATES && y < SURROGATES ? x - y : compareBytes(utf8Encode(a), utf8Encode(b));
  }
  return a.length - b.length;
}

const SURROGATES = 0xd800;

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
