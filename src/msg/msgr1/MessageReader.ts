import {
  type AuthSessionHandler,
  blankDigest,
  type MessageDigest,
} from '../../auth/AuthSessionHandler.ts';
import type { CephContext } from '../../common/CephContext.ts';
import { crc32c } from '../../common/crc32c.ts';
import { Decoder } from '../../common/Decoder.ts';
import { DecodeError } from '../../common/errors.ts';
import { Destination } from '../Destination.ts';
import type { Message } from '../Message.ts';
import type { MessageFactory } from '../MessageFactory.ts';
import type { entity_name_t } from '../msg_types.ts';
import {
  blankHeader,
  CEPH_MSG_FOOTER_COMPLETE,
  CEPH_MSG_FOOTER_LENGTH,
  CEPH_MSG_FOOTER_NOCRC,
  CEPH_MSG_HEADER_CRC_OFFSET,
  CEPH_MSG_HEADER_LENGTH,
  type ceph_msg_header,
  decodeHeader,
} from '../msgr.ts';
import type { ReadThrottle } from '../ReadThrottle.ts';
import type { RecvBuffer } from '../RecvBuffer.ts';

const MIB = 1024 * 1024;
/** The most that a peer may announce for each segment. */
const FRONT_LENGTH_MAX = 32 * MIB;
const MIDDLE_LENGTH_MAX = 16 * MIB;
/** osd_max_object_size, and some for attributes. */
const DATA_LENGTH_MAX = 129 * MIB;
/** A front up to this length is decoded where it was received, without a copy. */
const FRONT_IN_PLACE_MAX = 16 * 1024;

const EMPTY: Uint8Array = new Uint8Array(0);

const HEADER = 0;
const THROTTLE = 1;
const FRONT = 2;
const MIDDLE = 3;
const DATA = 4;
const FOOTER = 5;

/**
 * Reads one message after the other, however its bytes are cut. Ceph: Pipe::read_message.
 *
 * The front is decoded in the receive buffer. Middle and data get buffers of their own, and what
 * has not arrived when they are begun is received straight into them, its crc taken on the way.
 */
export class MessageReader {
  readonly header: ceph_msg_header = blankHeader();
  /** The message that `read` has completed; undefined when the factory does not know its type. */
  message: Message | undefined;
  readonly #cct: CephContext;
  readonly #recv: RecvBuffer;
  readonly #factory: MessageFactory;
  readonly #throttle: ReadThrottle;
  /** Undefined: messages are not signed. */
  readonly #signer: AuthSessionHandler | undefined;
  readonly #digest: MessageDigest = blankDigest();
  #phase = HEADER;
  readonly #segment: Destination;
  /** A front too long to be decoded in place. */
  #front = EMPTY;
  #frontCrc = 0;
  #middle = EMPTY;
  #middleCrc = 0;
  #data = EMPTY;
  #dataCrc = 0;
  #src: entity_name_t = { type: 0, num: 0 };

  constructor(
    cct: CephContext,
    recv: RecvBuffer,
    factory: MessageFactory,
    throttle: ReadThrottle,
    signer: AuthSessionHandler | undefined,
  ) {
    this.#cct = cct;
    this.#recv = recv;
    this.#factory = factory;
    this.#segment = new Destination(cct.alloc, recv);
    this.#throttle = throttle;
    this.#signer = signer;
  }

  /** A message has been begun. */
  get isInside(): boolean {
    return this.#phase !== HEADER;
  }

  /** Bytes of the message that has been begun, without header and footer. */
  get size(): number {
    return this.header.frontLen + this.header.middleLen + this.header.dataLen;
  }

  readBuffer(): Uint8Array {
    return this.#segment.readBuffer();
  }

  onRead(count: number): void {
    this.#segment.onRead(count);
  }

  /**
   * Goes on with the message whose tag has been read. False: more bytes are wanted, or the throttle
   * waits. True: it is in `message`. Throws `DecodeError`, after which nothing more can be read.
   */
  read(): boolean {
    if (this.#phase === HEADER && !this.#readHeader()) return false;
    if (this.#phase === THROTTLE && !this.#beginBody()) return false;
    if (this.#phase === FRONT && !this.#readFront()) return false;
    if (this.#phase === MIDDLE && !this.#readMiddle()) return false;
    if (this.#phase === DATA && !this.#readData()) return false;
    return this.#readFooter();
  }

  #readHeader(): boolean {
    const recv = this.#recv;
    if (recv.available < CEPH_MSG_HEADER_LENGTH) return false;
    const at = recv.head;
    const header = this.header;
    decodeHeader(recv.take(CEPH_MSG_HEADER_LENGTH, 'ceph_msg_header'), header);
    if (this.#cct.conf.ms_crc_header) {
      const crc = crc32c(0, recv.bytes, at, at + CEPH_MSG_HEADER_CRC_OFFSET);
      checkCrc('ceph_msg_header.crc', CEPH_MSG_HEADER_CRC_OFFSET, header.crc, crc);
    }
    checkLength('ceph_msg_header.front_len', 22, header.frontLen, FRONT_LENGTH_MAX);
    checkLength('ceph_msg_header.middle_len', 26, header.middleLen, MIDDLE_LENGTH_MAX);
    checkLength('ceph_msg_header.data_len', 30, header.dataLen, DATA_LENGTH_MAX);
    this.#phase = THROTTLE;
    return this.#throttle.take(this.size);
  }

  #beginBody(): boolean {
    if (this.#throttle.isWaiting) return false;
    if (this.header.frontLen > FRONT_IN_PLACE_MAX) this.#beginSegment(this.header.frontLen);
    this.#phase = FRONT;
    return true;
  }

  #readFront(): boolean {
    const recv = this.#recv;
    const length = this.header.frontLen;
    if (length > FRONT_IN_PLACE_MAX) {
      if (!this.#segment.fill()) return false;
      this.#front = this.#segment.bytes;
      this.#frontCrc = this.#segment.crc;
    } else {
      if (recv.available < length) return false;
      recv.pin(length);
      if (this.#cct.conf.ms_crc_header) {
        this.#frontCrc = crc32c(0, recv.bytes, recv.head, recv.head + length);
      }
      recv.head += length;
    }
    this.#beginSegment(this.header.middleLen);
    this.#phase = MIDDLE;
    return true;
  }

  #readMiddle(): boolean {
    if (!this.#segment.fill()) return false;
    this.#middle = this.#segment.bytes;
    this.#middleCrc = this.#segment.crc;
    this.#segment.begin(this.header.dataLen, this.#cct.conf.ms_crc_data ? 0 : undefined);
    this.#phase = DATA;
    return true;
  }

  #readData(): boolean {
    if (!this.#segment.fill()) return false;
    this.#data = this.#segment.bytes;
    this.#dataCrc = this.#segment.crc;
    this.#phase = FOOTER;
    return true;
  }

  #readFooter(): boolean {
    const recv = this.#recv;
    if (recv.available < CEPH_MSG_FOOTER_LENGTH) return false;
    this.#checkFooter(recv.take(CEPH_MSG_FOOTER_LENGTH, 'ceph_msg_footer'));
    this.#decodeMessage();
    return true;
  }

  #checkFooter(dec: Decoder): void {
    const { conf } = this.#cct;
    const frontCrc = dec.u32();
    const middleCrc = dec.u32();
    const dataCrc = dec.u32();
    const isGenuine = this.#readSignature(dec, frontCrc, middleCrc, dataCrc);
    const flags = dec.u8();
    if ((flags & CEPH_MSG_FOOTER_COMPLETE) === 0) {
      throw new DecodeError('ceph_msg_footer.flags', 20, 'the sender has given the message up');
    }
    if (conf.ms_crc_header) {
      checkCrc('ceph_msg_footer.front_crc', 0, frontCrc, this.#frontCrc);
      checkCrc('ceph_msg_footer.middle_crc', 4, middleCrc, this.#middleCrc);
    }
    if (conf.ms_crc_data && (flags & CEPH_MSG_FOOTER_NOCRC) === 0) {
      checkCrc('ceph_msg_footer.data_crc', 8, dataCrc, this.#dataCrc);
    }
    if (!isGenuine) {
      throw new DecodeError('ceph_msg_footer.sig', 12, 'it is not the signature of this message');
    }
  }

  #readSignature(dec: Decoder, frontCrc: number, middleCrc: number, dataCrc: number): boolean {
    if (this.#signer === undefined) {
      dec.skip(8);
      return true;
    }
    const { header } = this;
    const digest = this.#digest;
    digest.seq = header.seq;
    digest.header = header.crc;
    digest.front = frontCrc;
    digest.frontLen = header.frontLen;
    digest.middle = middleCrc;
    digest.middleLen = header.middleLen;
    digest.data = dataCrc;
    digest.dataLen = header.dataLen;
    return this.#signer.checkMessageSignature(digest, dec);
  }

  #decodeMessage(): void {
    const { header } = this;
    const message = this.#factory(header, this.#frontDecoder(), this.#middle, this.#data);
    this.#throttle.handOver();
    if (message === undefined) {
      this.#throttle.put(this.size);
    } else {
      message.throttle = this.#throttle;
      message.throttleSize = this.size;
      message.seq = header.seq;
      message.tid = header.tid;
      message.priority = header.priority;
      message.dataOff = header.dataOff;
      message.src = this.#srcName();
    }
    this.message = message;
    this.#recv.unpin();
    this.#front = EMPTY;
    this.#middle = EMPTY;
    this.#data = EMPTY;
    this.#segment.begin(0, undefined);
    this.#phase = HEADER;
  }

  #frontDecoder(): Decoder {
    const length = this.header.frontLen;
    if (length > FRONT_IN_PLACE_MAX) return new Decoder(this.#front, 'front');
    const { decoder, pinned } = this.#recv;
    decoder.window(pinned, pinned + length, 'front');
    return decoder;
  }

  /** A peer's messages mostly bear one name: one record serves them all. */
  #srcName(): entity_name_t {
    const { srcType, srcNum } = this.header;
    if (this.#src.type !== srcType || this.#src.num !== srcNum) {
      this.#src = { type: srcType, num: srcNum };
    }
    return this.#src;
  }

  /** Of front or middle. */
  #beginSegment(length: number): void {
    this.#segment.begin(length, this.#cct.conf.ms_crc_header ? 0 : undefined);
  }
}

function checkLength(field: string, offset: number, length: number, most: number): void {
  if (length > most) throw new DecodeError(field, offset, `${length} bytes, at most ${most}`);
}

function checkCrc(field: string, offset: number, said: number, found: number): void {
  if (said !== found) {
    throw new DecodeError(field, offset, `0x${said.toString(16)}, found 0x${found.toString(16)}`);
  }
}
