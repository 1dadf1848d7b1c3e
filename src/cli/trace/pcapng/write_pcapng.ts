import type { Conversation } from '../dissect.ts';
import type { Frame } from '../Frame.ts';
import { frameText } from '../trace_text.ts';
import { type FlowNews, otherSide } from '../wire_event.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from './blocks.ts';
import { ACK, FIN, PSH, RST, SEGMENT_MAX, SYN, TcpPackets } from './TcpPackets.ts';

/** A packet that makes TCP of what is not bytes: of the side that the news is of, or of the other. */
type Signal = readonly [whose: 'own' | 'other', flags: number];

const SIGNALS: Readonly<Record<FlowNews, readonly Signal[]>> = {
  syn: [['own', SYN]],
  accepted: [
    ['own', SYN | ACK],
    ['other', ACK],
  ],
  refused: [['own', RST | ACK]],
  fin: [
    ['own', FIN | ACK],
    ['other', ACK],
  ],
  rst: [['own', RST | ACK]],
  lost: [['own', ACK]],
};

/**
 * A pcapng file that Wireshark opens: TCP over raw IP, one packet a frame (several, where a frame is
 * longer than a packet), each with a comment that says what the frame is.
 */
export function writePcapng(conversation: Conversation): Buffer {
  const { flows, frames, addressOf } = conversation;
  const tcp = new Map(
    flows.map((flow) => {
      const packets = new TcpPackets(addressOf(flow, 'client'), addressOf(flow, 'server'));
      return [flow, packets] as const;
    }),
  );
  const blocks = frames.flatMap((frame) => {
    const packets = tcp.get(frame.flow);
    if (packets === undefined) return [];
    return packetsOf(frame, packets, frameText(conversation, frame)).map(([packet, comment]) =>
      enhancedPacket(frame.at, packet, comment),
    );
  });
  return Buffer.concat([
    sectionHeader('radosim trace'),
    interfaceDescription('radosim'),
    ...blocks,
  ]);
}

type Commented = readonly [packet: Buffer, comment: string];

function packetsOf({ from, tag, bytes }: Frame, tcp: TcpPackets, comment: string): Commented[] {
  if (bytes.length === 0) {
    const signals = isNews(tag) ? SIGNALS[tag] : [];
    return signals.map(([whose, flags], i) => [
      tcp.make(whose === 'own' ? from : otherSide(from), flags),
      i === 0 ? comment : '',
    ]);
  }
  const count = Math.ceil(bytes.length / SEGMENT_MAX);
  return Array.from({ length: count }, (_, i) => {
    const payload = bytes.subarray(i * SEGMENT_MAX, (i + 1) * SEGMENT_MAX);
    const packet = tcp.make(from, PSH | ACK, payload);
    return [packet, i === 0 ? comment : `part ${i + 1} of ${count} of the frame`];
  });
}

function isNews(tag: string): tag is FlowNews {
  return Object.hasOwn(SIGNALS, tag);
}
