import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/** An object as OSDs name it among themselves. Ceph: src/common/hobject.h. */
export interface hobject_t {
  /** Locator key; empty where it is the name. */
  readonly key: string;
  readonly oid: string;
  /** snapid_t as s64: CEPH_NOSNAP is the head. */
  readonly snap: number;
  readonly hash: number;
  /** Behind all objects. */
  readonly isMax: boolean;
  readonly nspace: string;
  /** undefined: none, as a default-constructed hobject_t has. */
  readonly pool: number | undefined;
}

/** Of no object: before all of them. */
export const HOBJECT_NONE: hobject_t = {
  key: '',
  oid: '',
  snap: 0,
  hash: 0,
  isMax: false,
  nspace: '',
  pool: undefined,
};

/** Behind all objects of all pools. */
export const HOBJECT_MAX: hobject_t = { ...HOBJECT_NONE, isMax: true };

/** s64 minimum. */
const NO_POOL = -(2n ** 63n);

/** Section v4 compat 3: string key, string oid, u64 snap, u32 hash, bool isMax, string nspace, s64 pool. */
export function encodeHobject(enc: Encoder, object: hobject_t): void {
  enc.encodeStart(4, 3);
  enc.string(object.key);
  enc.string(object.oid);
  enc.u64(object.snap);
  enc.u32(object.hash);
  enc.u8(object.isMax ? 1 : 0);
  enc.string(object.nspace);
  enc.bigU64(BigInt.asUintN(64, object.pool === undefined ? NO_POOL : BigInt(object.pool)));
  enc.encodeFinish();
}

export function decodeHobject(dec: Decoder): hobject_t {
  const version = dec.decodeStart('hobject_t', 4);
  if (version < 4) throw dec.error(`version ${version} is older than 4`);
  const object = {
    key: dec.string('key'),
    oid: dec.string('oid'),
    snap: dec.s64(),
    hash: dec.u32(),
    isMax: dec.bool(),
    nspace: dec.string('nspace'),
    pool: decodePool(dec),
  };
  dec.decodeFinish();
  // There is but one that is behind all.
  return object.isMax ? HOBJECT_MAX : object;
}

function decodePool(dec: Decoder): number | undefined {
  const pool = BigInt.asIntN(64, dec.bigU64());
  if (pool === NO_POOL) return undefined;
  const number = Number(pool);
  if (!Number.isSafeInteger(number)) throw dec.error(`${pool} is no pool`, 'pool');
  return number;
}
