import { cbc, gcm } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { AesCbc, AesGcm, Crypto } from '../src/common/Crypto.ts';
import { joinBytes } from '../src/common/join_bytes.ts';

/** Ciphers and digests in plain JavaScript: the same wherever a simulation runs. */
export class SimCrypto implements Crypto {
  aesGcm(key: Uint8Array): AesGcm {
    return new SimAesGcm(key);
  }

  aesCbc(key: Uint8Array): AesCbc {
    return new SimAesCbc(key);
  }

  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    return hmac(sha256, key, bytes);
  }
}

class SimAesGcm implements AesGcm {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = new Uint8Array(key);
  }

  seal(nonce: Uint8Array, plaintext: readonly Uint8Array[]): readonly Uint8Array[] {
    return [gcm(this.#key, nonce).encrypt(joinBytes(plaintext))];
  }

  open(nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    try {
      return gcm(this.#key, nonce).decrypt(sealed);
    } catch {
      return undefined;
    }
  }
}

class SimAesCbc implements AesCbc {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = new Uint8Array(key);
  }

  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return cbc(this.#key, iv).encrypt(plaintext);
  }

  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    try {
      return cbc(this.#key, iv).decrypt(ciphertext);
    } catch {
      return undefined;
    }
  }
}
