import { OPTION_DEFAULTS, type Options } from './options.ts';

/** A value that is none for its option; the message says why. */
export class OptionValueError extends Error {
  override readonly name = 'OptionValueError';
}

type NumberOption = {
  [Key in keyof Options]: Options[Key] extends number ? Key : never;
}[keyof Options];

type NumberParser = (text: string) => number;

/** How the numbers are written. Ceph: the types in src/common/options.cc. */
const NUMBER_PARSERS: Readonly<Record<NumberOption, NumberParser>> = {
  client_mount_timeout: parseSecs,
  rados_osd_op_timeout: parseSecs,
  rados_mon_op_timeout: parseSecs,
  auth_mon_ticket_ttl: parseFloating,
  auth_service_ticket_ttl: parseFloating,
  objecter_tick_interval: parseFloating,
  objecter_timeout: parseFloating,
  objecter_inflight_ops: parseUint,
  objecter_inflight_op_bytes: parseSize,
  mon_client_hunt_interval: parseFloating,
  mon_client_hunt_interval_backoff: parseFloating,
  mon_client_hunt_interval_min_multiple: parseFloating,
  mon_client_hunt_interval_max_multiple: parseFloating,
  mon_client_hunt_parallel: parseUint,
  mon_client_directed_command_retry: parseInteger,
  mon_client_ping_interval: parseFloating,
  mon_client_ping_timeout: parseFloating,
  ms_initial_backoff: parseFloating,
  ms_max_backoff: parseFloating,
  ms_connection_ready_timeout: parseUint,
  ms_connection_idle_timeout: parseUint,
  ms_dispatch_throttle_bytes: parseSize,
  ms_osd_compress_min_size: parseUint,
  ms_inject_socket_failures: parseUint,
  ms_inject_delay_probability: parseFloating,
  ms_inject_delay_max: parseFloating,
};

export function isOption(key: string): key is keyof Options {
  return Object.hasOwn(OPTION_DEFAULTS, key);
}

export function isBoolOption(key: string): boolean {
  return isOption(key) && typeof OPTION_DEFAULTS[key] === 'boolean';
}

/**
 * Whether a client that runs takes a new value: numbers and booleans, and of texts those that are read when
 * they are needed. Ceph: Option::can_update_at_runtime (src/common/options.h).
 */
export function isRuntimeOption(key: keyof Options): boolean {
  return typeof OPTION_DEFAULTS[key] !== 'string' || RUNTIME_TEXTS.has(key);
}

/** Those that observers follow. Ceph: AuthRegistry::get_tracked_conf_keys (src/auth/AuthRegistry.cc). */
const RUNTIME_TEXTS: ReadonlySet<string> = new Set([
  'auth_client_required',
  'auth_supported',
  'crush_location',
  'ms_client_mode',
  'ms_mon_client_mode',
]);

/** The value of an option from its text. Throws `OptionValueError`. */
export function parseOptionValue(key: keyof Options, text: string): string | number | boolean {
  if (isNumberOption(key)) return NUMBER_PARSERS[key](text);
  return typeof OPTION_DEFAULTS[key] === 'boolean' ? parseBool(text) : text;
}

/** As Ceph shows it: numbers that may have a fraction, with six digits of it. */
export function formatOptionValue(key: keyof Options, value: string | number | boolean): string {
  const isFloating = isNumberOption(key) && NUMBER_PARSERS[key] === parseFloating;
  return isFloating ? Number(value).toFixed(6) : String(value);
}

function isNumberOption(key: keyof Options): key is NumberOption {
  return Object.hasOwn(NUMBER_PARSERS, key);
}

/** Ceph: strict_strtob (src/common/strtol.cc). */
function parseBool(text: string): boolean {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  return parseDigits(text, 'true, false or a number') !== 0;
}

/** `4.5`. Ceph: strict_strtod. */
function parseFloating(text: string): number {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Infinity;
  if (!Number.isFinite(value)) throw expectation(text, 'a number');
  return value;
}

/** `1000`, `1K`, by powers of 1000; also below 0. Ceph: strict_si_cast. */
function parseInteger(text: string): number {
  const [, digits = '', unit = ''] = /^(.*?)([KMGTPE]?)$/s.exec(text) ?? [];
  return parseDigits(digits, 'a number like 1000 or 1K') * 1000 ** powerOf(unit);
}

/** The same, but not below 0. */
function parseUint(text: string): number {
  return unsigned(text, parseInteger(text));
}

/** `1024`, `1K`, `1KB`, `1KiB`, by powers of 1024 in all of them. Ceph: strict_iec_cast. */
function parseSize(text: string): number {
  const [, digits = '', unit = ''] = /^(.*?)(?:([KMGTPE])(?:i?B?)|B)?$/s.exec(text) ?? [];
  return unsigned(text, parseDigits(digits, 'a size like 1024 or 1K') * 1024 ** powerOf(unit));
}

function powerOf(unit: string): number {
  return unit === '' ? 0 : 'KMGTPE'.indexOf(unit) + 1;
}

function unsigned(text: string, value: number): number {
  if (value < 0) throw new OptionValueError(`'${text}' is negative`);
  if (value >= 2 ** 64) throw new OptionValueError(`'${text}' is too large`);
  return value;
}

const SECONDS: ReadonlyMap<string, number> = new Map([
  ...units(1, 's', 'sec', 'second', 'seconds'),
  ...units(60, 'm', 'min', 'minute', 'minutes'),
  ...units(3600, 'h', 'hr', 'hour', 'hours'),
  ...units(86_400, 'd', 'day', 'days'),
  ...units(7 * 86_400, 'w', 'wk', 'week', 'weeks'),
  ...units(30 * 86_400, 'mo', 'month', 'months'),
  ...units(365 * 86_400, 'y', 'yr', 'year', 'years'),
]);

function units(seconds: number, ...names: string[]): [string, number][] {
  return names.map((name) => [name, seconds]);
}

/** `300`, `5m`, `1 hour 30 min`. Ceph: parse_timespan (src/common/ceph_time.cc). */
function parseSecs(text: string): number {
  const expected = 'a time like 300, 5m or 1h 30min';
  if (!/^(?:\s*\d+\s*[a-z]+)*(?:\s*\d+)?\s*$/i.test(text)) throw expectation(text, expected);
  let sum = 0;
  for (const [, digits = '', unit = ''] of text.matchAll(/(\d+)\s*([a-z]*)/gi)) {
    const factor = unit === '' ? 1 : SECONDS.get(unit);
    if (factor === undefined) throw expectation(text, expected);
    sum += Number(digits) * factor;
  }
  return unsigned(text, sum);
}

function parseDigits(text: string, expected: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw expectation(text, expected);
  return Number(text);
}

function expectation(text: string, expected: string): OptionValueError {
  return new OptionValueError(`'${text}' is not ${expected}`);
}
