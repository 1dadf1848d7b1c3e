import { AF_INET6 } from '../msg/msg_types.ts';
import { OSD_INFO_LENGTH } from './osd_info.ts';

/** Of what a map holds for each OSD, in the form that Pacific writes: see {@link UsualLength}. */

const AF_UNSPEC = 0;
const AF_INET = 2;
/** Marker, section header, type, nonce, length of the sockaddr. */
const ADDR_HEAD = 1 + 6 + 12;
/** Marker, count. */
const ADDRVEC_HEAD = 1 + 4;
const SECTION_HEAD = 6;
const XINFO_VERSION = 4;
const XINFO_BODY = 40;

export function usualUuid(): number {
  return 16;
}

export function usualOsdInfo(): number {
  return OSD_INFO_LENGTH;
}

export function usualOsdXinfo(bytes: Uint8Array, at: number): number {
  const isUsual = bytes[at] === XINFO_VERSION && (bytes[at + 1] ?? 0) <= XINFO_VERSION;
  return isUsual && u32(bytes, at + 2) === XINFO_BODY ? SECTION_HEAD + XINFO_BODY : 0;
}

export function usualAddrvec(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 2) return 0;
  const count = u32(bytes, at + 1);
  let next = at + ADDRVEC_HEAD;
  // A count that is too high ends where the bytes do.
  for (let i = 0; i < count; i++) {
    const length = usualAddr(bytes, next);
    if (length === 0) return 0;
    next += length;
  }
  return next - at;
}

/** Marker 1, section v1 compat 1 of a sockaddr of the usual length for its family, and no more. */
function usualAddr(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 1 || bytes[at + 1] !== 1 || bytes[at + 2] !== 1) return 0;
  const sockaddr = u32(bytes, at + 15);
  const family = (bytes[at + ADDR_HEAD] ?? 0) | ((bytes[at + ADDR_HEAD + 1] ?? 0) << 8);
  const isUsual = sockaddr === 16 ? family === AF_INET : sockaddr === 28 && isWide(family);
  return isUsual && u32(bytes, at + 3) === 12 + sockaddr ? ADDR_HEAD + sockaddr : 0;
}

/** A blank address has the length of an IPv6 one. */
function isWide(family: number): boolean {
  return family === AF_INET6 || family === AF_UNSPEC;
}

/** Behind the end there are zeros. */
function u32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (low | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}
