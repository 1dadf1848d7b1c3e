import type { CryptoKey } from '../CryptoKey.ts';

/** Kept of one service: the last, the one in use, the next. Ceph: KEY_ROTATE_NUM (src/auth/Auth.h). */
const KEY_ROTATE_NUM = 3;

export interface ServiceSecret {
  readonly secretId: number;
  readonly key: CryptoKey;
}

interface ExpiringCryptoKey extends ServiceSecret {
  /** By `Clock.realNow`. */
  readonly expiration: number;
}

/**
 * With what the tickets of one service are encrypted: a new secret every `ttlMs`, and the last one is
 * understood for as long as its tickets may live. Ceph: RotatingSecrets, KeyServer::_rotate_secret.
 */
export class RotatingSecrets {
  readonly #ttlMs: number;
  readonly #generate: () => CryptoKey;
  /** The oldest first. */
  #secrets: ExpiringCryptoKey[] = [];
  #lastId = 0;

  constructor(ttlMs: number, generate: () => CryptoKey) {
    this.#ttlMs = ttlMs;
    this.#generate = generate;
  }

  /** With which a ticket is made at `now`. */
  current(now: number): ServiceSecret {
    this.#rotate(now);
    const [oldest, current = oldest, next = current] = this.#secrets;
    const secret = current !== undefined && current.expiration < now ? next : current;
    return secret ?? this.#add(now);
  }

  /** Undefined: it is too old, or was never there. */
  get(secretId: number, now: number): CryptoKey | undefined {
    this.#rotate(now);
    return this.#secrets.find((secret) => secret.secretId === secretId)?.key;
  }

  /** No ticket that has been made is understood any more. */
  expireAll(): void {
    this.#secrets = [];
  }

  #rotate(now: number): void {
    while (this.#secrets.length < KEY_ROTATE_NUM || (this.#secrets[1]?.expiration ?? 0) <= now) {
      this.#add(now);
      if (this.#secrets.length > KEY_ROTATE_NUM) this.#secrets.shift();
    }
  }

  #add(now: number): ExpiringCryptoKey {
    const last = this.#secrets.at(-1);
    const from = last === undefined ? now : Math.max(now + this.#ttlMs, last.expiration);
    const secretId = ++this.#lastId;
    const secret = { secretId, key: this.#generate(), expiration: from + this.#ttlMs };
    this.#secrets.push(secret);
    return secret;
  }
}
