import { NaiveReader } from './NaiveReader.ts';

/** Ceph: src/include/ceph_fs.h, src/include/msgr.h. */
export const MSG_OSD_OP = 42;
export const MSG_OSD_BACKOFF = 61;

/** An op as it stands on the wire. */
export interface WireOp {
  readonly pool: number;
  /** Of the PG. */
  readonly seed: number;
  /** Of the name, whole. */
  readonly hash: number;
  readonly epoch: number;
  /** CEPH_OSD_FLAG_*. */
  readonly flags: number;
  /** What is hashed: the locator key or the name, behind the namespace if there is one. */
  readonly hashed: Uint8Array;
  readonly oid: string;
  readonly attempt: number;
  /** It asks a PG, and no object. */
  readonly isPgOp: boolean;
}

const OP_LENGTH = 38;

/** Ceph: src/messages/MOSDOp.h, v8. */
export function readOp(front: Uint8Array): WireOp {
  const reader = new NaiveReader(front);
  const { pool, seed } = reader.section(() => {
    reader.u8(); // pg_t
    return { pool: reader.s64(), seed: reader.u32() };
  });
  const hash = reader.u32();
  const epoch = reader.u32();
  const flags = reader.u32();
  reader.section(() => undefined); // reqid
  reader.bytes(24 + 4 + 8); // trace, client_inc, mtime
  const locator = reader.section(() => {
    reader.s64();
    reader.s32();
    return { key: reader.blob(), nspace: reader.blob() };
  });
  const name = reader.blob();
  const steps = reader.u16();
  reader.bytes(steps * OP_LENGTH + 16);
  reader.list(() => reader.s64());
  const attempt = reader.s32();
  const key = locator.key.length > 0 ? locator.key : name;
  const { nspace } = locator;
  const hashed = nspace.length > 0 ? Uint8Array.from([...nspace, 0x1f, ...key]) : key;
  const oid = String.fromCharCode(...name);
  return { pool, seed, hash, epoch, flags, hashed, oid, attempt, isPgOp: name.length === 0 };
}

export const BACKOFF_BLOCK = 1;
export const BACKOFF_ACK_BLOCK = 2;
export const BACKOFF_UNBLOCK = 3;

export interface WireBackoff {
  readonly pg: string;
  readonly op: number;
  readonly id: number;
  /** The range of objects as bytes: equal ranges are equal. */
  readonly begin: WirePosition;
  readonly end: WirePosition;
}

/** An hobject_t, as far as order goes. */
export interface WirePosition {
  readonly oid: string;
  readonly hash: number;
  readonly isMax: boolean;
  readonly pool: number;
}

/** Ceph: src/messages/MOSDBackoff.h. */
export function readBackoff(front: Uint8Array): WireBackoff {
  const reader = new NaiveReader(front);
  const pg = reader.section(() => {
    reader.u8();
    return `${reader.s64()}.${reader.u32()}`;
  });
  reader.u32(); // map epoch
  const op = reader.u8();
  const id = reader.s64();
  return { pg, op, id, begin: readPosition(reader), end: readPosition(reader) };
}

/** Ceph: hobject_t::encode: key, oid, snap, hash, max, nspace, pool. */
function readPosition(reader: NaiveReader): WirePosition {
  return reader.section(() => {
    reader.blob();
    const oid = reader.text();
    reader.s64();
    const hash = reader.u32();
    const isMax = reader.u8() !== 0;
    reader.blob();
    return { oid, hash, isMax, pool: reader.s64() };
  });
}
