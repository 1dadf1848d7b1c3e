import {
  decodeMap,
  decodeVector,
  encodeMap,
  encodeSet,
  encodeVector,
} from '../../../src/common/containers.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { EINVAL, EIO, ENODATA } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import type { ClassContext } from './ClassContext.ts';
import { type ClassMethod, type ClassMethods, METHOD_READS, METHOD_WRITES } from './ClassMethod.ts';

const REFCOUNT_ATTR = 'refcount';
/** Of an object that nobody has counted yet. */
const WILDCARD = '';

interface Refs {
  readonly refs: Map<string, boolean>;
  readonly retired: Set<string>;
}

/** obj_refcount: section v2 compat 1 { map<string, bool> refs, set<string> retired }. */
function write(ctx: ClassContext, { refs, retired }: Refs): number {
  const enc = new Encoder();
  enc.encodeStart(2, 1);
  encodeMap(
    enc,
    refs,
    (tag) => enc.string(tag),
    (is) => enc.u8(is ? 1 : 0),
  );
  encodeSet(enc, retired, (tag) => enc.string(tag));
  enc.encodeFinish();
  return ctx.setXattr(REFCOUNT_ATTR, enc.take());
}

/** Or a negative errno. */
function read(ctx: ClassContext, isImplicit: boolean): Refs | number {
  const value = ctx.getXattr(REFCOUNT_ATTR);
  if (value === -ENODATA) {
    return { refs: new Map(isImplicit ? [[WILDCARD, true]] : []), retired: new Set() };
  }
  if (typeof value === 'number') return value;
  try {
    return decodeRefs(new Decoder(value, 'refcount xattr'));
  } catch (error) {
    if (error instanceof DecodeError) return -EIO;
    throw error;
  }
}

function decodeRefs(dec: Decoder): Refs {
  const version = dec.decodeStart('obj_refcount', 2);
  const tag = (): string => dec.string('tag');
  const refs = decodeMap(dec, 'refs', 5, tag, () => dec.bool());
  const retired = version >= 2 ? decodeVector(dec, 'retired_refs', 4, tag) : [];
  return { refs, retired: new Set(retired) };
}

/** Section v1 { string tag, bool implicit_ref }. */
function decodeTag(input: Uint8Array): { tag: string; isImplicit: boolean } {
  const dec = new Decoder(input, 'cls_refcount');
  dec.decodeStart('cls_refcount_get_op', 1);
  return { tag: dec.string('tag'), isImplicit: dec.bool() };
}

const get: ClassMethod['run'] = (ctx, input) => {
  const { tag, isImplicit } = decodeTag(input);
  const there = read(ctx, isImplicit);
  if (typeof there === 'number') return { rval: there };
  there.refs.set(tag, true);
  return { rval: write(ctx, there) };
};

/** The last one takes the object with it. */
const put: ClassMethod['run'] = (ctx, input) => {
  const { tag, isImplicit } = decodeTag(input);
  const there = read(ctx, isImplicit);
  if (typeof there === 'number') return { rval: there };
  const { refs, retired } = there;
  if (refs.size === 0) return { rval: -EINVAL };
  const found = [tag, ...(isImplicit ? [WILDCARD] : [])].find((name) => refs.has(name));
  if (found === undefined || retired.has(tag)) return { rval: 0 };
  retired.add(tag);
  refs.delete(found);
  return { rval: refs.size === 0 ? ctx.remove() : write(ctx, there) };
};

/** Section v1 { list<string> refs }. */
const set: ClassMethod['run'] = (ctx, input) => {
  const dec = new Decoder(input, 'cls_refcount');
  dec.decodeStart('cls_refcount_set_op', 1);
  const tags = decodeVector(dec, 'refs', 4, () => dec.string('ref'));
  if (tags.length === 0) return { rval: ctx.remove() };
  const refs = new Map(tags.map((tag) => [tag, true]));
  return { rval: write(ctx, { refs, retired: new Set() }) };
};

/** Asked: section v1 { bool implicit_ref }. Given: section v1 { list<string> refs }. */
const readMethod: ClassMethod['run'] = (ctx, input) => {
  const dec = new Decoder(input, 'cls_refcount');
  dec.decodeStart('cls_refcount_read_op', 1);
  const there = read(ctx, dec.bool());
  if (typeof there === 'number') return { rval: there };
  const enc = new Encoder();
  enc.encodeStart(1, 1);
  encodeVector(enc, [...there.refs.keys()].sort(), (tag) => enc.string(tag));
  enc.encodeFinish();
  return { rval: 0, out: enc.take() };
};

/** Ceph: src/cls/refcount/cls_refcount.cc. */
export const REFCOUNT: ClassMethods = {
  get: { flags: METHOD_READS | METHOD_WRITES, run: get },
  put: { flags: METHOD_READS | METHOD_WRITES, run: put },
  set: { flags: METHOD_READS | METHOD_WRITES, run: set },
  read: { flags: METHOD_READS, run: readMethod },
};
