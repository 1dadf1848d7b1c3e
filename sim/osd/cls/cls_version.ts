import { decodeVector } from '../../../src/common/containers.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { ECANCELED, EIO, ENODATA, ENOENT } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import type { ClassContext } from './ClassContext.ts';
import { type ClassMethod, type ClassMethods, METHOD_READS, METHOD_WRITES } from './ClassMethod.ts';

const VERSION_ATTR = 'ceph.objclass.version';
const TAG_LENGTH = 24;

interface Version {
  readonly ver: bigint;
  readonly tag: string;
}

interface Condition {
  readonly version: Version;
  readonly cond: number;
}

/** Least bytes of a condition: two heads of sections, a version without a tag, u32. */
const CONDITION_LENGTH_MIN = 28;

/** Section v1 { u64 ver, string tag }. */
function encodeVersion(enc: Encoder, { ver, tag }: Version): void {
  enc.encodeStart(1, 1);
  enc.bigU64(ver);
  enc.string(tag);
  enc.encodeFinish();
}

function decodeVersion(dec: Decoder): Version {
  dec.decodeStart('obj_version', 1);
  const version = { ver: dec.bigU64(), tag: dec.string('tag') };
  dec.decodeFinish();
  return version;
}

/** Section v1 { obj_version, u32 cond }. */
function decodeCondition(dec: Decoder): Condition {
  dec.decodeStart('obj_version_cond', 1);
  const condition = { version: decodeVersion(dec), cond: dec.u32() };
  dec.decodeFinish();
  return condition;
}

/** Section v1 { obj_version (unused), list of obj_version_cond }. */
function decodeConditions(input: Uint8Array): Condition[] {
  const dec = new Decoder(input, 'cls_version');
  dec.decodeStart('cls_version_inc_op', 1);
  decodeVersion(dec);
  return decodeVector(dec, 'conds', CONDITION_LENGTH_MIN, () => decodeCondition(dec));
}

/** Ceph: VersionCond, in its order from 1. */
const CONDITIONS: readonly ((a: Version, b: Version) => boolean)[] = [
  (a, b) => a.ver === b.ver && a.tag === b.tag,
  (a, b) => a.ver > b.ver,
  (a, b) => a.ver >= b.ver,
  (a, b) => a.ver < b.ver,
  (a, b) => a.ver <= b.ver,
  (a, b) => a.tag === b.tag,
  (a, b) => a.tag !== b.tag,
];

function holds(conditions: readonly Condition[], there: Version): boolean {
  return conditions.every(({ version, cond }) => CONDITIONS[cond - 1]?.(there, version) ?? true);
}

/** Undefined: the object has none. */
function read(ctx: ClassContext): Version | undefined | number {
  const value = ctx.getXattr(VERSION_ATTR);
  if (value === -ENOENT || value === -ENODATA) return undefined;
  if (typeof value === 'number') return value;
  try {
    return decodeVersion(new Decoder(value, 'version xattr'));
  } catch (error) {
    if (error instanceof DecodeError) return -EIO;
    throw error;
  }
}

function write(ctx: ClassContext, version: Version): number {
  const enc = new Encoder();
  encodeVersion(enc, version);
  return ctx.setXattr(VERSION_ATTR, enc.take());
}

const NONE: Version = { ver: 0n, tag: '' };

const set: ClassMethod['run'] = (ctx, input) => {
  const dec = new Decoder(input, 'cls_version');
  dec.decodeStart('cls_version_set_op', 1);
  return { rval: write(ctx, decodeVersion(dec)) };
};

const inc: ClassMethod['run'] = (ctx, input) => {
  const conditions = decodeConditions(input);
  const there = read(ctx) ?? { ver: 1n, tag: ctx.randomText(TAG_LENGTH) };
  if (typeof there === 'number') return { rval: there };
  if (!holds(conditions, there)) return { rval: -ECANCELED };
  return { rval: write(ctx, { ver: there.ver + 1n, tag: there.tag }) };
};

const check: ClassMethod['run'] = (ctx, input) => {
  const conditions = decodeConditions(input);
  const there = read(ctx) ?? NONE;
  if (typeof there === 'number') return { rval: there };
  return { rval: holds(conditions, there) ? 0 : -ECANCELED };
};

const readMethod: ClassMethod['run'] = (ctx) => {
  const there = read(ctx) ?? NONE;
  if (typeof there === 'number') return { rval: there };
  const enc = new Encoder();
  enc.encodeStart(1, 1);
  encodeVersion(enc, there);
  enc.encodeFinish();
  return { rval: 0, out: enc.take() };
};

/** Ceph: src/cls/version/cls_version.cc. */
export const VERSION: ClassMethods = {
  set: { flags: METHOD_READS | METHOD_WRITES, run: set },
  inc: { flags: METHOD_READS | METHOD_WRITES, run: inc },
  inc_conds: { flags: METHOD_READS | METHOD_WRITES, run: inc },
  read: { flags: METHOD_READS, run: readMethod },
  check_conds: { flags: METHOD_READS, run: check },
};
