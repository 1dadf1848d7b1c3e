import type { utime_t } from '../../common/utime_t.ts';
import type { entity_addr_t, entity_addrvec_t } from '../../msg/msg_types.ts';
import type { eversion_t } from '../osd_types.ts';
import type { snap_interval_set_t } from '../snap_intervals.ts';

/** Small things as Ceph's streams print them. */

const ADDR_TYPES = ['none', 'v1', 'v2', 'any', 'cidr'];
const TYPE_ANY = 3;

/** Seconds below which a time is a length of time. */
const ABSOLUTE_SEC_MIN = 60 * 60 * 24 * 365 * 10;

/** Minutes that a place is ahead of UTC at a time (seconds since 1970 UTC). */
export type TimeZone = (sec: number) => number;

/** `2026-11-22T12:03:13.073763+0000`, in the time of `zone`, UTC if none is given; `0.000000` for what is no date. */
export function utimeText(time: utime_t, zone: TimeZone = () => 0): string {
  const usec = String(Math.floor(time.nsec / 1000)).padStart(6, '0');
  if (time.sec < ABSOLUTE_SEC_MIN) return `${time.sec}.${usec}`;
  const offset = zone(time.sec);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const local = civilText(time.sec + offset * 60);
  return `${local}.${usec}${offset < 0 ? '-' : '+'}${pad2(hours)}${pad2(minutes)}`;
}

const DAY_SEC = 86_400;
/** Days of 400 years, of which the calendar repeats itself; and from 0000-03-01 to 1970-01-01. */
const ERA_DAYS = 146_097;
const EPOCH_DAYS = 719_468;

/** `2026-11-22T12:03:13`. Years begin in March here, so that the odd day is the last. */
function civilText(sec: number): string {
  const days = Math.floor(sec / DAY_SEC) + EPOCH_DAYS;
  const era = Math.floor(days / ERA_DAYS);
  const day = days - era * ERA_DAYS;
  const leaps = Math.floor(day / 1460) - Math.floor(day / 36_524) + Math.floor(day / 146_096);
  const yearOfEra = Math.floor((day - leaps) / 365);
  const dayOfYear =
    day - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0);
  const date = `${year}-${pad2(month < 10 ? month + 3 : month - 9)}-${pad2(dayOfMonth)}`;
  const rest = sec - Math.floor(sec / DAY_SEC) * DAY_SEC;
  const time = [rest / 3600, (rest / 60) % 60, rest % 60].map((n) => pad2(Math.floor(n)));
  return `${date}T${time.join(':')}`;
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
