import type { CephContext } from '../../common/CephContext.ts';
import { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import type { AuthAuthorizer, AuthSecrets } from '../AuthClient.ts';
import { CEPH_AUTH_CEPHX } from '../auth_methods.ts';
import type { CryptoKey } from '../CryptoKey.ts';
import { CephxSessionHandler } from './CephxSessionHandler.ts';
import { type CephXTicketBlob, encodeTicketBlob, plusOne, randomU64 } from './cephx_protocol.ts';
import { decodeDecrypt, decodeDecryptEncBl, encodeEncrypt } from './encrypt.ts';

const EMPTY = new Uint8Array(0);

/** For whom an authorizer is, and by which ticket. */
export interface CephxAuthorizerInit {
  readonly globalId: number;
  readonly serviceId: number;
  readonly ticket: CephXTicketBlob;
  readonly sessionKey: CryptoKey;
}

/**
 * Shows a daemon a ticket of ours, and that we know the session key in it; then checks that the daemon
 * knows it too. One for each connection.
 *
 * u8 1, u64 globalId, u32 serviceId, CephXTicketBlob; encrypted with the session key: CephXAuthorize,
 * which is u8 2, u64 nonce, u8 haveChallenge, u64 serverChallenge + 1. Ceph: CephXAuthorizer.
 */
export class CephxAuthorizer implements AuthAuthorizer {
  readonly protocol: number = CEPH_AUTH_CEPHX;
  readonly bytes: Uint8Array;
  readonly #cct: Pick<CephContext, 'crypto' | 'random'>;
  readonly #init: CephxAuthorizerInit;
  readonly #nonce: bigint;
  readonly #serverChallenge: bigint | undefined;

  /** `nonce` and `serverChallenge`: of one whose ticket the server has read and answered. */
  constructor(
    cct: Pick<CephContext, 'crypto' | 'random'>,
    init: CephxAuthorizerInit,
    nonce: bigint = randomU64(cct.random),
    serverChallenge?: bigint,
  ) {
    this.#cct = cct;
    this.#init = init;
    this.#nonce = nonce;
    this.#serverChallenge = serverChallenge;
    this.bytes = this.#encode();
  }

  get sessionHandler(): CephxSessionHandler {
    return new CephxSessionHandler(this.#cct.crypto, this.#init.sessionKey);
  }

  /** Undefined: it has answered one already. Throws `DecodeError` where our key opens nothing. */
  addChallenge(challenge: Uint8Array): CephxAuthorizer | undefined {
    if (this.#serverChallenge !== undefined) return undefined;
    const type = 'CephXAuthorizeChallenge';
    const { crypto } = this.#cct;
    const dec = decodeDecryptEncBl(crypto, this.#init.sessionKey, challenge, type);
    dec.skip(1);
    return new CephxAuthorizer(this.#cct, this.#init, this.#nonce, dec.bigU64());
  }

  /**
   * CephXAuthorizeReply, encrypted with the session key: u8 version, u64 nonce + 1, string
   * connectionSecret from version 2 on. Whoever did not challenge us has shown nothing of today.
   */
  verifyReply(reply: Uint8Array): AuthSecrets | undefined {
    const { sessionKey } = this.#init;
    const outer = new Decoder(reply, 'CephXAuthorizeReply');
    const dec = decodeDecrypt(this.#cct.crypto, sessionKey, outer, 'CephXAuthorizeReply');
    const version = dec.u8();
    const isOurs = dec.bigU64() === plusOne(this.#nonce);
    if (!isOurs || this.#serverChallenge === undefined) return undefined;
    const connectionSecret = version >= 2 ? dec.blob('connection_secret') : EMPTY;
    return { sessionKey: sessionKey.reveal(), connectionSecret };
  }

  #encode(): Uint8Array {
    const { globalId, serviceId, ticket, sessionKey } = this.#init;
    const challenge = this.#serverChallenge;
    const enc = new Encoder(256);
    enc.u8(1);
    enc.u64(globalId);
    enc.u32(serviceId);
    encodeTicketBlob(enc, ticket);
    encodeEncrypt(this.#cct.crypto, sessionKey, enc, (hidden) => {
      hidden.u8(2);
      hidden.bigU64(this.#nonce);
      hidden.u8(challenge === undefined ? 0 : 1);
      hidden.bigU64(challenge === undefined ? 0n : plusOne(challenge));
    });
    return enc.take();
  }
}
