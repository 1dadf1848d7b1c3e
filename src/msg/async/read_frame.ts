import type { Decoder } from '../../common/Decoder.ts';
import { DecodeError } from '../../common/errors.ts';
import type { Handshake } from '../msgr1/handshake.ts';
import { frameTagToString } from './frames_v2.ts';
import type { WireV2 } from './WireV2.ts';

/** In a `Want`, where bytes are counted: a whole frame. */
export const FRAME_WANTED = 0;

/** The payload of the next frame, which must bear one of `tags`. `what` is waited for, in errors. */
export function* readFrame(
  wire: WireV2,
  what: string,
  tags: readonly number[],
): Handshake<Decoder> {
  const dec = yield { bytes: FRAME_WANTED, what };
  const { tag } = wire.reader;
  if (tags.includes(tag)) return dec;
  throw new DecodeError('frame.tag', 0, `${frameTagToString(tag)} instead of ${what}`);
}
