/** Ceph: src/compressor/Compressor.h. */
export const COMP_ALG_NONE = 0;
export const COMP_ALG_ZLIB = 2;

/** One way to make bytes fewer, synchronous. */
export interface Compressor {
  /** COMP_ALG_*. */
  readonly algorithm: number;
  compress(bytes: Uint8Array): Uint8Array;
  /** Undefined: `bytes` are none that `compress` gives, or of more than `lengthMax` bytes. */
  decompress(bytes: Uint8Array, lengthMax: number): Uint8Array | undefined;
}
