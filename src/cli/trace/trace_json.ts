import { addressText, type Conversation } from './dissect.ts';
import type { Frame } from './Frame.ts';
import { otherSide } from './wire_event.ts';

/** A conversation for programs: its connections, and its frames in the order of time. */
export function traceJson(conversation: Conversation): string[] {
  const { flows, frames, nameOf, addressOf } = conversation;
  const connections = flows.map((flow) => ({
    id: flow.id,
    client: { name: nameOf(flow, 'client'), addr: addressText(addressOf(flow, 'client')) },
    server: { name: nameOf(flow, 'server'), addr: addressText(flow.server) },
  }));
  const report = { connections, frames: frames.map((frame) => frameJson(conversation, frame)) };
  return [JSON.stringify(report, undefined, 2)];
}

function frameJson({ nameOf }: Conversation, frame: Frame) {
  const { at, flow, from, protocol, tag, bytes, crc, message, text } = frame;
  return {
    at_us: at,
    connection: flow.id,
    from: nameOf(flow, from),
    to: nameOf(flow, otherSide(from)),
    protocol,
    tag,
    length: bytes.length,
    crc,
    message,
    text,
  };
}
