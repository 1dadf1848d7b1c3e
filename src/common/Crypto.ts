/** Bytes of a key of AES-128, of a nonce and of a tag of AES-GCM. */
export const AES_KEY_LENGTH = 16;
export const GCM_NONCE_LENGTH = 12;
export const GCM_TAG_LENGTH = 16;

/** Bytes of what {@link Crypto.hmacSha256} answers. */
export const SHA256_LENGTH = 32;

/** AES-128-GCM with one key and no additional data. No nonce may be used twice. */
export interface AesGcm {
  /**
   * The ciphertext of `plaintext`, whose pieces count as one, and then its tag; cut into buffers
   * as it comes. They are the caller's.
   */
  seal(nonce: Uint8Array, plaintext: readonly Uint8Array[]): readonly Uint8Array[];
  /**
   * The plaintext of `sealed`, which ends with its tag; undefined when it was not made by `seal`. A long
   * one may be opened where it is.
   */
  open(nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** AES-128-CBC with one key, padded as PKCS #7 has it. Nothing tells whether a text was changed. */
export interface AesCbc {
  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Undefined: `ciphertext` is not of whole blocks, or its padding makes no sense. */
  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
}

/** Ciphers and digests, all synchronous. */
export interface Crypto {
  /** `key`: of AES_KEY_LENGTH bytes; may be reused after the call. */
  aesGcm(key: Uint8Array): AesGcm;
  /** `key`: of AES_KEY_LENGTH bytes; may be reused after the call. */
  aesCbc(key: Uint8Array): AesCbc;
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array;
}

/** Takes as long for a difference in the first byte as for one in the last. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
