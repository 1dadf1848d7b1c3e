import { crc32c } from '../../common/crc32c.ts';
import { Decoder } from '../../common/Decoder.ts';
import { DecodeError } from '../../common/errors.ts';
import { SEGMENT_LENGTHS_MAX } from '../../msg/async/frames_v2.ts';
import {
  blankHeader,
  CEPH_MSG_FOOTER_COMPLETE,
  CEPH_MSG_FOOTER_LENGTH,
  CEPH_MSG_FOOTER_NOCRC,
  CEPH_MSG_FOOTER_SIGNED,
  CEPH_MSG_HEADER_CRC_OFFSET,
  CEPH_MSG_HEADER_LENGTH,
  type ceph_msg_header,
  decodeHeader,
} from '../../msg/msgr.ts';
import { Crcs } from './crcs.ts';
import { type Dissection, need, type Talk } from './dissection.ts';
import { messageText, type Segments } from './message_text.ts';
import type { Side } from './wire_event.ts';

/** Tag and header. */
const HEAD_LENGTH = 1 + CEPH_MSG_HEADER_LENGTH;

/** Tag MSG, header, front, middle, data, footer. Ceph: Pipe::read_message. */
export function* dissectMessageV1(side: Side, talk: Talk): Dissection {
  const header = readHeader((yield* need(HEAD_LENGTH)).subarray(1));
  const { type, version, priority, seq, tid, frontLen, middleLen, dataLen } = header;
  const length = HEAD_LENGTH + frontLen + middleLen + dataLen + CEPH_MSG_FOOTER_LENGTH;
  const dec = new Decoder(yield* need(length), 'message');
  dec.skip(HEAD_LENGTH);
  const segments = {
    front: dec.raw(frontLen),
    middle: dec.raw(middleLen),
    data: dec.raw(dataLen),
  };
  const { crcs, isComplete, isSigned } = readFooter(dec, segments);
  const src = { type: header.srcType, num: header.srcNum };
  talk.names[side] = src;
  const how = `${isComplete ? '' : ', given up by its sender'}${isSigned ? ', signed' : ''}`;
  yield {
    kind: 'frame',
    bytes: length,
    essence: {
      protocol: 'v1',
      tag: 'MSG',
      crc: crcs.state,
      text: `${messageText(header, segments, src)}${how}${crcs.text}`,
      message: {
        ...{ type, version, priority, seq, tid },
        ...{ front: frontLen, middle: middleLen, data: dataLen },
      },
    },
  };
}

function readHeader(bytes: Uint8Array): ceph_msg_header {
  const header = blankHeader();
  decodeHeader(new Decoder(bytes, 'ceph_msg_header'), header);
  const crc = crc32c(0, bytes, 0, CEPH_MSG_HEADER_CRC_OFFSET);
  // 0: the sender makes none.
  if (header.crc !== crc && header.crc !== 0) {
    const reason = `0x${header.crc.toString(16)}, should be 0x${crc.toString(16)}`;
    throw new DecodeError('ceph_msg_header.crc', CEPH_MSG_HEADER_CRC_OFFSET, reason);
  }
  const [, frontMax, middleMax, dataMax] = SEGMENT_LENGTHS_MAX;
  checkLength('front_len', 22, header.frontLen, frontMax);
  checkLength('middle_len', 26, header.middleLen, middleMax);
  checkLength('data_len', 30, header.dataLen, dataMax);
  return header;
}

function checkLength(field: string, offset: number, length: number, most: number): void {
  if (length <= most) return;
  throw new DecodeError(`ceph_msg_header.${field}`, offset, `${length} bytes, at most ${most}`);
}

function readFooter(dec: Decoder, { front, middle, data }: Segments) {
  const [frontCrc, middleCrc, dataCrc] = [dec.u32(), dec.u32(), dec.u32()];
  dec.skip(8);
  const flags = dec.u8();
  const crcs = new Crcs(0);
  crcs.check('front', frontCrc, front);
  crcs.check('middle', middleCrc, middle);
  if ((flags & CEPH_MSG_FOOTER_NOCRC) === 0) crcs.check('data', dataCrc, data);
  return {
    crcs,
    isComplete: (flags & CEPH_MSG_FOOTER_COMPLETE) !== 0,
    isSigned: (flags & CEPH_MSG_FOOTER_SIGNED) !== 0,
  };
}
