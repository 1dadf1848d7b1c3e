import type { CephContext } from '../../common/CephContext.ts';
import { crc32c } from '../../common/crc32c.ts';
import { Decoder } from '../../common/Decoder.ts';
import { DecodeError } from '../../common/errors.ts';
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
import type { RecvBuffer } from '../RecvBuffer.ts';

const MIB = 1024 * 1024;
/** The most that a peer may announce for each segment. */
const FRONT_LENGTH_MAX = 32 * MIB;
const MIDDLE_LENGTH_MAX = 16 * MIB;
/** osd_max_object_size, and some for attributes. */
const DATA_LENGTH_MAX = 129 * MIB;
/** A front up to this length is decoded where it was received, without a copy. */
const FRONT_IN_PLACE_MAX = 16 * 1024;

const EMPTY = new Uint8Array(0);

const HEADER = 0;
const FRONT = 1;
const MIDDLE = 2;
const DATA = 3;
const FOOTER = 4;

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
  #phase = HEADER;
  /** What is being filled, and how far it is. */
  #segment = EMPTY;
  #filled = 0;
  #crc = 0;
  /** A front too long to be decoded in place. */
  #front = EMPTY;
  #frontCrc = 0;
  #middle = EMPTY;
  #middleCrc = 0;
  #data = EMPTY;
  #dataCrc = 0;
  #src: entity_name_t = { type: 0, num: 0 };

  constructor(cct: CephContext, recv: RecvBuffer, factory: MessageFactory) {
    this.#cct = cct;
    this.#recv = recv;
    this.#factory = factory;
  }

  readBuffer(): Uint8Array {
    const segment = this.#segment;
    if (this.#filled === segment.length) return this.#recv.readBuffer();
    return this.#filled === 0 ? segment : segment.subarray(this.#filled);
  }

  onRead(count: number): void {
    if (this.#filled === this.#segment.length) this.#recv.onRead(count);
    else this.#advance(count);
  }

  /**
   * Goes on with the message whose tag has been read. False: more bytes are wanted. True: it is in
   * `message`. Throws `DecodeError`, after which nothing more can be read.
   */
  read(): boolean {
    if (this.#phase === HEADER && !this.#readHeader()) return false;
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
    if (header.frontLen > FRONT_IN_PLACE_MAX) this.#beginSegment(header.frontLen);
    this.#phase = FRONT;
    return true;
  }

  #readFront(): boolean {
    const recv = this.#recv;
    const length = this.header.frontLen;
    if (length > FRONT_IN_PLACE_MAX) {
      if (!this.#fillSegment()) return false;
      this.#front = this.#segment;
      this.#frontCrc = this.#crc;
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
    if (!this.#fillSegment()) return false;
    this.#middle = this.#segment;
    this.#middleCrc = this.#crc;
    this.#beginSegment(this.header.dataLen);
    this.#phase = DATA;
    return true;
  }

  #readData(): boolean {
    if (!this.#fillSegment()) return false;
    this.#data = this.#segment;
    this.#dataCrc = this.#crc;
    this.#phase = FOOTER;
    return true;
  }

  #readFooter(): boolean {
    const recv = this.#recv;
    if (recv.available < CEPH_MSG_FOOTER_LENGTH) return false;
    const { conf } = this.#cct;
    const dec = recv.take(CEPH_MSG_FOOTER_LENGTH, 'ceph_msg_footer');
    const frontCrc = dec.u32();
    const middleCrc = dec.u32();
    const dataCrc = dec.u32();
    dec.skip(8);
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
    this.#decodeMessage();
    return true;
  }

  #decodeMessage(): void {
    const { header } = this;
    const message = this.#factory(header, this.#frontDecoder(), this.#middle, this.#data);
    if (message !== undefined) {
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
    this.#segment = EMPTY;
    this.#filled = 0;
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

  #beginSegment(length: number): void {
    this.#segment = length === 0 ? EMPTY : this.#cct.alloc(length);
    this.#filled = 0;
    this.#crc = 0;
  }

  /** Moves what is in the receive buffer; true when the segment is complete. */
  #fillSegment(): boolean {
    const recv = this.#recv;
    const count = Math.min(recv.available, this.#segment.length - this.#filled);
    if (count > 0) {
      this.#segment.set(recv.bytes.subarray(recv.head, recv.head + count), this.#filled);
      recv.head += count;
      this.#advance(count);
    }
    return this.#filled === this.#segment.length;
  }

  /** `count` more bytes of the segment are there. */
  #advance(count: number): void {
    const from = this.#filled;
    this.#filled = from + count;
    const wanted = this.#phase === DATA ? this.#cct.conf.ms_crc_data : this.#cct.conf.ms_crc_header;
    if (wanted) this.#crc = crc32c(this.#crc, this.#segment, from, this.#filled);
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
