import type { Decoder } from '../../common/Decoder.ts';
import type { Encoder } from '../../common/Encoder.ts';
import type { Message } from '../Message.ts';
import type { MessageFactory } from '../MessageFactory.ts';
import { CEPH_MSG_FOOTER_COMPLETE, CEPH_MSG_FOOTER_NOCRC } from '../msgr.ts';
import type { FrameAssembler } from './FrameAssembler.ts';
import type { FrameReader } from './FrameReader.ts';
import { TAG_MESSAGE } from './frames_v2.ts';

/**
 * Segment 0 of a message: u64 seq, u64 tid, u16 type, u16 priority, u16 version,
 * u32 data_pre_padding_len, u16 data_off, u64 ack_seq, u8 flags, u16 compat_version, u16 reserved.
 * Mutable, so that one record serves a connection. Ceph: src/include/msgr.h.
 */
export interface ceph_msg_header2 {
  seq: number;
  tid: number;
  type: number;
  priority: number;
  version: number;
  dataOff: number;
  /** The last message that the sender has received. */
  ackSeq: number;
  flags: number;
  compatVersion: number;
}

export function blankHeader2(): ceph_msg_header2 {
  return {
    seq: 0,
    tid: 0,
    type: 0,
    priority: 0,
    version: 0,
    dataOff: 0,
    ackSeq: 0,
    flags: 0,
    compatVersion: 0,
  };
}

/** Frames have crcs of their own. */
const FLAGS = CEPH_MSG_FOOTER_COMPLETE | CEPH_MSG_FOOTER_NOCRC;

/** Ceph: ProtocolV2::write_message. */
export function writeMessage(out: FrameAssembler, message: Message, ackSeq: number): void {
  const enc = out.startFrame(TAG_MESSAGE);
  encodeHeader2(enc, message, ackSeq);
  out.startFront();
  message.encodePayload(enc);
  out.finishFrame(message.middle, message.data);
}

function encodeHeader2(enc: Encoder, message: Message, ackSeq: number): void {
  enc.u64(message.seq);
  enc.u64(message.tid);
  enc.u16(message.type);
  enc.u16(message.priority);
  enc.u16(message.version);
  enc.u32(0);
  enc.u16(message.dataOff);
  enc.u64(ackSeq);
  enc.u8(FLAGS);
  enc.u16(message.compatVersion);
  enc.u16(0);
}

/** Reads a header into `header`. Throws `DecodeError` for a seq or tid above 2^53. */
export function decodeHeader2(dec: Decoder, header: ceph_msg_header2): void {
  header.seq = dec.u64();
  header.tid = dec.u64();
  header.type = dec.u16();
  header.priority = dec.u16();
  header.version = dec.u16();
  dec.skip(4);
  header.dataOff = dec.u16();
  header.ackSeq = dec.u64();
  header.flags = dec.u8();
  header.compatVersion = dec.u16();
  dec.skip(2);
}

/** Of a header that has not been decoded. */
export function decodeTid(dec: Decoder): number {
  dec.skip(8);
  return dec.u64();
}

/**
 * The message of the frame that `reader` has read, and its header in `header`; undefined for a type
 * that the factory does not know. `src` is for the caller to set: the frame does not say it.
 */
export function decodeMessage(
  reader: FrameReader,
  header: ceph_msg_header2,
  factory: MessageFactory,
): Message | undefined {
  decodeHeader2(reader.first(), header);
  const message = factory(header, reader.front(), reader.middle, reader.data);
  if (message !== undefined) {
    message.seq = header.seq;
    message.tid = header.tid;
    message.priority = header.priority;
    message.dataOff = header.dataOff;
  }
  return message;
}
