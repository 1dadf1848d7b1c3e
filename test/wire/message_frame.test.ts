import { describe, expect, it } from 'vitest';
import { FrameAssembler } from '../../src/msg/async/FrameAssembler.ts';
import { FrameReader } from '../../src/msg/async/FrameReader.ts';
import { TAG_MESSAGE } from '../../src/msg/async/frames_v2.ts';
import { blankHeader2, decodeMessage, writeMessage } from '../../src/msg/async/message_frame.ts';
import type { MessageFactory } from '../../src/msg/MessageFactory.ts';
import { RecvBuffer } from '../../src/msg/RecvBuffer.ts';
import { SendBuffer } from '../../src/msg/SendBuffer.ts';
import { nodeContext } from '../../src/node/context.ts';
import { FrameSink, sent, writeFrame } from '../helpers/frames.ts';
import { goldenConnections } from '../helpers/golden_v2.ts';
import { rawFactory } from '../helpers/replay.ts';

const cct = nodeContext();

/** Frames of messages, each as it was on the wire. */
function messageFrames(bytes: Uint8Array, authFrames: number): Uint8Array[] {
  const sink = new FrameSink(cct, authFrames, undefined);
  sink.receive(bytes);
  return sink.frames
    .filter(({ tag }) => tag === TAG_MESSAGE)
    .map(({ tag, segments }) => {
      const out = new SendBuffer(cct.alloc);
      writeFrame(new FrameAssembler(cct, out), tag, segments, segments.slice(3));
      return sent(out);
    });
}

const CONNECTIONS = ['v2-none-get', 'v2-none-ops', 'v2-cephx-get']
  .flatMap(goldenConnections)
  .filter(({ keys }) => keys === undefined);

const FRAMES = CONNECTIONS.flatMap(({ client, server, authFrames }) => [
  ...messageFrames(client, authFrames),
  ...messageFrames(server, authFrames),
]);

function decoded(frame: Uint8Array, factory: MessageFactory) {
  const reader = new FrameReader(cct, new RecvBuffer(cct.alloc));
  reader.endTranscript();
  reader.readBuffer().set(frame);
  reader.onRead(frame.length);
  const header = blankHeader2();
  if (!reader.readPreamble() || !reader.readSegments()) throw new Error('not a whole frame');
  const message = decodeMessage(reader, header, factory);
  if (message === undefined) throw new Error('a message of no known type');
  return { header, message };
}

describe('messages in frames of v2', () => {
  it('are written as librados and daemons wrote them', () => {
    for (const frame of FRAMES) {
      const { header, message } = decoded(frame, rawFactory);
      const out = new SendBuffer(cct.alloc);
      writeMessage(new FrameAssembler(cct, out), message, header.ackSeq);
      expect(Buffer.from(sent(out))).toEqual(Buffer.from(frame));
    }
  });

  it('are of many types', () => {
    const types = new Set(FRAMES.map((frame) => decoded(frame, rawFactory).message.type));
    expect(types.size).toBeGreaterThan(10);
  });
});
