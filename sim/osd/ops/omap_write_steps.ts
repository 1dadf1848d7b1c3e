import { decodeMap, decodeVector } from '../../../src/common/containers.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { ENOENT, EOPNOTSUPP } from '../../../src/common/errno.ts';
import { POOL_TYPE_ERASURE } from '../../../src/osd/pg_pool.ts';
import {
  CEPH_OSD_OP_OMAPCLEAR,
  CEPH_OSD_OP_OMAPRMKEYRANGE,
  CEPH_OSD_OP_OMAPRMKEYS,
  CEPH_OSD_OP_OMAPSETHEADER,
  CEPH_OSD_OP_OMAPSETVALS,
} from '../../../src/osd/rados.ts';
import { DONE, failed, type Step, type Steps } from './step.ts';

/** Shards of erasure coded pools have none. Ceph: pg_pool_t::supports_omap. */
const ifOmap =
  (step: Step): Step =>
  (ctx, op) =>
    ctx.pool.type === POOL_TYPE_ERASURE ? failed(EOPNOTSUPP) : step(ctx, op);

const ifExists =
  (step: Step): Step =>
  (ctx, op) =>
    ctx.exists ? step(ctx, op) : failed(ENOENT);

/** map<string, blob>. */
const setVals: Step = (ctx, { indata }) => {
  const dec = new Decoder(indata.slice(), 'omap-set-vals');
  const key = (): string => dec.string('key');
  const values = decodeMap(dec, 'values', 8, key, () => dec.blob('value'));
  ctx.changeOmap((omap) => {
    for (const [name, value] of values) omap.set(name, value);
  });
  return DONE;
};

const setHeader: Step = (ctx, { indata }) => {
  const header = indata.slice();
  ctx.changeOmap((omap) => {
    omap.header = header;
  });
  return DONE;
};

const clear: Step = (ctx) => {
  if (ctx.next?.isOmap !== true) return DONE;
  ctx.changeOmap((omap) => omap.clear());
  ctx.change({ isOmap: false });
  return DONE;
};

/** set<string>. */
const rmKeys: Step = (ctx, { indata }) => {
  const dec = new Decoder(indata, 'omap-rm-keys');
  const keys = decodeVector(dec, 'keys', 4, () => dec.string('key'));
  ctx.omapChanges.push((omap) => {
    for (const key of keys) omap.delete(key);
  });
  ctx.change({});
  return DONE;
};

/** string first, string end. */
const rmKeyRange: Step = (ctx, { indata }) => {
  const dec = new Decoder(indata, 'omap-rm-key-range');
  const first = dec.string('key_begin');
  const end = dec.string('key_end');
  ctx.omapChanges.push((omap) => omap.deleteRange(first, end));
  ctx.change({});
  return DONE;
};

export const OMAP_WRITE_STEPS: Steps = [
  [CEPH_OSD_OP_OMAPSETVALS, ifOmap(setVals)],
  [CEPH_OSD_OP_OMAPSETHEADER, ifOmap(setHeader)],
  [CEPH_OSD_OP_OMAPCLEAR, ifOmap(ifExists(clear))],
  [CEPH_OSD_OP_OMAPRMKEYS, ifOmap(ifExists(rmKeys))],
  [CEPH_OSD_OP_OMAPRMKEYRANGE, ifOmap(ifExists(rmKeyRange))],
];
