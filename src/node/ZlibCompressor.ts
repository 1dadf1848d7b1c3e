import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { COMP_ALG_ZLIB, type Compressor } from '../common/Compressor.ts';

/** compressor_zlib_level. */
const LEVEL = 5;
/** Which of Ceph's compressors it was; none looks at it. */
const VARIATION = Uint8Array.of(0);

/** A byte, then a raw deflate stream. Ceph: src/compressor/zlib/ZlibCompressor.cc. */
export class ZlibCompressor implements Compressor {
  readonly algorithm: number = COMP_ALG_ZLIB;

  compress(bytes: Uint8Array): Uint8Array {
    const deflated = deflateRawSync(bytes, { level: LEVEL });
    return new Uint8Array(Buffer.concat([VARIATION, deflated]));
  }

  decompress(bytes: Uint8Array, lengthMax: number): Uint8Array | undefined {
    try {
      const options = { maxOutputLength: lengthMax };
      const { buffer, byteOffset, length } = inflateRawSync(bytes.subarray(1), options);
      return new Uint8Array(buffer, byteOffset, length);
    } catch {
      return undefined;
    }
  }
}
