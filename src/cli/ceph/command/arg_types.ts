import { accessSync, constants, statSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { dirname, resolve } from 'node:path';
import { ArgumentError } from './ArgumentError.ts';
import { floatText, type PyValue, readDecimal, readFloat, readInt } from './python.ts';

/** A type of arguments. Ceph: the CephArgtypes of src/pybind/ceph_argparse.py. */
export interface ArgType {
  /** What a word comes to; a `partial` one may be the beginning of it. Throws ArgumentError. */
  valid(word: string, partial: boolean): PyValue;
  /** In complaints: `<int[0-]>`. */
  readonly text: string;
}

/** The fields of an argument in a command table, besides its name. */
export type ArgAttributes = Readonly<Record<string, unknown>>;

const TYPES: ReadonlyMap<string, (attributes: ArgAttributes) => ArgType> = new Map([
  ['CephInt', (attributes: ArgAttributes) => intType(textOf(attributes, 'range'))],
  ['CephFloat', (attributes: ArgAttributes) => floatType(textOf(attributes, 'range'))],
  ['CephString', (attributes: ArgAttributes) => stringType(textOf(attributes, 'goodchars'))],
  ['CephChoices', (attributes: ArgAttributes) => choicesType(textOf(attributes, 'strings'))],
  ['CephBool', () => ({ valid: validBool, text: '<bool>' })],
  ['CephPoolname', () => ({ valid: anyWord, text: '<poolname>' })],
  ['CephObjectname', () => ({ valid: anyWord, text: '<objectname>' })],
  ['CephPgid', () => ({ valid: validPgid, text: '<pgid>' })],
  ['CephName', () => ({ valid: validName, text: '<name (type.id)>' })],
  ['CephOsdName', () => ({ valid: validOsdName, text: '<osdname (id|osd.id)>' })],
  ['CephIPAddr', () => ({ valid: validIpAddr, text: '<IPaddr[:port]>' })],
  ['CephEntityAddr', () => ({ valid: validEntityAddr, text: '<EntityAddr>' })],
  ['CephUUID', () => ({ valid: validUuid, text: '<uuid>' })],
  ['CephFragment', () => ({ valid: validFragment, text: '<CephFS fragment ID (0xvvv/bbb)>' })],
  ['CephFilepath', () => ({ valid: validFilepath, text: '<outfilename>' })],
  ['CephSocketpath', () => ({ valid: validSocketpath, text: '<admin-socket-path>' })],
]);

/** A type by its name in a command table. What later releases have besides is any word. */
export function argType(name: string, attributes: ArgAttributes): ArgType {
  return TYPES.get(name)?.(attributes) ?? { valid: anyWord, text: `<${name}>` };
}

/** A word of a command's name. */
export function prefixType(prefix: string): ArgType {
  return {
    text: prefix,
    valid: (word, partial) => {
      if (partial ? prefix.startsWith(word) : prefix === word) return word;
      throw new ArgumentError('prefix', `no match for ${word}`);
    },
  };
}

function textOf(attributes: ArgAttributes, key: string): string {
  const value = attributes[key];
  return typeof value === 'string' ? value : '';
}

function anyWord(word: string): string {
  return word;
}

function invalid(reason: string): ArgumentError {
  return new ArgumentError('valid', reason);
}

function malformed(reason: string): ArgumentError {
  return new ArgumentError('format', reason);
}

/** `range`: '', `0`, `0|100`. */
function intType(range: string): ArgType {
  const limits = range === '' ? [] : range.split('|').map((limit) => readDecimal(limit) ?? 0n);
  return {
    text: `<int${rangeText(limits.map(String))}>`,
    valid: (word) => {
      const value = readInt(word);
      if (value === undefined) throw invalid(`${word} doesn't represent an int`);
      checkRange(value, limits, String(value), limits.map(String));
      return value;
    },
  };
}

function floatType(range: string): ArgType {
  const limits = range === '' ? [] : range.split('|').map((limit) => readFloat(limit) ?? 0);
  return {
    text: `<float${rangeText(limits.map(floatText))}>`,
    valid: (word) => {
      const value = readFloat(word);
      if (value === undefined) throw invalid(`${word} doesn't represent a float`);
      checkRange(value, limits, floatText(value), limits.map(floatText));
      return value;
    },
  };
}

function rangeText(limits: readonly string[]): string {
  const [min, max = ''] = limits;
  return min === undefined || limits.length > 2 ? '' : `[${min}-${max}]`;
}

function checkRange<T extends number | bigint>(
  value: T,
  limits: readonly T[],
  text: string,
  limitTexts: readonly string[],
): void {
  const [min, max] = limits;
  if (min === undefined || limits.length > 2) return;
  // So said, not a number is in any range.
  if (!(value < min || (max !== undefined && value > max))) return;
  throw invalid(`${text} not in range [${limitTexts.join(', ')}]`);
}

/** What Python calls printable: of ASCII, and white space. */
const PRINTABLE = /^[\t-\r -~]$/;

/** `goodchars`: a regular expression of one character; without it, ASCII. */
function stringType(goodchars: string): ArgType {
  const good = goodCharacter(goodchars);
  return {
    text: `<string${goodchars === '' ? '' : `(goodchars ${goodchars})`}>`,
    valid: (word) => {
      const bad = [...new Set(word)].filter((c) => !(PRINTABLE.test(c) && good.test(c)));
      if (bad.length > 0) throw malformed(`invalid chars ${bad.join('')} in ${word}`);
      return word;
    },
  };
}

function goodCharacter(goodchars: string): RegExp {
  try {
    return new RegExp(`^(?:${goodchars})`);
  } catch (error) {
    if (error instanceof SyntaxError) return PRINTABLE;
    throw error;
  }
}

function choicesType(strings: string): ArgType {
  const choices = strings.split('|');
  return {
    text: strings,
    valid: (word, partial) => {
      if (choices.some((choice) => (partial ? choice.startsWith(word) : choice === word))) {
        return word;
      }
      throw invalid(`${word} not in ${strings}`);
    },
  };
}

function validBool(word: string): boolean {
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === '1') return true;
  if (lower === 'false' || lower === '0') return false;
  throw invalid(`${word} not one of 'true', 'false'`);
}

function validPgid(word: string): string {
  const dot = word.indexOf('.');
  if (dot < 0) throw malformed('pgid has no .');
  const [pool, pgNum] = [word.slice(0, dot), word.slice(dot + 1)];
  const id = readDecimal(pool);
  if (id === undefined) throw malformed(`pool ${pool} not integer`);
  if (id < 0n) throw malformed(`pool ${id} < 0`);
  if (!/^\s*[+-]?(?:0x)?[0-9a-f](?:_?[0-9a-f])*\s*$/i.test(pgNum)) {
    throw malformed(`pgnum ${pgNum} not hex integer`);
  }
  return word;
}

const DAEMON_TYPES = ['osd', 'mon', 'client', 'mds', 'mgr'];

function validName(word: string): string {
  if (word === '*' || word === 'mgr' || word === 'mon') return word;
  const dot = word.indexOf('.');
  if (dot < 0) throw malformed(`CephName: no . in ${word}`);
  const [type, id] = [word.slice(0, dot), word.slice(dot + 1)];
  if (!DAEMON_TYPES.includes(type)) throw invalid(`unknown type ${type}`);
  if (type === 'osd' && id !== '*' && readDecimal(id) === undefined) {
    throw malformed(`osd id ${id} not integer`);
  }
  return word;
}

function validOsdName(word: string): PyValue {
  if (word === '*') return word;
  const dot = word.indexOf('.');
  const [type, id] = dot < 0 ? ['osd', word] : [word.slice(0, dot), word.slice(dot + 1)];
  if (type !== 'osd') throw invalid(`unknown type ${type}`);
  const value = readDecimal(id);
  if (value === undefined) throw malformed(`osd id ${id} not integer`);
  if (value < 0n) throw malformed(`osd id ${value} is less than 0`);
  return value;
}

const PORT_MAX = 65_535n;

function validIpAddr(word: string): string {
  checkIpAddr(word);
  return word;
}

function checkIpAddr(word: string): void {
  const [, type = '', rest = ''] = /^(v1:|v2:|any:)?(.*)$/s.exec(word) ?? [];
  const isV4 = type === '' ? !word.startsWith('[') && word.includes('.') : type !== 'v2:';
  if (isV4) checkIpv4(rest);
  else checkIpv6(rest);
}

function checkIpv4(text: string): void {
  const colon = text.indexOf(':');
  const port = colon < 0 ? '0' : text.slice(colon + 1);
  if ((readDecimal(port) ?? PORT_MAX + 1n) > PORT_MAX) throw invalid(`${port}: invalid IPv4 port`);
  const address = colon < 0 ? text : text.slice(0, colon);
  if (!isIPv4(address)) throw invalid(`${address}: invalid IPv4 address`);
}

function checkIpv6(text: string): void {
  const end = text.indexOf(']');
  if (text.startsWith('[') && end < 0) throw malformed(`${text} missing terminating ]`);
  const address = text.startsWith('[') ? text.slice(1, end) : text;
  if (text[end + 1] === ':' && text.startsWith('[') && !/[0-9]/.test(text[end + 2] ?? '')) {
    throw invalid(`${text}: bad port number`);
  }
  if (!isIPv6(address)) throw invalid(`${text} not valid IPv6 address`);
}

/** An address, `/` and a nonce. */
function validEntityAddr(word: string): string {
  const slash = word.indexOf('/');
  if (slash < 0) return validIpAddr(word);
  const [, nonce = '', bracket = ''] = /^(.*?)(\]?)$/s.exec(word.slice(slash + 1)) ?? [];
  checkIpAddr(word.slice(0, slash) + bracket);
  const value = readDecimal(nonce);
  if (nonce !== '' && (value === undefined || value < 0n)) {
    throw invalid(`${word}: invalid entity, nonce ${nonce} not integer > 0`);
  }
  return word;
}

function validUuid(word: string): string {
  const digits = word
    .replace('urn:', '')
    .replace('uuid:', '')
    .replace(/^[{}]+|[{}]+$/g, '');
  if (/^[0-9a-f]{32}$/i.test(digits.replaceAll('-', ''))) return word;
  throw malformed(`invalid UUID ${word}: badly formed hexadecimal UUID string`);
}

function validFragment(word: string): string {
  const [value = '', bits = ''] = word.split('/');
  if (!word.includes('/')) throw malformed(`${word}: no /`);
  if (!value.startsWith('0x')) throw malformed(`${value} not a hex integer`);
  // The original takes the hexadecimal that it asks for as decimal: no fragment passes.
  if (readDecimal(value) === undefined) throw malformed(`can't convert ${value} to integer`);
  if (readDecimal(bits) === undefined) throw malformed(`can't convert ${bits} to integer`);
  return word;
}

/** A file that can be read, or written, or made. */
function validFilepath(word: string): string {
  const path = resolve(word);
  if (isAccessible(path, constants.R_OK)) return path;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    if (isAccessible(dirname(path), constants.W_OK)) return path;
    throw invalid(`cannot create file in ${dirname(path)}`);
  }
  if (!found.isFile()) throw invalid(`${path} is not file`);
  if (!isAccessible(path, constants.W_OK)) throw invalid(`${path} is not writable`);
  return path;
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function validSocketpath(word: string): string {
  if (statSync(word, { throwIfNoEntry: false })?.isSocket() === true) return word;
  throw invalid(`socket path ${word} is not a socket`);
}
