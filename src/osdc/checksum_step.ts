import { decodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import {
  CEPH_OSD_CHECKSUM_OP_TYPE_CRC32C,
  CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH32,
  CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH64,
  CEPH_OSD_OP_CHECKSUM,
} from '../osd/rados.ts';
import { decodeOut } from './decode_out.ts';
import type { Step } from './ObjectOperation.ts';

/** What checksums there are, and what one is here. */
export interface Checksums {
  crc32c: number;
  xxhash32: number;
  xxhash64: bigint;
}

export type ChecksumType = keyof Checksums;

interface Kind<T> {
  readonly code: number;
  /** Bytes of one. */
  readonly size: number;
  /** What it begins with. */
  readonly init: bigint;
  readonly decode: (dec: Decoder) => T;
}

export const CHECKSUMS: { readonly [T in ChecksumType]: Kind<Checksums[T]> } = {
  crc32c: {
    code: CEPH_OSD_CHECKSUM_OP_TYPE_CRC32C,
    size: 4,
    init: 0xffffffffn,
    decode: (dec) => dec.u32(),
  },
  xxhash32: {
    code: CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH32,
    size: 4,
    init: 0n,
    decode: (dec) => dec.u32(),
  },
  xxhash64: {
    code: CEPH_OSD_CHECKSUM_OP_TYPE_XXHASH64,
    size: 8,
    init: 0n,
    decode: (dec) => dec.bigU64(),
  },
};

export interface ChecksumArgs {
  readonly offset: number;
  /** 0: to the end of the object. */
  readonly length: number;
  /** Bytes that one checksum covers; 0: all of them. */
  readonly chunkSize: number;
  readonly init: bigint;
}

/** One checksum of each chunk. */
export function checksumStep<T extends ChecksumType>(
  type: T,
  { offset, length, chunkSize, init }: ChecksumArgs,
): Step<Checksums[T][]> {
  const kind: Kind<Checksums[T]> = CHECKSUMS[type];
  const enc = new Encoder(8);
  if (kind.size === 8) enc.bigU64(init);
  else enc.u32(Number(init));
  const args = { kind: 'checksum', offset, length, chunkSize, type: kind.code } as const;
  return {
    op: { op: CEPH_OSD_OP_CHECKSUM, flags: 0, args, indata: enc.take() },
    // Nothing is put out for no bytes.
    decode: (out) =>
      out.length === 0
        ? []
        : decodeOut(out, type, (dec) =>
            decodeVector(dec, 'checksums', kind.size, () => kind.decode(dec)),
          ),
  };
}
