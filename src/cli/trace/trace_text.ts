import type { Colors } from '../colors.ts';
import { addressText, type Conversation } from './dissect.ts';
import type { Frame } from './Frame.ts';
import { visible } from './texts.ts';
import { otherSide } from './wire_event.ts';

const TAG_WIDTH = 18;

/** One line a frame, in columns: seconds since the first, connection, who to whom, tag, length, what. */
export function traceText(conversation: Conversation, colors: Colors): string[] {
  const { frames } = conversation;
  const start = frames[0]?.at ?? 0;
  const parties = frames.map((frame) => partiesOf(conversation, frame));
  const width = parties.reduce((most, { length }) => Math.max(most, length), 0);
  return frames.map((frame, i) => {
    const { at, flow, protocol, tag, bytes } = frame;
    const columns = [
      ((at - start) / 1e6).toFixed(6).padStart(11),
      `#${flow.id}`.padEnd(3),
      (parties[i] ?? '').padEnd(width),
      colors.dim(protocol.padEnd(3)),
      colors.cyan(tag.padEnd(TAG_WIDTH)),
      colors.dim(`${bytes.length} B`.padStart(9)),
      wordsOf(conversation, frame),
    ];
    return columns.join(' ').trimEnd();
  });
}

/** The same in one line for one frame, without time: `client.4123 → osd.2, v1 MSG, 308 B: …`. */
export function frameText(conversation: Conversation, frame: Frame): string {
  const { protocol, tag, bytes } = frame;
  const words = wordsOf(conversation, frame);
  const head = `${partiesOf(conversation, frame)}, ${protocol} ${tag}, ${bytes.length} B`;
  return words === '' ? head : `${head}: ${words}`;
}

function partiesOf({ nameOf }: Conversation, { flow, from }: Frame): string {
  return `${nameOf(flow, from)} → ${nameOf(flow, otherSide(from))}`;
}

function wordsOf(conversation: Conversation, frame: Frame): string {
  const { tag, crc, text, message, flow } = frame;
  if (tag === 'syn') {
    const [client, server] = [
      addressText(conversation.addressOf(flow, 'client')),
      addressText(flow.server),
    ];
    return `${text}, ${client} → ${server}`;
  }
  const checked = { ok: ', crc ok', bad: ', CRC BAD', none: '', sealed: '' }[crc];
  if (message === undefined) return visible(`${text}${checked}`);
  const { front, middle, data, seq, tid, ackSeq } = message;
  const ack = ackSeq === undefined ? '' : ` ack ${ackSeq}`;
  return visible(`${front}+${middle}+${data} seq ${seq}${ack} tid ${tid} ${text}${checked}`);
}
