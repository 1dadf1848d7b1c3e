import { Encoder } from '../../src/common/Encoder.ts';
import { utf8Encode } from '../../src/common/utf8.ts';
import { MOSDOp, type MOSDOpInit } from '../../src/messages/MOSDOp.ts';
import type { OSDOp } from '../../src/osd/OSDOp.ts';
import type { OSDOpArgs } from '../../src/osd/osd_op_args.ts';
import {
  CEPH_OSD_FLAG_ONDISK,
  CEPH_OSD_OP_GETXATTR,
  CEPH_OSD_OP_OMAPGETVALS,
  CEPH_OSD_OP_OMAPSETVALS,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_SETXATTR,
  CEPH_OSD_OP_WRITE,
  CEPH_OSD_OP_WRITEFULL,
} from '../../src/osd/rados.ts';

/** Steps of ops as clients encode them, for those that the client here never sends. */

const NO_DATA = new Uint8Array(0);

export function step(
  op: number,
  args: OSDOpArgs = { kind: 'none' },
  indata: Uint8Array = NO_DATA,
  flags = 0,
): OSDOp {
  return { op, flags, args, indata };
}

export function extentStep(op: number, offset: number, length: number, indata?: Uint8Array): OSDOp {
  return step(op, { kind: 'extent', offset, length, truncateSize: 0, truncateSeq: 0 }, indata);
}

export function read(offset = 0, length = 0): OSDOp {
  return extentStep(CEPH_OSD_OP_READ, offset, length);
}

export function write(offset: number, text: string): OSDOp {
  const bytes = utf8Encode(text);
  return extentStep(CEPH_OSD_OP_WRITE, offset, bytes.length, bytes);
}

export function writeFull(text: string): OSDOp {
  const bytes = utf8Encode(text);
  return extentStep(CEPH_OSD_OP_WRITEFULL, 0, bytes.length, bytes);
}

export function xattrStep(op: number, name: string, value = '', cmpOp = 0, cmpMode = 0): OSDOp {
  const [nameLength, valueLength] = [utf8Encode(name).length, utf8Encode(value).length];
  const args = { kind: 'xattr', nameLength, valueLength, cmpOp, cmpMode } as const;
  return step(op, args, utf8Encode(name + value));
}

export function setXattr(name: string, value: string): OSDOp {
  return xattrStep(CEPH_OSD_OP_SETXATTR, name, value);
}

export function getXattr(name: string): OSDOp {
  return xattrStep(CEPH_OSD_OP_GETXATTR, name);
}

export function omapSet(values: Readonly<Record<string, string>>): OSDOp {
  const enc = new Encoder();
  enc.u32(Object.keys(values).length);
  for (const [key, value] of Object.entries(values)) {
    enc.string(key);
    enc.blob(utf8Encode(value));
  }
  return step(CEPH_OSD_OP_OMAPSETVALS, undefined, enc.take());
}

export function omapGet(startAfter = '', max = 1000, prefix = ''): OSDOp {
  const enc = new Encoder();
  enc.string(startAfter);
  enc.u64(max);
  enc.string(prefix);
  return extentStep(CEPH_OSD_OP_OMAPGETVALS, 0, enc.length, enc.take());
}

/** A step whose arguments nobody but the OSD decodes: 28 bytes, of which `encode` writes the first. */
export function rawStep(op: number, encode: (enc: Encoder) => void, indata?: Uint8Array): OSDOp {
  const enc = new Encoder();
  encode(enc);
  enc.zeros(28 - enc.length);
  return step(op, { kind: 'raw', bytes: enc.take() }, indata);
}

let lastTid = 0;

/** Of client.7, each with a tid of its own, on the object `x` of pool 1. */
export function opOf(ops: readonly OSDOp[], init: Partial<MOSDOpInit> = {}): MOSDOp {
  const op = new MOSDOp({
    pgid: { pgid: { pool: 1, seed: 0 }, shard: -1 },
    hash: 0,
    osdmapEpoch: 1,
    flags: CEPH_OSD_FLAG_ONDISK,
    oloc: { pool: 1, key: '', nspace: '', hash: -1 },
    oid: 'x',
    mtime: { sec: 5, nsec: 6 },
    ops,
    ...init,
  });
  lastTid += 1;
  op.tid = lastTid;
  op.src = { type: 8, num: 7 };
  return op;
}
