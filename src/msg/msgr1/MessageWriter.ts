import {
  type AuthSessionHandler,
  blankDigest,
  type MessageDigest,
} from '../../auth/AuthSessionHandler.ts';
import type { CephContext } from '../../common/CephContext.ts';
import { crc32cKept } from '../../common/crc32c_kept.ts';
import type { Encoder } from '../../common/Encoder.ts';
import type { Socket } from '../../common/Stack.ts';
import type { Message } from '../Message.ts';
import type { entity_name_t } from '../msg_types.ts';
import {
  CEPH_MSG_FOOTER_COMPLETE,
  CEPH_MSG_FOOTER_NOCRC,
  CEPH_MSG_FOOTER_SIGNED,
  CEPH_MSG_HEADER_LENGTH,
  CEPH_MSGR_TAG_MSG,
  encodeHeader,
  sealHeader,
} from '../msgr.ts';
import { SendBuffer } from '../SendBuffer.ts';

/**
 * Puts what one connection sends in one turn into as few chunks as can be. Between turns it is
 * empty, so one serves all connections of a messenger.
 */
export class MessageWriter {
  /** For the handshake and the tags between messages. */
  readonly enc: Encoder;
  /** Of the last message written. */
  readonly digest: MessageDigest = blankDigest();
  readonly #crcHeader: boolean;
  readonly #crcData: boolean;
  readonly #out: SendBuffer;

  constructor(cct: CephContext, out: SendBuffer = new SendBuffer(cct.alloc)) {
    this.#out = out;
    this.enc = out.enc;
    this.#crcHeader = cct.conf.ms_crc_header;
    this.#crcData = cct.conf.ms_crc_data;
  }

  /** Bytes not yet given to a socket. */
  get pending(): number {
    return this.#out.pending;
  }

  /** Tag, header, front, middle, data, footer. Ceph: Pipe::write_message. */
  writeMessage(message: Message, src: entity_name_t, signer: AuthSessionHandler | undefined): void {
    const { enc, digest } = this;
    enc.u8(CEPH_MSGR_TAG_MSG);
    const header = enc.length;
    encodeHeader(enc, message, src);
    const front = header + CEPH_MSG_HEADER_LENGTH;
    message.encodePayload(enc);
    const end = enc.length;
    digest.seq = message.seq;
    digest.frontLen = end - front;
    digest.header = sealHeader(enc, header, digest.frontLen, this.#crcHeader);
    digest.front = this.#crcHeader ? enc.crc32c(0, front, end) : 0;
    digest.middleLen = message.middle.length;
    digest.middle = this.#segment(0, message.middle, this.#crcHeader);
    digest.dataLen = 0;
    digest.data = 0;
    for (const piece of message.data) {
      digest.dataLen += piece.length;
      digest.data = this.#segment(digest.data, piece, this.#crcData);
    }
    this.#footer(signer);
  }

  /** u32 crcs of front, middle and data, u64 signature, u8 flags. */
  #footer(signer: AuthSessionHandler | undefined): void {
    const { enc, digest } = this;
    enc.u32(digest.front);
    enc.u32(digest.middle);
    enc.u32(digest.data);
    if (signer === undefined) enc.u64(0);
    else signer.signMessage(digest, enc);
    const noCrc = this.#crcData ? 0 : CEPH_MSG_FOOTER_NOCRC;
    const signed = signer === undefined ? 0 : CEPH_MSG_FOOTER_SIGNED;
    enc.u8(CEPH_MSG_FOOTER_COMPLETE | noCrc | signed);
  }

  /** Gives everything to `socket` at once; answers as `Socket.send` does. Ceph: Pipe::do_sendmsg. */
  doSendmsg(socket: Socket): boolean {
    return this.#out.sendTo(socket);
  }

  /** Drops what was not given to a socket. */
  discard(): void {
    this.#out.discard();
  }

  #segment(crc: number, piece: Uint8Array, withCrc: boolean): number {
    if (piece.length === 0) return crc;
    this.#out.push(piece);
    return withCrc ? crc32cKept(crc, piece) : crc;
  }
}
