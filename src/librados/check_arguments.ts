import { EINVAL, ENAMETOOLONG } from '../common/errno.ts';
import { utf8Length } from '../common/utf8.ts';
import { type RadosError, radosError } from './RadosError.ts';

/** Bytes of a name, as OSDs allow by default: osd_max_object_name_len, osd_max_object_namespace_len. */
const OBJECT_NAME_MAX = 2048;
const NAMESPACE_MAX = 256;
/** Steps of one op. A message counts up to 65,535, but results are taken apart one inside the other. */
const STEPS_MAX = 1024;

export function checkOid(syscall: string, oid: string): void {
  if (typeof oid !== 'string' || oid === '') {
    throw invalid(syscall, `an object's name is a text of 1 to ${OBJECT_NAME_MAX} bytes`);
  }
  checkLength(syscall, 'object name', oid, OBJECT_NAME_MAX);
}

export function checkNamespace(syscall: string, namespace: string): void {
  checkLength(syscall, 'namespace', namespace, NAMESPACE_MAX);
}

export function checkLocatorKey(syscall: string, key: string): void {
  checkLength(syscall, 'locator key', key, OBJECT_NAME_MAX);
}

/** `length` undefined: to the end. */
export function checkExtent(offset: number, length: number | undefined): void {
  checkCount('read', 'offset', offset);
  if (length === undefined) return;
  checkCount('read', 'length', length);
  checkCount('read', 'offset + length', offset + length);
}

/** `what`: for the error. `max`: it must not be greater. */
export function checkCount(
  syscall: string,
  what: string,
  value: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw invalid(syscall, `${what} ${value} is no number of 0 to ${max}`);
}

/** A number of `bits` bits. */
export function checkUnsigned(syscall: string, what: string, value: bigint, bits: number): void {
  if (typeof value === 'bigint' && value >= 0n && value >> BigInt(bits) === 0n) return;
  throw invalid(syscall, `${what} ${value} is no number of ${bits} bits`);
}

/** Of an attribute, a key, a class, a method. `max`: bytes. */
export function checkText(
  syscall: string,
  what: string,
  text: string,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (typeof text !== 'string') throw invalid(syscall, `the ${what} is no text`);
  if (max < Number.MAX_SAFE_INTEGER && utf8Length(text) > max) {
    throw invalid(syscall, `the ${what} has more than ${max} bytes`);
  }
}

export function checkBytes(syscall: string, what: string, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw invalid(syscall, `${what} is no Uint8Array`);
}

export function checkSteps(count: number): void {
  if (count > STEPS_MAX) throw invalid('operateRead', `a ReadOp of more than ${STEPS_MAX} steps`);
}

export function checkTimeout(syscall: string, timeout: number): void {
  if (!(Number.isFinite(timeout) && timeout >= 0)) {
    throw invalid(syscall, `timeout ${timeout} is no number of milliseconds`);
  }
}

export function invalid(syscall: string, reason: string): RadosError {
  return radosError(EINVAL, { syscall, reason });
}

function checkLength(syscall: string, what: string, text: string, max: number): void {
  if (typeof text !== 'string') throw invalid(syscall, `the ${what} is no text`);
  // A UTF-16 unit never takes more than three bytes, and no text has fewer bytes than units.
  if (3 * text.length <= max) return;
  const length = text.length > max ? text.length : utf8Length(text);
  if (length <= max) return;
  throw radosError(ENAMETOOLONG, { syscall, reason: `the ${what} has more than ${max} bytes` });
}
