import type { Crypto } from '../../common/Crypto.ts';
import { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import { DecodeError } from '../../common/errors.ts';
import type { CryptoKey } from '../CryptoKey.ts';

/**
 * How cephx encrypts: AES-CBC of u8 1, u64 magic, and what is to be hidden. Nothing else tells whether
 * it was changed on its way, so what has been decrypted is as hostile as what was received.
 * Ceph: encode_encrypt, decode_decrypt (src/auth/cephx/CephxProtocol.h).
 */
const AUTH_ENC_MAGIC = 0xff009cad8826aa55n;

const STRUCT_V = 1;

export function encodeEncryptEncBl(
  crypto: Crypto,
  key: CryptoKey,
  encode: (enc: Encoder) => void,
): Uint8Array {
  const enc = new Encoder(64);
  enc.u8(STRUCT_V);
  enc.bigU64(AUTH_ENC_MAGIC);
  encode(enc);
  return key.encrypt(crypto, enc.take());
}

/** `encrypted`: called `type` in errors. Throws `DecodeError`; it says nothing of what was found. */
export function decodeDecryptEncBl(
  crypto: Crypto,
  key: CryptoKey,
  encrypted: Uint8Array,
  type: string,
): Decoder {
  const plaintext = key.decrypt(crypto, encrypted);
  if (plaintext !== undefined && plaintext.length >= 9) {
    const dec = new Decoder(plaintext, type);
    dec.skip(1);
    if (dec.bigU64() === AUTH_ENC_MAGIC) return dec;
  }
  throw new DecodeError(type, 0, 'not encrypted with our key');
}

/** The same as a blob. */
export function encodeEncrypt(
  crypto: Crypto,
  key: CryptoKey,
  enc: Encoder,
  encode: (enc: Encoder) => void,
): void {
  enc.blob(encodeEncryptEncBl(crypto, key, encode));
}

export function decodeDecrypt(crypto: Crypto, key: CryptoKey, dec: Decoder, type: string): Decoder {
  return decodeDecryptEncBl(crypto, key, dec.blob(type), type);
}
