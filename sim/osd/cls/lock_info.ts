import { decodeVector, encodeVector } from '../../../src/common/containers.ts';
import type { Decoder } from '../../../src/common/Decoder.ts';
import type { Encoder } from '../../../src/common/Encoder.ts';
import { utf8Compare } from '../../../src/common/utf8.ts';
import { decodeUtime, encodeUtime, type utime_t } from '../../../src/common/utime_t.ts';
import {
  decodeAddr,
  encodeAddr,
  type entity_addr_t,
  type entity_name_t,
} from '../../../src/msg/msg_types.ts';

/** Who holds a lock. Ceph: locker_id_t, locker_info_t (src/cls/lock/cls_lock_types.h). */
export interface Locker {
  readonly name: entity_name_t;
  readonly cookie: string;
  /** Zero: never. */
  readonly expiration: utime_t;
  readonly addr: entity_addr_t;
  readonly description: string;
}

export interface LockInfo {
  readonly lockers: readonly Locker[];
  readonly type: number;
  readonly tag: string;
}

export const LOCK_NONE: LockInfo = { lockers: [], type: 0, tag: '' };

/** Three heads of sections, a name, a time, an address, two empty strings. */
const LOCKER_LENGTH_MIN = 40;

export function isLocker(locker: Locker, name: entity_name_t, cookie: string): boolean {
  return locker.name.type === name.type && locker.name.num === name.num && locker.cookie === cookie;
}

/**
 * lock_info_t, and cls_lock_get_info_reply: section v1 { map<locker_id_t, locker_info_t>, u8 type, string
 * tag }; locker_id_t: section v1 { entity_name_t, string cookie }; locker_info_t: section v1 { utime_t
 * expiration, entity_addr_t, string description }.
 */
export function encodeLockInfo(enc: Encoder, { lockers, type, tag }: LockInfo): void {
  enc.encodeStart(1, 1);
  encodeVector(enc, [...lockers].sort(compareLockers), (locker) => encodeLocker(enc, locker));
  enc.u8(type);
  enc.string(tag);
  enc.encodeFinish();
}

export function decodeLockInfo(dec: Decoder): LockInfo {
  dec.decodeStart('lock_info_t', 1);
  const lockers = decodeVector(dec, 'lockers', LOCKER_LENGTH_MIN, () => decodeLocker(dec));
  const info = { lockers, type: dec.u8(), tag: dec.string('tag') };
  dec.decodeFinish();
  return info;
}

export function decodeEntityName(dec: Decoder): entity_name_t {
  return { type: dec.u8(), num: dec.s64() };
}

function encodeLocker(enc: Encoder, locker: Locker): void {
  enc.encodeStart(1, 1);
  enc.u8(locker.name.type);
  enc.u64(locker.name.num);
  enc.string(locker.cookie);
  enc.encodeFinish();
  enc.encodeStart(1, 1);
  encodeUtime(enc, locker.expiration);
  encodeAddr(enc, locker.addr);
  enc.string(locker.description);
  enc.encodeFinish();
}

function decodeLocker(dec: Decoder): Locker {
  dec.decodeStart('locker_id_t', 1);
  const id = { name: decodeEntityName(dec), cookie: dec.string('cookie') };
  dec.decodeFinish();
  dec.decodeStart('locker_info_t', 1);
  const expiration = decodeUtime(dec);
  const addr = decodeAddr(dec);
  const locker = { ...id, expiration, addr, description: dec.string('description') };
  dec.decodeFinish();
  return locker;
}

function compareLockers(a: Locker, b: Locker): number {
  return a.name.type - b.name.type || a.name.num - b.name.num || utf8Compare(a.cookie, b.cookie);
}
