import { CEPH_CON_MODE_SECURE } from '../../auth/auth_modes.ts';
import { crc32c } from '../../common/crc32c.ts';
import { Decoder } from '../../common/Decoder.ts';
import { DecodeError } from '../../common/errors.ts';
import {
  BANNER_START_LENGTH,
  CEPH_MSGR2_FEATURE_REVISION_1,
  decodeBannerStart,
} from '../../msg/async/banner.ts';
import {
  blankPreamble,
  decodePreamble,
  EPILOGUE_CRC_SIZE,
  FRAME_CRC_SIZE,
  FRAME_EARLY_DATA_COMPRESSED,
  FRAME_PREAMBLE_SIZE,
  isAborted,
  type Preamble,
  SEGMENT_CRC_SEED,
  TAG_AUTH_BAD_METHOD,
  TAG_AUTH_DONE,
  TAG_AUTH_REPLY_MORE,
  TAG_AUTH_REQUEST,
  TAG_AUTH_REQUEST_MORE,
  TAG_MESSAGE,
} from '../../msg/async/frames_v2.ts';
import { controlFrame } from './control_frames.ts';
import { Crcs } from './crcs.ts';
import { type Dissection, need, type Talk } from './dissection.ts';
import type { Essence } from './Frame.ts';
import { messageFrame } from './message_v2.ts';
import type { Side } from './wire_event.ts';

/** The client sends these and then waits for an answer; what it sends next may be sealed. */
const QUESTIONS = [TAG_AUTH_REQUEST, TAG_AUTH_REQUEST_MORE];
const ANSWERS = [TAG_AUTH_BAD_METHOD, TAG_AUTH_REPLY_MORE, TAG_AUTH_DONE];

/** A frame of crc mode, its parts as on the wire. */
interface CrcFrame {
  readonly preamble: Preamble;
  readonly segments: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  readonly crcs: Crcs;
  readonly isAborted: boolean;
}

/** What one side says over msgr v2.1, until it is sealed. Ceph: src/msg/async/ProtocolV2.cc. */
export function* dissectV2(side: Side, talk: Talk): Dissection {
  yield* dissectBanner();
  for (let questions = 0; ; ) {
    const preamble = readPreamble(yield* need(FRAME_PREAMBLE_SIZE));
    const length = frameLength(preamble);
    const parts = readFrame(preamble, new Decoder(yield* need(length), 'frame'));
    yield { kind: 'frame', bytes: length, essence: essenceOf(parts, side, talk) };
    if (QUESTIONS.includes(preamble.tag)) {
      questions++;
      yield { kind: 'wait', isOver: () => talk.authAnswers >= questions };
    }
    if (ANSWERS.includes(preamble.tag)) talk.authAnswers++;
    if (talk.conMode === CEPH_CON_MODE_SECURE) yield { kind: 'sealed' };
  }
}

function* dissectBanner(): Dissection {
  const start = yield* need(BANNER_START_LENGTH);
  const length = BANNER_START_LENGTH + decodeBannerStart(new Decoder(start, 'banner'));
  const dec = new Decoder(yield* need(length), 'banner');
  dec.skip(BANNER_START_LENGTH);
  const [supported, required] = [dec.bigU64(), dec.bigU64()];
  const text = `'ceph v2', features supported 0x${supported.toString(16)}, required 0x${required.toString(16)}`;
  yield { kind: 'frame', bytes: length, essence: bannerEssence(text) };
  if ((supported & CEPH_MSGR2_FEATURE_REVISION_1) === 0n) {
    throw new DecodeError(
      'banner.supported',
      BANNER_START_LENGTH,
      'frames of v2.0 are laid out otherwise',
    );
  }
}

function bannerEssence(text: string): Essence {
  return { protocol: 'v2', tag: 'banner', crc: 'none', text };
}

function readPreamble(bytes: Uint8Array): Preamble {
  const preamble = blankPreamble();
  const crc = crc32c(0, bytes, 0, FRAME_PREAMBLE_SIZE - FRAME_CRC_SIZE);
  decodePreamble(new Decoder(bytes, 'preamble'), preamble, crc, FRAME_EARLY_DATA_COMPRESSED);
  return preamble;
}

function frameLength({ numSegments, lengths }: Preamble): number {
  const [first, front, middle, data] = lengths;
  const firstCrc = first === 0 ? 0 : FRAME_CRC_SIZE;
  const epilogue = numSegments > 1 ? EPILOGUE_CRC_SIZE : 0;
  return FRAME_PREAMBLE_SIZE + first + firstCrc + front + middle + data + epilogue;
}

function readFrame(preamble: Preamble, dec: Decoder): CrcFrame {
  const { lengths, numSegments } = preamble;
  const crcs = new Crcs(SEGMENT_CRC_SEED);
  dec.skip(FRAME_PREAMBLE_SIZE);
  const first = dec.raw(lengths[0]);
  if (first.length > 0) crcs.check('segment 0', dec.u32(), first);
  const [front, middle, data] = [dec.raw(lengths[1]), dec.raw(lengths[2]), dec.raw(lengths[3])];
  const segments = [first, front, middle, data] as const;
  if (numSegments === 1) return { preamble, segments, crcs, isAborted: false };
  const aborted = isAborted(dec.u8());
  const [frontCrc, middleCrc, dataCrc] = [dec.u32(), dec.u32(), dec.u32()];
  crcs.check('front', frontCrc, front);
  if (numSegments > 2) crcs.check('middle', middleCrc, middle);
  if (numSegments > 3) crcs.check('data', dataCrc, data);
  return { preamble, segments, crcs, isAborted: aborted };
}

function essenceOf(
  { preamble, segments, crcs, isAborted }: CrcFrame,
  side: Side,
  talk: Talk,
): Essence {
  const [first, front, middle, data] = segments;
  const isCompressed = (preamble.flags & FRAME_EARLY_DATA_COMPRESSED) !== 0;
  const { tag, text, message } =
    preamble.tag === TAG_MESSAGE
      ? messageFrame(first, { front, middle, data }, talk.names[side], isCompressed)
      : controlFrame(preamble.tag, first, side, talk, isCompressed);
  const how = isAborted ? ', taken back by its sender' : '';
  const essence = {
    protocol: 'v2' as const,
    tag,
    crc: crcs.state,
    text: `${text}${how}${crcs.text}`,
  };
  return message === undefined ? essence : { ...essence, message };
}
