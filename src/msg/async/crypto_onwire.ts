import { AES_KEY_LENGTH, type AesGcm, type Crypto, GCM_NONCE_LENGTH } from '../../common/Crypto.ts';
import { DecodeError } from '../../common/errors.ts';

/**
 * Secure mode's two streams of sealed texts, one each way, from the secret that authentication has
 * given both sides. Ceph: src/msg/async/crypto_onwire.cc.
 *
 * A nonce is u32 fixed, u64 counter, and each text takes the next one.
 */

/** key, nonce of what the server sends, nonce of what the client sends; what follows is not used. */
export const CONNECTION_SECRET_LENGTH: number = AES_KEY_LENGTH + 2 * GCM_NONCE_LENGTH;

/** Texts with one key. The counter would come round after 2^64. */
const TEXTS_MAX = Number.MAX_SAFE_INTEGER;

const TWO_32 = 2 ** 32;

/** The nonces are used up: the connection must end. */
export class NonceError extends Error {
  override readonly name = 'NonceError';
}

export interface SessionStreamHandlers {
  readonly rx: RxHandler;
  readonly tx: TxHandler;
}

/** `crossed`: for the accepting side. Throws `DecodeError` for a secret that is too short. */
export function createHandlerPair(
  crypto: Crypto,
  secret: Uint8Array,
  crossed: boolean,
): SessionStreamHandlers {
  if (secret.length < CONNECTION_SECRET_LENGTH) {
    throw new DecodeError(
      'connection_secret',
      0,
      `${secret.length} bytes, at least ${CONNECTION_SECRET_LENGTH}`,
    );
  }
  const aes = crypto.aesGcm(secret.subarray(0, AES_KEY_LENGTH));
  const second = AES_KEY_LENGTH + GCM_NONCE_LENGTH;
  const fromServer = new Nonces(secret.subarray(AES_KEY_LENGTH, second));
  const fromClient = new Nonces(secret.subarray(second, second + GCM_NONCE_LENGTH));
  return {
    rx: new RxHandler(aes, crossed ? fromClient : fromServer),
    tx: new TxHandler(aes, crossed ? fromServer : fromClient),
  };
}

/** `left`: how many may be taken. */
export class Nonces {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #isFirst = true;
  #left: number;

  constructor(first: Uint8Array, left: number = TEXTS_MAX) {
    this.#bytes = new Uint8Array(first);
    this.#view = new DataView(this.#bytes.buffer);
    this.#left = left;
  }

  /** Good until the next call. Throws `NonceError` rather than to repeat one. */
  next(): Uint8Array {
    if (this.#left === 0) throw new NonceError('no nonce is left for this key');
    this.#left--;
    if (this.#isFirst) this.#isFirst = false;
    else this.#increment();
    return this.#bytes;
  }

  #increment(): void {
    const low = this.#view.getUint32(4, true) + 1;
    this.#view.setUint32(4, low, true);
    if (low === TWO_32) this.#view.setUint32(8, this.#view.getUint32(8, true) + 1, true);
  }
}

export class TxHandler {
  readonly #aes: AesGcm;
  readonly #nonces: Nonces;

  constructor(aes: AesGcm, nonces: Nonces) {
    this.#aes = aes;
    this.#nonces = nonces;
  }

  /** `pieces` as one sealed text: ciphertext of the same length, then the tag. */
  seal(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.#aes.seal(this.#nonces.next(), pieces);
  }
}

export class RxHandler {
  readonly #aes: AesGcm;
  readonly #nonces: Nonces;

  constructor(aes: AesGcm, nonces: Nonces) {
    this.#aes = aes;
    this.#nonces = nonces;
  }

  /** The plaintext of what the peer's `seal` has given; `DecodeError` for anything else. */
  open(sealed: Uint8Array, field: string): Uint8Array {
    const plaintext = this.#aes.open(this.#nonces.next(), sealed);
    if (plaintext === undefined) throw new DecodeError(field, 0, 'is not authentic');
    return plaintext;
  }
}
