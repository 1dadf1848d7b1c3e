import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { ECANCELED, EINVAL, ENAMETOOLONG, ENODATA, ENOENT } from '../../../src/common/errno.ts';
import { utf8Compare, utf8Decode } from '../../../src/common/utf8.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import {
  CEPH_OSD_CMPXATTR_MODE_STRING,
  CEPH_OSD_CMPXATTR_MODE_U64,
  CEPH_OSD_OP_CMPXATTR,
  CEPH_OSD_OP_GETXATTR,
  CEPH_OSD_OP_GETXATTRS,
  CEPH_OSD_OP_RMXATTR,
  CEPH_OSD_OP_SETXATTR,
} from '../../../src/osd/rados.ts';
import { compareBytes, isCompared } from './compare.ts';
import { DONE, failed, gave, NO_DATA, type Step, type Steps } from './step.ts';

/** osd_max_attr_name_len. */
const NAME_LENGTH_MAX = 100;

const DECIMAL = /^\d+/;

interface NameAndValue {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Throws DecodeError if `indata` is shorter than it says. */
function nameAndValue({ args, indata }: OSDOp): NameAndValue | undefined {
  if (args.kind !== 'xattr') return undefined;
  const dec = new Decoder(indata, 'xattr');
  const name = utf8Decode(dec.raw(args.nameLength));
  return { name, value: dec.peek() };
}

const getXattr: Step = (ctx, op) => {
  const asked = nameAndValue(op);
  if (asked === undefined || op.args.kind !== 'xattr') return failed(EINVAL);
  if (ctx.before === undefined) return failed(ENOENT);
  const value = ctx.before.xattrs.get(asked.name);
  if (value === undefined) return failed(ENODATA);
  return { rval: 0, out: value, args: { ...op.args, valueLength: value.length } };
};

/** map<string, blob>. */
const getXattrs: Step = ({ before }) => {
  if (before === undefined) return failed(ENOENT);
  const enc = new Encoder();
  enc.u32(before.xattrs.size);
  const sorted = [...before.xattrs].sort(([a], [b]) => utf8Compare(a, b));
  for (const [name, value] of sorted) {
    enc.string(name);
    enc.blob(value);
  }
  return gave(enc.take());
};

/** 1 if it compares as asked. What is not there is empty. */
const cmpXattr: Step = (ctx, op) => {
  const asked = nameAndValue(op);
  if (asked === undefined || op.args.kind !== 'xattr') return failed(EINVAL);
  if (ctx.before === undefined) return failed(ENOENT);
  const { cmpOp, cmpMode, valueLength } = op.args;
  const there = ctx.before.xattrs.get(asked.name) ?? NO_DATA;
  const dec = new Decoder(asked.value, 'cmpxattr value');
  const compared =
    cmpMode === CEPH_OSD_CMPXATTR_MODE_STRING
      ? compareBytes(dec.raw(valueLength), there)
      : cmpMode === CEPH_OSD_CMPXATTR_MODE_U64
        ? compareNumbers(dec.bigU64(), there)
        : undefined;
  const isSo = compared === undefined ? undefined : isCompared(cmpOp, compared);
  if (isSo === undefined) return failed(EINVAL);
  return isSo ? { rval: 1, out: NO_DATA } : failed(ECANCELED);
};

/** An xattr that is a number is one in decimal. Ceph: PrimaryLogPG::do_xattr_cmp_u64. */
function compareNumbers(asked: bigint, xattr: Uint8Array): number | undefined {
  const digits = xattr.length === 0 ? '0' : DECIMAL.exec(utf8Decode(xattr))?.[0];
  if (digits === undefined || BigInt(digits) >= 1n << 64n) return undefined;
  const there = BigInt(digits);
  return asked === there ? 0 : asked < there ? -1 : 1;
}

const setXattr: Step = (ctx, op) => {
  if (op.args.kind !== 'xattr') return failed(EINVAL);
  if (op.args.nameLength > NAME_LENGTH_MAX) return failed(ENAMETOOLONG);
  const given = nameAndValue(op);
  if (given === undefined) return failed(EINVAL);
  const value = new Decoder(given.value, 'xattr value').raw(op.args.valueLength);
  ctx.setXattr(given.name, value.slice());
  return DONE;
};

const rmXattr: Step = (ctx, op) => {
  const given = nameAndValue(op);
  if (given === undefined) return failed(EINVAL);
  if (!ctx.exists) return failed(ENOENT);
  ctx.setXattr(given.name, undefined);
  return DONE;
};

export const XATTR_STEPS: Steps = [
  [CEPH_OSD_OP_GETXATTR, getXattr],
  [CEPH_OSD_OP_GETXATTRS, getXattrs],
  [CEPH_OSD_OP_CMPXATTR, cmpXattr],
  [CEPH_OSD_OP_SETXATTR, setXattr],
  [CEPH_OSD_OP_RMXATTR, rmXattr],
];
