import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';
import { type AesCbc, type AesGcm, type Crypto, GCM_TAG_LENGTH } from '../common/Crypto.ts';

const AES_128_GCM = 'aes-128-gcm';
const AES_128_CBC = 'aes-128-cbc';
const TAG = { authTagLength: GCM_TAG_LENGTH };
/** Of a text that is opened piece by piece. */
const PIECE = 64 * 1024;

/** OpenSSL's ciphers and digests. */
export class NodeCrypto implements Crypto {
  aesGcm(key: Uint8Array): AesGcm {
    return new NodeAesGcm(createSecretKey(key));
  }

  aesCbc(key: Uint8Array): AesCbc {
    return new NodeAesCbc(createSecretKey(key));
  }

  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    return plainView(createHmac('sha256', key).update(bytes).digest());
  }
}

class NodeAesGcm implements AesGcm {
  /** Its bytes are not shown when it is inspected. */
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  seal(nonce: Uint8Array, plaintext: readonly Uint8Array[]): readonly Uint8Array[] {
    const cipher = createCipheriv(AES_128_GCM, this.#key, nonce, TAG);
    const sealed: Uint8Array[] = [];
    for (const piece of plaintext) sealed.push(cipher.update(piece));
    cipher.final();
    sealed.push(cipher.getAuthTag());
    return sealed;
  }

  open(nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - GCM_TAG_LENGTH;
    const decipher = createDecipheriv(AES_128_GCM, this.#key, nonce, TAG);
    decipher.setAuthTag(sealed.subarray(length));
    const ciphertext = sealed.subarray(0, length);
    const plaintext =
      length > PIECE ? openInPlace(decipher, ciphertext) : plainView(decipher.update(ciphertext));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plaintext;
  }
}

class NodeAesCbc implements AesCbc {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const cipher = createCipheriv(AES_128_CBC, this.#key, iv);
    return plainView(Buffer.concat([cipher.update(plaintext), cipher.final()]));
  }

  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    const decipher = createDecipheriv(AES_128_CBC, this.#key, iv);
    const plaintext = decipher.update(ciphertext);
    try {
      return plainView(Buffer.concat([plaintext, decipher.final()]));
    } catch {
      return undefined;
    }
  }
}

/** A buffer for each piece is soon used again; one for all would be new memory, which costs more than the cipher. */
function openInPlace(decipher: DecipherGCM, text: Uint8Array): Uint8Array {
  for (let at = 0; at < text.length; at += PIECE) {
    text.set(decipher.update(text.subarray(at, at + PIECE)), at);
  }
  return text;
}

/** Without what a Buffer does differently. */
function plainView({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
