import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/** What a signature of a message is made of: its seq, and the crc and length of each part. */
export interface MessageDigest {
  seq: number;
  header: number;
  front: number;
  frontLen: number;
  middle: number;
  middleLen: number;
  data: number;
  dataLen: number;
}

/** Signs the messages of one connection of msgr v1. Ceph: src/auth/AuthSessionHandler.h. */
export interface AuthSessionHandler {
  /** Writes the signature: 8 bytes. */
  signMessage(digest: MessageDigest, enc: Encoder): void;
  /** Reads the signature; false: it is not of this message. */
  checkMessageSignature(digest: MessageDigest, dec: Decoder): boolean;
}

export function blankDigest(): MessageDigest {
  return {
    seq: 0,
    header: 0,
    front: 0,
    frontLen: 0,
    middle: 0,
    middleLen: 0,
    data: 0,
    dataLen: 0,
  };
}
