import { crc32c } from '../../../src/common/crc32c.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { EINVAL } from '../../../src/common/errno.ts';
import {
  CEPH_OSD_CHECKSUM_OP_TYPE_CRC32C,
  CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH32,
  CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH64,
  CEPH_OSD_OP_CHECKSUM,
} from '../../../src/osd/rados.ts';
import { Extents } from '../store/Extents.ts';
import { xxhash32, xxhash64 } from '../xxhash.ts';
import { failed, gave, NO_DATA, type Step, type Steps } from './step.ts';

/** Appends the checksum of each chunk that it is given. */
type Checksummer = (enc: Encoder, chunk: Uint8Array) => void;

/** Asked: the first value. Given: u32 count, the checksum of each chunk. Ceph: PrimaryLogPG::do_checksum. */
const checksum: Step = (ctx, { args, indata }) => {
  if (args.kind !== 'checksum') return failed(EINVAL);
  const { offset, chunkSize } = args;
  if (chunkSize > 0 && (args.length === 0 || args.length % chunkSize !== 0)) return failed(EINVAL);
  const { size } = ctx;
  const isWhole = offset === 0 && args.length === 0;
  if (!isWhole && offset >= size) return gave(NO_DATA);
  const length = isWhole ? size : Math.min(args.length, size - offset);
  if (chunkSize > 0 && length % chunkSize !== 0) return failed(EINVAL);
  const summer = checksummer(args.type, new Decoder(indata, 'init_value'));
  if (summer === undefined) return failed(EINVAL);
  const data = (ctx.before?.data ?? Extents.EMPTY).read(offset, length);
  if (data.length !== length) return failed(EINVAL);
  const step = chunkSize === 0 ? length : chunkSize;
  const enc = new Encoder();
  enc.u32(step === 0 ? 0 : length / step);
  for (let at = 0; at < length; at += step) summer(enc, data.subarray(at, at + step));
  return { rval: 0, out: enc.take(), args: { ...args, length } };
};

/** Undefined: there is no such type. */
function checksummer(type: number, init: Decoder): Checksummer | undefined {
  switch (type) {
    case CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH32: {
      const seed = init.u32();
      return (enc, chunk) => enc.u32(xxhash32(seed, chunk));
    }
    case CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH64: {
      const seed = init.bigU64();
      return (enc, chunk) => enc.bigU64(xxhash64(seed, chunk));
    }
    case CEPH_OSD_CHECKSUM_OP_TYPE_CRC32C: {
      const seed = init.u32();
      return (enc, chunk) => enc.u32(crc32c(seed, chunk));
    }
    default:
      return undefined;
  }
}

export const CHECKSUM_STEPS: Steps = [[CEPH_OSD_OP_CHECKSUM, checksum]];
