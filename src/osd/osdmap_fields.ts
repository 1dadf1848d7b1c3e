import { decodeMap, decodeVector, encodeMap, encodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUtime, encodeUtime } from '../common/utime_t.ts';
import { ipToBytes } from '../msg/ip.ts';
import {
  AF_INET6,
  decodeAddr,
  decodeAddrvec,
  encodeAddr,
  encodeAddrvec,
  type entity_addr_t,
  type entity_addrvec_t,
} from '../msg/msg_types.ts';
import type { BlocklistEntry, Osds, UpmapItem } from './osdmap_data.ts';
import type { pg_pool_t } from './pg_pool.ts';
import { decodePgPool, encodePgPool, PG_POOL_LENGTH_MIN } from './pg_pool_codec.ts';

/** Fields that a full map and an incremental write alike. */

/** A pool's size is a u8, so no set of OSDs is larger. */
const OSDS_PER_PG_MAX = 255;

/** Least bytes of an address. */
export const ADDR_LENGTH_MIN = 13;
/** Least bytes of an addrvec. */
export const ADDRVEC_LENGTH_MIN = 5;

export function encodePools(enc: Encoder, pools: ReadonlyMap<number, pg_pool_t>): void {
  encodeMap(
    enc,
    pools,
    (id) => enc.u64(id),
    (pool) => encodePgPool(enc, pool),
  );
}

export function decodePools(dec: Decoder, field: string): Map<number, pg_pool_t> {
  return decodeMap(
    dec,
    field,
    8 + PG_POOL_LENGTH_MIN,
    () => dec.s64(),
    () => decodePgPool(dec),
  );
}

export function encodePoolNames(enc: Encoder, names: ReadonlyMap<number, string>): void {
  encodeMap(
    enc,
    names,
    (id) => enc.u64(id),
    (name) => enc.string(name),
  );
}

export function decodePoolNames(dec: Decoder, field: string): Map<number, string> {
  return decodeMap(
    dec,
    field,
    12,
    () => dec.s64(),
    () => dec.string(field),
  );
}

/** vector<s32>. */
export function encodeOsds(enc: Encoder, osds: Osds): void {
  encodeVector(enc, osds, (osd) => enc.s32(osd));
}

export function decodeOsds(dec: Decoder, field: string): Osds {
  return withinPgSize(
    dec,
    field,
    decodeVector(dec, field, 4, () => dec.s32()),
  );
}

/** vector<pair<s32, s32>>. */
export function encodeUpmapItems(enc: Encoder, items: readonly UpmapItem[]): void {
  encodeVector(enc, items, ([from, to]) => {
    enc.s32(from);
    enc.s32(to);
  });
}

export function decodeUpmapItems(dec: Decoder, field: string): readonly UpmapItem[] {
  const item = (): UpmapItem => [dec.s32(), dec.s32()];
  return withinPgSize(dec, field, decodeVector(dec, field, 8, item));
}

function withinPgSize<T>(dec: Decoder, field: string, vector: readonly T[]): readonly T[] {
  if (vector.length <= OSDS_PER_PG_MAX) return vector;
  throw dec.error(`${vector.length} OSDs of one PG, more than ${OSDS_PER_PG_MAX}`, field);
}

/** map<s32, u32>. */
export function encodeS32U32s(enc: Encoder, map: ReadonlyMap<number, number>): void {
  encodeMap(
    enc,
    map,
    (key) => enc.s32(key),
    (value) => enc.u32(value),
  );
}

export function decodeS32U32s(dec: Decoder, field: string): Map<number, number> {
  return decodeMap(
    dec,
    field,
    8,
    () => dec.s32(),
    () => dec.u32(),
  );
}

/** map<s32 osd, addrvec>. */
export function encodeAddrvecsByOsd(
  enc: Encoder,
  map: ReadonlyMap<number, entity_addrvec_t>,
): void {
  encodeMap(
    enc,
    map,
    (osd) => enc.s32(osd),
    (addrs) => encodeAddrvec(enc, addrs),
  );
}

export function decodeAddrvecsByOsd(dec: Decoder, field: string): Map<number, entity_addrvec_t> {
  const size = 4 + ADDRVEC_LENGTH_MIN;
  return decodeMap(
    dec,
    field,
    size,
    () => dec.s32(),
    () => decodeAddrvec(dec),
  );
}

/** map<entity_addr_t, utime>. */
export function encodeBlocklist(enc: Encoder, list: readonly BlocklistEntry[]): void {
  encodeVector(enc, [...list].sort(byAddr), ([addr, until]) => {
    encodeAddr(enc, addr);
    encodeUtime(enc, until);
  });
}

export function decodeBlocklist(dec: Decoder, field: string): BlocklistEntry[] {
  return decodeVector(dec, field, ADDR_LENGTH_MIN + 8, () => [decodeAddr(dec), decodeUtime(dec)]);
}

export function encodeAddrs(enc: Encoder, addrs: readonly entity_addr_t[]): void {
  encodeVector(enc, addrs, (addr) => encodeAddr(enc, addr));
}

export function decodeAddrs(dec: Decoder, field: string): entity_addr_t[] {
  return decodeVector(dec, field, ADDR_LENGTH_MIN, () => decodeAddr(dec));
}

/** The order of Ceph's entity_addr_t, which is that of its bytes in memory. */
function byAddr([a]: BlocklistEntry, [b]: BlocklistEntry): number {
  const x = bytesInMemory(a);
  const y = bytesInMemory(b);
  const at = x.findIndex((byte, i) => byte !== y[i]);
  return at < 0 ? 0 : (x[at] ?? 0) - (y[at] ?? 0);
}

function bytesInMemory(addr: entity_addr_t): number[] {
  const ip = addr.ip === '' ? [] : [...ipToBytes(addr.ip)];
  const flowinfo = addr.family === AF_INET6 ? [0, 0, 0, 0] : [];
  return [
    ...littleEndian(addr.type),
    ...littleEndian(addr.nonce),
    addr.family,
    addr.port >> 8,
    addr.port & 0xff,
    ...flowinfo,
    ...ip,
  ];
}

function littleEndian(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}
