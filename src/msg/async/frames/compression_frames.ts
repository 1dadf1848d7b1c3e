import type { Decoder } from '../../../common/Decoder.ts';
import type { Encoder } from '../../../common/Encoder.ts';
import { decodeNumbers, encodeNumbers } from './auth_frames.ts';

/** COMPRESSION_REQUEST: u8 whether frames shall be compressed, u32 count, u32 methods. */
export interface CompressionRequestFrame {
  readonly isCompress: boolean;
  /** COMP_ALG_*, the best first. */
  readonly preferredMethods: readonly number[];
}

export function encodeCompressionRequest(enc: Encoder, request: CompressionRequestFrame): void {
  enc.u8(request.isCompress ? 1 : 0);
  encodeNumbers(enc, request.preferredMethods);
}

export function decodeCompressionRequest(dec: Decoder): CompressionRequestFrame {
  return {
    isCompress: dec.bool(),
    preferredMethods: decodeNumbers(dec, 'preferred_methods'),
  };
}

/** COMPRESSION_DONE: u8 whether frames will be compressed, u32 method. */
export interface CompressionDoneFrame {
  readonly isCompress: boolean;
  /** COMP_ALG_*. */
  readonly method: number;
}

export function encodeCompressionDone(enc: Encoder, done: CompressionDoneFrame): void {
  enc.u8(done.isCompress ? 1 : 0);
  enc.u32(done.method);
}

export function decodeCompressionDone(dec: Decoder): CompressionDoneFrame {
  return { isCompress: dec.bool(), method: dec.u32() };
}
