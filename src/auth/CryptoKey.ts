import { base64Decode, base64Encode } from '../common/base64.ts';
import { AES_KEY_LENGTH, type AesCbc, type Crypto } from '../common/Crypto.ts';
import { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { DecodeError } from '../common/errors.ts';
import type { Random } from '../common/Random.ts';
import { utf8Encode } from '../common/utf8.ts';
import { decodeUtime, encodeUtime, UTIME_ZERO, type utime_t } from '../common/utime_t.ts';

/** Kinds of key. Ceph: src/include/ceph_fs.h. */
const CEPH_CRYPTO_AES = 1;

/** The same for every text that Ceph encrypts. Ceph: CEPH_AES_IV (src/include/ceph_fs.h). */
const CEPH_AES_IV = utf8Encode('cephsageyudagreg');

const REDACTED = 'CryptoKey <redacted>';

/**
 * A secret of AES-128: of an entity, or of a session. It does not show its bytes, whoever prints it.
 * Ceph: src/auth/Crypto.h.
 */
export class CryptoKey {
  readonly #secret: Uint8Array;
  readonly #created: utime_t;
  #aes: AesCbc | undefined;

  /** Throws `DecodeError` for a secret that is not of AES_KEY_LENGTH bytes. */
  constructor(secret: Uint8Array, created: utime_t = UTIME_ZERO) {
    if (secret.length !== AES_KEY_LENGTH) {
      const reason = `${secret.length} bytes, and a key of AES-128 has ${AES_KEY_LENGTH}`;
      throw new DecodeError('CryptoKey.secret', 0, reason);
    }
    this.#secret = new Uint8Array(secret);
    this.#created = created;
  }

  /** One that nobody has. Ceph: CryptoKey::create. */
  static generate(random: Random, created: utime_t): CryptoKey {
    const words = Array.from({ length: AES_KEY_LENGTH / 4 }, () => random.uint32());
    return new CryptoKey(new Uint8Array(Uint32Array.from(words).buffer), created);
  }

  /** u16 type, utime created, u16 length, secret. */
  static decode(dec: Decoder): CryptoKey {
    const type = dec.u16();
    if (type !== CEPH_CRYPTO_AES) {
      throw dec.error(`type ${type} is not AES (${CEPH_CRYPTO_AES})`, 'type');
    }
    const created = decodeUtime(dec);
    return new CryptoKey(dec.raw(dec.u16()), created);
  }

  encode(enc: Encoder): void {
    enc.u16(CEPH_CRYPTO_AES);
    encodeUtime(enc, this.#created);
    enc.u16(this.#secret.length);
    enc.raw(this.#secret);
  }

  /** As it stands in a keyring, in base64. Throws `DecodeError`, which does not quote it. */
  static parse(text: string): CryptoKey {
    const bytes = base64Decode(text);
    if (bytes === undefined) throw new DecodeError('CryptoKey', 0, 'not in base64');
    return CryptoKey.decode(new Decoder(bytes, 'CryptoKey'));
  }

  /** The secret as a keyring has it, for whom it is meant. */
  print(): string {
    const enc = new Encoder(32);
    this.encode(enc);
    return base64Encode(enc.take());
  }

  encrypt(crypto: Crypto, plaintext: Uint8Array): Uint8Array {
    return this.#cipher(crypto).encrypt(CEPH_AES_IV, plaintext);
  }

  /** Undefined: it was not encrypted with this key. */
  decrypt(crypto: Crypto, ciphertext: Uint8Array): Uint8Array | undefined {
    return this.#cipher(crypto).decrypt(CEPH_AES_IV, ciphertext);
  }

  /** A copy of the bytes, which nobody may print. */
  reveal(): Uint8Array {
    return new Uint8Array(this.#secret);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  #cipher(crypto: Crypto): AesCbc {
    this.#aes ??= crypto.aesCbc(this.#secret);
    return this.#aes;
  }
}
