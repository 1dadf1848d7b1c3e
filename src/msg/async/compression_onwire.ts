import type { CephContext } from '../../common/CephContext.ts';
import { COMP_ALG_NONE, COMP_ALG_ZLIB, type Compressor } from '../../common/Compressor.ts';
import { Encoder } from '../../common/Encoder.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../common/entity_name.ts';
import { DecodeError } from '../../common/errors.ts';
import { joinBytes } from '../../common/join_bytes.ts';
import type { CompressionDoneFrame, CompressionRequestFrame } from './frames/compression_frames.ts';
import { FRAME_EARLY_DATA_COMPRESSED, SEGMENT_LENGTHS_MAX } from './frames_v2.ts';

/**
 * Compressed frames: whether there are any, and how. Ceph (from Quincy on):
 * src/msg/compressor_registry.cc, src/msg/async/compression_onwire.cc.
 */

const ALGORITHM_NAMES = new Map([['zlib', COMP_ALG_ZLIB]]);

const EMPTY: Uint8Array = new Uint8Array(0);

/** What of the context decides. */
type Cct = Pick<CephContext, 'conf' | 'compressors'>;

/**
 * Frames to and from a peer of `peerType` shall be compressed. Only those between OSDs ever are: each
 * side looks at the type of the other. Ceph: CompressorRegistry::get_mode.
 */
export function wantsCompression({ conf }: Cct, peerType: number, isSecure: boolean): boolean {
  if (isSecure && !conf.ms_compress_secure) return false;
  return peerType === CEPH_ENTITY_TYPE_OSD && conf.ms_osd_compress_mode === 'force';
}

export function compressionRequest(
  cct: Cct,
  peerType: number,
  isSecure: boolean,
): CompressionRequestFrame {
  const isCompress = wantsCompression(cct, peerType, isSecure);
  return { isCompress, preferredMethods: compressorsOf(cct).map(({ algorithm }) => algorithm) };
}

/** The answer to `request`: the first of the peer's methods that is one of ours. */
export function compressionDone(
  cct: Cct,
  peerType: number,
  isSecure: boolean,
  request: CompressionRequestFrame,
): CompressionDoneFrame {
  const ours = compressorsOf(cct).map(({ algorithm }) => algorithm);
  const isWanted = request.isCompress && wantsCompression(cct, peerType, isSecure);
  const method = isWanted ? request.preferredMethods.find((one) => ours.includes(one)) : undefined;
  return { isCompress: method !== undefined, method: method ?? COMP_ALG_NONE };
}

/** What was agreed on; undefined: frames are not compressed. */
export function agreedCompressor(
  cct: Cct,
  isWanted: boolean,
  { isCompress, method }: CompressionDoneFrame,
): Compressor | undefined {
  if (!isWanted || !isCompress) return undefined;
  const compressor = compressorsOf(cct).find(({ algorithm }) => algorithm === method);
  if (compressor !== undefined) return compressor;
  throw new DecodeError('COMPRESSION_DONE.method', 1, `${method} was not offered`);
}

/** Those that ms_osd_compression_algorithm names and that there are. */
function compressorsOf({ conf, compressors = [] }: Cct): Compressor[] {
  return conf.ms_osd_compression_algorithm.split(/[;,= \t]+/).flatMap((name) => {
    const algorithm = ALGORITHM_NAMES.get(name);
    return compressors.filter((compressor) => compressor.algorithm === algorithm);
  });
}

/** A frame's segments. */
export interface Segments {
  readonly first: Uint8Array;
  readonly front: Uint8Array;
  readonly middle: Uint8Array;
  readonly data: Uint8Array;
}

/** Takes frames as they are encoded and compresses those that are long enough. */
export class CompressionTx {
  readonly #compressor: Compressor;
  readonly #minSize: number;
  readonly #enc = new Encoder(1024);
  /** Where the front begins; -1: not yet. */
  #front = -1;

  /** `minSize`: the least of a frame's segments together. */
  constructor(compressor: Compressor, minSize: number) {
    this.#compressor = compressor;
    this.#minSize = minSize;
  }

  startFrame(): Encoder {
    this.#front = -1;
    return this.#enc;
  }

  startFront(): void {
    this.#front = this.#enc.length;
  }

  /** The segments to send, and the flags of their preamble. */
  finishFrame(middle: Uint8Array, data: readonly Uint8Array[]): Segments & { flags: number } {
    const encoded = this.#enc.take();
    const front = this.#front < 0 ? encoded.length : this.#front;
    const plain = {
      first: encoded.subarray(0, front),
      front: encoded.subarray(front),
      middle,
      data: joinBytes(data),
    };
    const length = encoded.length + middle.length + plain.data.length;
    if (length < this.#minSize) return { ...plain, flags: 0 };
    return {
      first: this.#compress(plain.first),
      front: this.#compress(plain.front),
      middle: this.#compress(middle),
      data: this.#compress(plain.data),
      flags: FRAME_EARLY_DATA_COMPRESSED,
    };
  }

  #compress(segment: Uint8Array): Uint8Array {
    return segment.length === 0 ? EMPTY : this.#compressor.compress(segment);
  }
}

/** What the peer's segments were. Throws `DecodeError`. */
export function decompressSegments(
  compressor: Compressor,
  { first, front, middle, data }: Segments,
): Segments {
  const [firstMax, frontMax, middleMax, dataMax] = SEGMENT_LENGTHS_MAX;
  return {
    first: decompress(compressor, first, firstMax, 0),
    front: decompress(compressor, front, frontMax, 1),
    middle: decompress(compressor, middle, middleMax, 2),
    data: decompress(compressor, data, dataMax, 3),
  };
}

function decompress(
  compressor: Compressor,
  segment: Uint8Array,
  lengthMax: number,
  index: number,
): Uint8Array {
  if (segment.length === 0) return EMPTY;
  const plain = compressor.decompress(segment, lengthMax);
  if (plain !== undefined) return plain;
  const reason = `is not compressed, or was above ${lengthMax} bytes`;
  throw new DecodeError(`segments[${index}]`, 0, reason);
}
