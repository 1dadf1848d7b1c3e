import type { Crypto } from '../../common/Crypto.ts';
import type { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import type { AuthSessionHandler, MessageDigest } from '../AuthSessionHandler.ts';
import type { CryptoKey } from '../CryptoKey.ts';
import { foldU64 } from './cephx_protocol.ts';

const BLOCK_LENGTH = 32;

/**
 * Signs messages of msgr v1 with a session key: eight u32 (crc of the header, crc and length of front,
 * middle and data, seq), encrypted and, without the padding, folded to 64 bits.
 * Ceph: src/auth/cephx/CephxSessionHandler.cc, for peers with CEPH_FEATURE_CEPHX_V2, as all are since
 * Nautilus.
 */
export class CephxSessionHandler implements AuthSessionHandler {
  readonly #crypto: Crypto;
  readonly #key: CryptoKey;
  readonly #enc = new Encoder(BLOCK_LENGTH);

  constructor(crypto: Crypto, sessionKey: CryptoKey) {
    this.#crypto = crypto;
    this.#key = sessionKey;
  }

  signMessage(digest: MessageDigest, enc: Encoder): void {
    enc.bigU64(this.#signature(digest));
  }

  checkMessageSignature(digest: MessageDigest, dec: Decoder): boolean {
    return dec.bigU64() === this.#signature(digest);
  }

  #signature(digest: MessageDigest): bigint {
    const enc = this.#enc;
    enc.u32(digest.header);
    enc.u32(digest.front);
    enc.u32(digest.frontLen);
    enc.u32(digest.middle);
    enc.u32(digest.middleLen);
    enc.u32(digest.data);
    enc.u32(digest.dataLen);
    enc.u32(digest.seq >>> 0);
    const encrypted = this.#key.encrypt(this.#crypto, enc.peek());
    enc.discard();
    return foldU64(encrypted.subarray(0, BLOCK_LENGTH));
  }
}
