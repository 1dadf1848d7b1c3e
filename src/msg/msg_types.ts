import type { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { cephEntityTypeName } from '../common/entity_name.ts';
import { DecodeError } from '../common/errors.ts';
import { ipFromBytes, ipToBytes } from './ip.ts';

/** A numbered entity: `osd.3`, `client.4123`. Ceph: src/msg/msg_types.h. On the wire u8 type, s64 num. */
export interface entity_name_t {
  readonly type: number;
  /** -1: not known yet. */
  readonly num: number;
}

export function entityNameToString(name: entity_name_t): string {
  return `${cephEntityTypeName(name.type)}.${name.num < 0 ? '?' : name.num}`;
}

const ADDR_TYPE_NONE = 0;
export const ADDR_TYPE_LEGACY = 1;
export const ADDR_TYPE_MSGR2 = 2;
export const ADDR_TYPE_ANY = 3;

const AF_UNSPEC = 0;
const AF_INET = 2;
export const AF_INET6 = 10;

const TYPE_NAMES = ['none', 'v1', 'v2', 'any'];
const PORT_MAX = 0xffff;
const NONCE_MAX = 0xffffffff;
/** sizeof(sockaddr_in) and sizeof(sockaddr_in6). */
const SOCKADDR_IN = 16;
const SOCKADDR_IN6 = 28;
const SOCKADDR_STORAGE = 128;
/** Bytes of the smallest address: marker, section, type, nonce, no sockaddr. */
const ADDR_LENGTH_MIN = 1 + 6 + 12;
/** Bytes of a sockaddr in the form of {@link encodeLegacyAddr}: type, nonce, sockaddr_storage. */
export const LEGACY_ADDR_LENGTH: number = 4 + 4 + SOCKADDR_STORAGE;

/** A process's address; the nonce tells two processes on one port apart. Immutable. */
export class entity_addr_t {
  readonly type: number;
  readonly nonce: number;
  readonly family: number;
  readonly ip: string;
  readonly port: number;
  #text: string | undefined;

  constructor(type: number, ip: string, port: number, nonce: number) {
    this.type = type;
    this.ip = ip;
    this.port = port;
    this.nonce = nonce;
    this.family = ip === '' ? AF_UNSPEC : ip.includes(':') ? AF_INET6 : AF_INET;
  }

  /** `v1:127.0.0.1:6789/0`; equal addresses give equal text, so it serves as a key. */
  toString(): string {
    this.#text ??= `${TYPE_NAMES[this.type] ?? '???'}:${this.getLegacyStr()}`;
    return this.#text;
  }

  /** `127.0.0.1:6789/0`, as before msgr2. */
  getLegacyStr(): string {
    if (this.family === AF_UNSPEC) return `-/${this.nonce}`;
    const ip = this.family === AF_INET6 ? `[${this.ip}]` : this.ip;
    return `${ip}:${this.port}/${this.nonce}`;
  }

  equals(other: entity_addr_t): boolean {
    return (
      this.port === other.port &&
      this.nonce === other.nonce &&
      this.type === other.type &&
      this.ip === other.ip
    );
  }

  isBlankIp(): boolean {
    return this.ip === '' || this.ip === '0.0.0.0' || this.ip === '::';
  }

  /** Whether somebody may listen there: a monmap in the making has blank ones. */
  canBeDialled(): boolean {
    return this.port !== 0 && !this.isBlankIp();
  }

  with(change: { type?: number; ip?: string; port?: number; nonce?: number }): entity_addr_t {
    return new entity_addr_t(
      change.type ?? this.type,
      change.ip ?? this.ip,
      change.port ?? this.port,
      change.nonce ?? this.nonce,
    );
  }
}

export const BLANK_ADDR: entity_addr_t = new entity_addr_t(ADDR_TYPE_NONE, '', 0, 0);

/**
 * The form of MSG_ADDR2: u8 1, section v1 { u32 type, u32 nonce, u32 length, sockaddr }, where a
 * sockaddr is u16 family (little-endian, as the host has it), be16 port, address.
 */
export function encodeAddr(enc: Encoder, addr: entity_addr_t): void {
  enc.u8(1);
  enc.encodeStart(1, 1);
  enc.u32(addr.type);
  enc.u32(addr.nonce);
  if (addr.family === AF_INET) {
    enc.u32(SOCKADDR_IN);
    enc.u16(AF_INET);
    encodePort(enc, addr.port);
    enc.raw(ipToBytes(addr.ip));
    enc.zeros(8);
  } else {
    // A blank address is written with the size of the union, which is that of sockaddr_in6.
    enc.u32(SOCKADDR_IN6);
    enc.u16(addr.family);
    if (addr.family === AF_UNSPEC) {
      enc.zeros(SOCKADDR_IN6 - 2);
    } else {
      encodePort(enc, addr.port);
      enc.u32(0); // flowinfo
      enc.raw(ipToBytes(addr.ip));
      enc.u32(0); // scope id
    }
  }
  enc.encodeFinish();
}

/** Either form; a legacy one begins with u8 0, being the first byte of its u32 type. */
export function decodeAddr(dec: Decoder): entity_addr_t {
  const marker = dec.u8();
  if (marker > 1) throw dec.error(`marker ${marker} is neither 0 nor 1`, 'entity_addr_t');
  return decodeAddrAfterMarker(dec, marker);
}

function decodeAddrAfterMarker(dec: Decoder, marker: number): entity_addr_t {
  if (marker === 0) {
    dec.skip(3);
    return decodeLegacyAfterType(dec, ADDR_TYPE_LEGACY);
  }
  dec.decodeStart('entity_addr_t', 1);
  const type = dec.u32();
  const nonce = dec.u32();
  const length = dec.count('sockaddr', 1);
  const addr =
    length === 0 ? BLANK_ADDR.with({ type, nonce }) : decodeSockaddr(dec, type, nonce, length);
  dec.decodeFinish();
  return addr;
}

/** The form from before MSG_ADDR2: u32 type, u32 nonce, sockaddr_storage with a big-endian family. */
export function encodeLegacyAddr(enc: Encoder, addr: entity_addr_t): void {
  enc.u32(0);
  enc.u32(addr.nonce);
  const start = enc.length;
  enc.u8(0);
  enc.u8(addr.family);
  if (addr.family !== AF_UNSPEC) encodePort(enc, addr.port);
  if (addr.family === AF_INET6) enc.u32(0);
  if (addr.family !== AF_UNSPEC) enc.raw(ipToBytes(addr.ip));
  enc.zeros(SOCKADDR_STORAGE - (enc.length - start));
}

/** As {@link encodeLegacyAddr}. The type on the wire means nothing; the result is of `type` v1. */
export function decodeLegacyAddr(dec: Decoder): entity_addr_t {
  dec.skip(4);
  return decodeLegacyAfterType(dec, ADDR_TYPE_LEGACY);
}

function decodeLegacyAfterType(dec: Decoder, type: number): entity_addr_t {
  const nonce = dec.u32();
  const storage = dec.raw(SOCKADDR_STORAGE);
  const family = ((storage[0] ?? 0) << 8) | (storage[1] ?? 0);
  return addrOf(dec, type, nonce, family, storage.subarray(2));
}

function decodeSockaddr(dec: Decoder, type: number, nonce: number, length: number): entity_addr_t {
  if (length < 2) throw dec.error(`length ${length} has no room for a family`, 'sockaddr');
  const family = dec.u16();
  const most = family === AF_INET ? SOCKADDR_IN : SOCKADDR_IN6;
  if (length > most) throw dec.error(`length ${length} is more than ${most}`, 'sockaddr');
  return addrOf(dec, type, nonce, family, dec.raw(length - 2));
}

/** `rest`: a sockaddr after its family. */
function addrOf(
  dec: Decoder,
  type: number,
  nonce: number,
  family: number,
  rest: Uint8Array,
): entity_addr_t {
  if (family === AF_UNSPEC) return BLANK_ADDR.with({ type, nonce });
  const [start, size] = family === AF_INET ? [2, 4] : [6, 16];
  if (family !== AF_INET && family !== AF_INET6) {
    throw dec.error(`unknown address family ${family}`, 'sockaddr');
  }
  if (rest.length < start + size) {
    throw dec.error(`${rest.length + 2} bytes are too few for family ${family}`, 'sockaddr');
  }
  const port = ((rest[0] ?? 0) << 8) | (rest[1] ?? 0);
  return new entity_addr_t(type, ipFromBytes(rest.subarray(start, start + size)), port, nonce);
}

function encodePort(enc: Encoder, port: number): void {
  enc.u8(port >> 8);
  enc.u8(port & 0xff);
}

/**
 * Negative: `a` comes before `b`, as a Ceph daemon compares the bytes that it has in memory, so that
 * two peers who dial each other agree on who waits. Ceph: entity_addr_t's operator<.
 */
export function compareAddr(a: entity_addr_t, b: entity_addr_t): number {
  const left = bytesInMemory(a);
  const right = bytesInMemory(b);
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** u32 type, u32 nonce and the sockaddr, filled up to the size of the larger one. */
function bytesInMemory(addr: entity_addr_t): Uint8Array {
  const enc = new Encoder(8 + SOCKADDR_IN6);
  enc.u32(addr.type);
  enc.u32(addr.nonce);
  enc.u16(addr.family);
  if (addr.family !== AF_UNSPEC) {
    encodePort(enc, addr.port);
    if (addr.family === AF_INET6) enc.u32(0); // flowinfo
    enc.raw(ipToBytes(addr.ip));
  }
  enc.zeros(8 + SOCKADDR_IN6 - enc.length);
  return enc.take();
}

/** All addresses of one process, v2 first as daemons list them. Ceph: entity_addrvec_t. */
export type entity_addrvec_t = readonly entity_addr_t[];

/** u8 2, u32 count, addresses. */
export function encodeAddrvec(enc: Encoder, addrs: entity_addrvec_t): void {
  enc.u8(2);
  enc.u32(addrs.length);
  for (const addr of addrs) encodeAddr(enc, addr);
}

/** As {@link encodeAddrvec}, or a single address in either of its forms. */
export function decodeAddrvec(dec: Decoder): entity_addrvec_t {
  const marker = dec.u8();
  if (marker > 2) throw dec.error(`marker ${marker} is above 2`, 'entity_addrvec_t');
  if (marker < 2) return [decodeAddrAfterMarker(dec, marker)];
  const count = dec.count('entity_addrvec_t', ADDR_LENGTH_MIN);
  const addrs: entity_addr_t[] = [];
  for (let i = 0; i < count; i++) addrs.push(decodeAddr(dec));
  return addrs;
}

export function legacyAddr(addrs: entity_addrvec_t): entity_addr_t | undefined {
  return addrs.find((addr) => addr.type === ADDR_TYPE_LEGACY);
}

/** As in `ceph osd dump`: one address as it is, several in brackets. */
export function addrvecToString(addrs: entity_addrvec_t): string {
  return addrs.length === 1 ? String(addrs[0]) : `[${addrs.join(',')}]`;
}

/** `v1:10.0.0.1:6789/0`, `10.0.0.1:6789`, `[::1]:6789`. Ceph: entity_addr_t::parse. */
export function parseAddr(text: string, defaultType: number = ADDR_TYPE_LEGACY): entity_addr_t {
  const match = /^(?:(v1|v2|any):)?(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d+))?(?:\/(\d+))?$/.exec(
    text,
  );
  const ip = match?.[2] ?? match?.[3];
  const port = Number(match?.[4] ?? 0);
  const nonce = Number(match?.[5] ?? 0);
  if (match === null || ip === undefined || port > PORT_MAX || nonce > NONCE_MAX) {
    throw new DecodeError('entity_addr_t', 0, `cannot parse '${text}'`);
  }
  const type = match[1] === undefined ? defaultType : TYPE_NAMES.indexOf(match[1]);
  return new entity_addr_t(type, ipFromBytes(ipToBytes(ip)), port, nonce);
}
