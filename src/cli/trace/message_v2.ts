import { Decoder } from '../../common/Decoder.ts';
import { blankHeader2, decodeHeader2 } from '../../msg/async/message_frame.ts';
import type { entity_name_t } from '../../msg/msg_types.ts';
import type { Essence } from './Frame.ts';
import { messageText, type Segments } from './message_text.ts';

/** What a MESSAGE frame says. `header`: segment 0. */
export function messageFrame(
  header: Uint8Array,
  segments: Segments,
  src: entity_name_t | undefined,
  isCompressed: boolean,
): Pick<Essence, 'tag' | 'text' | 'message'> {
  const tag = 'MESSAGE';
  if (isCompressed) return { tag, text: 'compressed' };
  const header2 = blankHeader2();
  decodeHeader2(new Decoder(header, 'ceph_msg_header2'), header2);
  const { type, version, priority, seq, tid, ackSeq } = header2;
  const { front, middle, data } = segments;
  return {
    tag,
    text: messageText(header2, segments, src),
    message: {
      ...{ type, version, priority, seq, tid, ackSeq },
      ...{ front: front.length, middle: middle.length, data: data.length },
    },
  };
}
