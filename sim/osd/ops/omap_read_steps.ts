import { decodeMap, decodeVector } from '../../../src/common/containers.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { ECANCELED, EINVAL, ENOENT } from '../../../src/common/errno.ts';
import { utf8Compare } from '../../../src/common/utf8.ts';
import {
  CEPH_OSD_CMPXATTR_OP_EQ,
  CEPH_OSD_CMPXATTR_OP_GT,
  CEPH_OSD_CMPXATTR_OP_LT,
  CEPH_OSD_OP_OMAP_CMP,
  CEPH_OSD_OP_OMAPGETHEADER,
  CEPH_OSD_OP_OMAPGETKEYS,
  CEPH_OSD_OP_OMAPGETVALS,
  CEPH_OSD_OP_OMAPGETVALSBYKEYS,
} from '../../../src/osd/rados.ts';
import type { Omap } from '../store/Omap.ts';
import { compareBytes, isCompared } from './compare.ts';
import type { OpContext } from './OpContext.ts';
import { failed, NO_DATA, NOTHING, type Step, type StepResult, type Steps } from './step.ts';

/** osd_max_omap_entries_per_request. */
const ENTRIES_MAX = 1024;
/** osd_max_omap_bytes_per_request. */
const BYTES_MAX = 1 << 30;

/** By themselves EQ, LT and GT only. */
const CMP_OPS: readonly number[] = [
  CEPH_OSD_CMPXATTR_OP_EQ,
  CEPH_OSD_CMPXATTR_OP_LT,
  CEPH_OSD_CMPXATTR_OP_GT,
];

function omapOf({ before, next }: OpContext): Omap | undefined {
  return next?.isOmap === true ? before?.omap : undefined;
}

/** Asked: string start_after, u64 max. Given: set<string>, bool more. */
const getKeys: Step = (ctx, { indata }) => {
  const dec = new Decoder(indata, 'omap-get-keys');
  const startAfter = dec.string('start_after');
  const max = maxOf(dec);
  return list(omapOf(ctx), startAfter, '', max, (enc, key) => enc.string(key));
};

/** Asked: string start_after, u64 max, string prefix. Given: map<string, blob>, bool more. */
const getVals: Step = (ctx, { indata }) => {
  const dec = new Decoder(indata, 'omap-get-vals');
  const startAfter = dec.string('start_after');
  const max = maxOf(dec);
  const prefix = dec.string('filter_prefix');
  return list(omapOf(ctx), startAfter, prefix, max, (enc, key, value) => {
    enc.string(key);
    enc.blob(value);
  });
};

/** To ask for all, clients ask for the greatest u64. */
function maxOf(dec: Decoder): number {
  const asked = dec.bigU64();
  return asked < BigInt(ENTRIES_MAX) ? Number(asked) : ENTRIES_MAX;
}

function list(
  omap: Omap | undefined,
  startAfter: string,
  prefix: string,
  max: number,
  encodeEntry: (enc: Encoder, key: string, value: Uint8Array) => void,
): StepResult {
  const enc = new Encoder();
  enc.u32(0);
  const keys = omap?.keys() ?? [];
  const isAhead = utf8Compare(prefix, startAfter) > 0;
  let at = isAhead ? (omap?.indexFrom(prefix) ?? 0) : (omap?.indexAfter(startAfter) ?? 0);
  let count = 0;
  let hasMore = false;
  for (; at < keys.length; at++) {
    const key = keys[at] ?? '';
    if (!key.startsWith(prefix)) break;
    hasMore = count >= max || enc.length - 4 >= BYTES_MAX;
    if (hasMore) break;
    encodeEntry(enc, key, omap?.get(key) ?? NO_DATA);
    count += 1;
  }
  enc.patchU32(0, count);
  enc.u8(hasMore ? 1 : 0);
  return { rval: undefined, out: enc.take() };
}

const getHeader: Step = (ctx) => ({ rval: undefined, out: omapOf(ctx)?.header ?? NO_DATA });

/** Asked: set<string>. Given: map<string, blob> of those that are there. */
const getValsByKeys: Step = (ctx, { indata }) => {
  const dec = new Decoder(indata, 'omap-get-vals-by-keys');
  const asked = new Set(decodeVector(dec, 'keys', 4, () => dec.string('key')));
  const omap = omapOf(ctx);
  const found = [...asked].filter((key) => omap?.get(key) !== undefined).sort(utf8Compare);
  const enc = new Encoder();
  enc.u32(found.length);
  for (const key of found) {
    enc.string(key);
    enc.blob(omap?.get(key) ?? NO_DATA);
  }
  return { rval: undefined, out: enc.take() };
};

/** Asked: map<string, pair<blob, s32 how>>. What is not there is empty. */
const cmp: Step = (ctx, { indata }) => {
  if (!ctx.exists) return failed(ENOENT);
  const dec = new Decoder(indata, 'omap-cmp');
  const assertions = decodeMap(
    dec,
    'assertions',
    12,
    () => dec.string('key'),
    () => ({ value: dec.blob('value'), cmpOp: dec.s32() }),
  );
  const omap = omapOf(ctx);
  for (const [key, { value, cmpOp }] of assertions) {
    if (!CMP_OPS.includes(cmpOp)) return failed(EINVAL);
    const compared = compareBytes(omap?.get(key) ?? NO_DATA, value);
    if (isCompared(cmpOp, compared) !== true) return failed(ECANCELED);
  }
  return NOTHING;
};

export const OMAP_READ_STEPS: Steps = [
  [CEPH_OSD_OP_OMAPGETKEYS, getKeys],
  [CEPH_OSD_OP_OMAPGETVALS, getVals],
  [CEPH_OSD_OP_OMAPGETHEADER, getHeader],
  [CEPH_OSD_OP_OMAPGETVALSBYKEYS, getValsByKeys],
  [CEPH_OSD_OP_OMAP_CMP, cmp],
];
