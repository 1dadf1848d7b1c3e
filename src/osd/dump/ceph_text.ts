import { type utime_t, utimeToMs } from '../../common/utime_t.ts';
import type { entity_addr_t, entity_addrvec_t } from '../../msg/msg_types.ts';
import type { eversion_t } from '../osd_types.ts';
import type { snap_interval_set_t } from '../snap_intervals.ts';

/** Small things as Ceph's streams print them. */

const ADDR_TYPES = ['none', 'v1', 'v2', 'any', 'cidr'];
const TYPE_ANY = 3;

/** Seconds below which a time is a length of time. */
const ABSOLUTE_SEC_MIN = 60 * 60 * 24 * 365 * 10;

/** `2026-11-22T12:03:13.073763+0000`, in local time; `0.000000` for what is no date. */
export function utimeText(time: utime_t): string {
  const usec = String(Math.floor(time.nsec / 1000)).padStart(6, '0');
  if (time.sec < ABSOLUTE_SEC_MIN) return `${time.sec}.${usec}`;
  const offset = -new Date(utimeToMs(time)).getTimezoneOffset();
  const local = new Date((time.sec + offset * 60) * 1000).toISOString().slice(0, 19);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${local}.${usec}${offset < 0 ? '-' : '+'}${pad2(hours)}${pad2(minutes)}`;
}

function pad2(n: number): string {
  return String(n).padStart(2, '0');
}

/** `v1:127.0.0.1:6789/0`; an address of any type stands without one. */
export function addrText(addr: entity_addr_t): string {
  if (addr.type === 0) return '-';
  const text = `${sockaddrText(addr)}/${addr.nonce}`;
  return addr.type === TYPE_ANY ? text : `${addrTypeName(addr)}:${text}`;
}

export function addrTypeName(addr: entity_addr_t): string {
  return ADDR_TYPES[addr.type] ?? '???';
}

export function sockaddrText(addr: entity_addr_t): string {
  if (addr.ip === '') return '(unrecognized address family 0)';
  return addr.ip.includes(':') ? `[${addr.ip}]:${addr.port}` : `${addr.ip}:${addr.port}`;
}

/** Nothing for none, one as it is, several in brackets. */
export function addrvecText(addrs: entity_addrvec_t): string {
  const texts = addrs.map(addrText);
  return texts.length > 1 ? `[${texts.join(',')}]` : (texts[0] ?? '');
}

export function eversionText({ epoch, version }: eversion_t): string {
  return `${epoch}'${version}`;
}

/** `[3~2,7~1]`, in hexadecimal. */
export function snapsText(set: snap_interval_set_t): string {
  const runs = set.map(({ start, length }) => `${start.toString(16)}~${length.toString(16)}`);
  return `[${runs.join(',')}]`;
}
