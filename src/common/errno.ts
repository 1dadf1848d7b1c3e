import { ERRNO_TABLE } from './errno_table.ts';

/** Linux's error numbers, as Ceph has them on the wire (there negative). */
export const EPERM = 1;
export const ENOENT = 2;
export const EIO = 5;
export const ENXIO = 6;
export const EAGAIN = 11;
export const EACCES = 13;
export const EBUSY = 16;
export const EEXIST = 17;
export const EINVAL = 22;
export const EFBIG = 27;
export const ENOSPC = 28;
export const ERANGE = 34;
export const ENAMETOOLONG = 36;
export const ENODATA = 61;
export const EBADMSG = 74;
export const EOVERFLOW = 75;
/** Linux: ERESTART. */
export const EOLDSNAPC = 85;
export const EMSGSIZE = 90;
export const EOPNOTSUPP = 95;
export const ENOTCONN = 107;
/** Ceph: EBLOCKLISTED, too. */
export const ESHUTDOWN = 108;
export const ETIMEDOUT = 110;
export const EDQUOT = 122;
export const ECANCELED = 125;

/** Numbers from here on are no errors: a CMPEXT says so where it has found another byte. */
export const MAX_ERRNO = 4095;

/** Name, and what strerror says. */
const KNOWN = new Map(ERRNO_TABLE.map(([errno, name, text]) => [errno, { name, text }]));

/** `ENOENT` for 2; `E134` for a number that has no name here. */
export function errnoName(errno: number): string {
  return KNOWN.get(errno)?.name ?? `E${errno}`;
}

/** `(2) No such file or directory`, for -2 too. Ceph: cpp_strerror (src/common/errno.cc). */
export function cppStrerror(errno: number): string {
  const positive = Math.abs(errno);
  const text = positive === 0 ? 'Success' : KNOWN.get(positive)?.text;
  return `(${positive}) ${text ?? `Unknown error ${positive}`}`;
}
