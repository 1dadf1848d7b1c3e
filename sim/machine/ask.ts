import { Decoder } from '../../src/common/Decoder.ts';
import type { IoCtx } from '../../src/librados/IoCtx.ts';
import { ReadOp } from '../../src/librados/ReadOp.ts';
import type { SparseData } from '../../src/osdc/data_steps.ts';
import type { Seen } from '../checkers/ObjectModel.ts';
import { tagOf } from './attributes.ts';
import type { PlannedRead } from './plan.ts';

type ReadOptions = Parameters<IoCtx['operateRead']>[2];

const STAT = new ReadOp().stat();
const BOTH = new ReadOp().read().stat();
const WHOLE = new ReadOp().read().getXattrs().omapGetKeys().omapGetVals().omapGetHeader();
const CHECKSUM = new ReadOp().checksum('crc32c').stat();
const CLASS = new ReadOp().exec('version', 'read').stat();

/** Of no bytes at all. */
const NO_CHECKSUM = -1;

/** Asks for an object in one of the ways in which users do. */
export async function ask(
  ioctx: IoCtx,
  oid: string,
  { step, offset, length }: PlannedRead,
  options: ReadOptions,
): Promise<Seen> {
  switch (step) {
    case 'read':
      return { bytes: await ioctx.read(oid, options) };
    case 'part':
      return { bytes: await ioctx.read(oid, { ...options, offset, length }), offset, length };
    case 'sparse': {
      const sparse = await ioctx.sparseRead(oid, { ...options, offset, length });
      return { bytes: filled(sparse, offset), offset, length };
    }
    case 'stat': {
      const result = await ioctx.operateRead(oid, STAT, options);
      return { size: result[0].size, number: result.version };
    }
    case 'both': {
      const result = await ioctx.operateRead(oid, BOTH, options);
      return { bytes: result[0], size: result[1].size, number: result.version };
    }
    case 'checksum': {
      const result = await ioctx.operateRead(oid, CHECKSUM, options);
      const [[crc = NO_CHECKSUM], { size }] = result;
      return { size, number: result.version, ...(size > 0 ? { crc } : {}) };
    }
    case 'class': {
      const result = await ioctx.operateRead(oid, CLASS, options);
      return { tag: classVersion(result[0]), size: result[1].size, number: result.version };
    }
    case 'all': {
      const result = await ioctx.operateRead(oid, WHOLE, options);
      const [bytes, xattrs, { keys: omapKeys }, { vals: omap }, omapHeader] = result;
      const tag = tagOf({ xattrs, omapKeys, omap, omapHeader });
      return { bytes, tag, number: result.version };
    }
  }
}

/** With zeros between the extents, up to the end of the last one. */
function filled({ extents, data }: SparseData, offset: number): Uint8Array {
  const [start, length] = extents.at(-1) ?? [offset, 0];
  const bytes = new Uint8Array(start + length - offset);
  let from = 0;
  for (const [at, size] of extents) {
    bytes.set(data.subarray(from, from + size), at - offset);
    from += size;
  }
  return bytes;
}

/** Section v1 { section v1 { u64 ver, string tag } }; an object without one has 0. */
function classVersion(out: Uint8Array): number {
  const dec = new Decoder(out, 'cls_version_read_ret');
  dec.decodeStart('cls_version_read_ret', 1);
  dec.decodeStart('obj_version', 1);
  return dec.u64();
}
