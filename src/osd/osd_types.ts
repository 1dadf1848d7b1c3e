import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/** A placement group. `seed` may still be a raw hash ("raw pg") or already folded to pg_num. */
export interface pg_t {
  readonly pool: number;
  readonly seed: number;
}

/** `1.f`. Ceph: pg_t::calc_name. */
export function pgToString(pg: pg_t): string {
  return `${pg.pool}.${pg.seed.toString(16)}`;
}

/** u8 1, u64 pool, u32 seed, s32 -1 (once `preferred`). */
export function encodePg(enc: Encoder, pg: pg_t): void {
  enc.u8(1);
  enc.u64(pg.pool);
  enc.u32(pg.seed);
  enc.s32(-1);
}

export function decodePg(dec: Decoder): pg_t {
  dec.skip(1);
  const pool = dec.s64();
  const seed = dec.u32();
  dec.skip(4);
  return { pool, seed };
}

/** Shard of a replicated PG. */
export const NO_SHARD = -1;

/** A PG and the shard of it that an OSD holds. */
export interface spg_t {
  readonly pgid: pg_t;
  readonly shard: number;
}

/** Section v1 { pg_t, s8 shard }. */
export function encodeSpg(enc: Encoder, spg: spg_t): void {
  enc.encodeStart(1, 1);
  encodePg(enc, spg.pgid);
  enc.u8(spg.shard);
  enc.encodeFinish();
}

export function decodeSpg(dec: Decoder): spg_t {
  dec.decodeStart('spg_t', 1);
  const pgid = decodePg(dec);
  const shard = dec.s8();
  dec.decodeFinish();
  return { pgid, shard };
}

/** A version within a PG. Ceph: eversion_t. On the wire u64 version, u32 epoch. */
export interface eversion_t {
  readonly version: number;
  readonly epoch: number;
}

export const EVERSION_ZERO: eversion_t = { version: 0, epoch: 0 };

export function encodeEversion(enc: Encoder, version: eversion_t): void {
  enc.u64(version.version);
  enc.u32(version.epoch);
}

export function decodeEversion(dec: Decoder): eversion_t {
  return { version: dec.u64(), epoch: dec.u32() };
}

/** Where an object is looked for. `key`, if not empty, is hashed in place of the name. */
export interface object_locator_t {
  readonly pool: number;
  readonly key: string;
  readonly nspace: string;
  /** A placement seed that overrides the hash of the name; -1: none. */
  readonly hash: number;
}

/** Section v6 compat 3 { s64 pool, s32 -1, string key, string nspace, s64 hash }. */
export function encodeObjectLocator(enc: Encoder, oloc: object_locator_t): void {
  // A locator with a hash must not be read by those who know no hash.
  enc.encodeStart(6, oloc.hash === -1 ? 3 : 6);
  enc.u64(oloc.pool);
  enc.s32(-1);
  enc.string(oloc.key);
  enc.string(oloc.nspace);
  enc.u64(oloc.hash);
  enc.encodeFinish();
}

export function decodeObjectLocator(dec: Decoder): object_locator_t {
  const version = dec.decodeStart('object_locator_t', 6);
  const pool = dec.s64();
  dec.skip(4);
  const key = dec.string('key');
  const nspace = version >= 5 ? dec.string('nspace') : '';
  const hash = version >= 6 ? dec.s64() : -1;
  dec.decodeFinish();
  return { pool, key, nspace, hash };
}
