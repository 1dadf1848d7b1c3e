import { describe, expect, it } from 'vitest';
import { encodeBanner } from '../../src/msg/async/banner.ts';
import { createHandlerPair } from '../../src/msg/async/crypto_onwire.ts';
import { FrameAssembler } from '../../src/msg/async/FrameAssembler.ts';
import { TAG_AUTH_SIGNATURE } from '../../src/msg/async/frames_v2.ts';
import { SendBuffer } from '../../src/msg/SendBuffer.ts';
import { nodeContext } from '../../src/node/context.ts';
import { NodeCrypto } from '../../src/node/NodeCrypto.ts';
import { chunkings } from '../helpers/chunkings.ts';
import { type Frame, FrameSink, sent, writeFrame } from '../helpers/frames.ts';
import { type GoldenConnection, goldenConnections } from '../helpers/golden_v2.ts';

const cct = nodeContext();
const crypto = new NodeCrypto();

const CONNECTIONS = ['v2-none-get', 'v2-none-ops', 'v2-cephx-get'].flatMap(goldenConnections);
const SIDES = CONNECTIONS.flatMap((connection) => [
  { name: `${connection.name}, client`, connection, side: 'client' as const },
  { name: `${connection.name}, server`, connection, side: 'server' as const },
]);

type Side = (typeof SIDES)[number]['side'];

function sinkOf({ keys, authFrames }: GoldenConnection, side: Side): FrameSink {
  const handlers = keys && createHandlerPair(crypto, keys.connectionSecret, side === 'client');
  return new FrameSink(cct, authFrames, handlers?.rx);
}

function framesOf(connection: GoldenConnection, side: Side): readonly Frame[] {
  const sink = sinkOf(connection, side);
  sink.receive(connection[side]);
  return sink.frames;
}

/** What our assembler makes of `frames`, with the transcript that it kept. */
function encoded({ keys, authFrames }: GoldenConnection, side: Side, frames: readonly Frame[]) {
  const handlers = keys && createHandlerPair(crypto, keys.connectionSecret, side === 'server');
  const out = new SendBuffer(cct.alloc);
  const assembler = new FrameAssembler(cct, out);
  let transcript: Uint8Array | undefined;
  assembler.writeRaw(bannerBytes());
  frames.forEach(({ tag, segments }, i) => {
    if (i === authFrames) {
      transcript = assembler.endTranscript();
      if (handlers !== undefined) assembler.secure(handlers.tx);
    }
    writeFrame(assembler, tag, segments, segments.slice(3));
  });
  return { bytes: sent(out), transcript };
}

function bannerBytes(): Uint8Array {
  const out = new SendBuffer(cct.alloc);
  encodeBanner(out.enc, { supported: 1n, required: 0n });
  return sent(out);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

describe.each(SIDES)('the frames of $name', ({ connection, side }) => {
  const bytes = connection[side];

  it('are written as they were', () => {
    const { bytes: written } = encoded(connection, side, framesOf(connection, side));
    expect(hex(written)).toBe(hex(bytes));
  });

  it('are the same, however their bytes are cut', () => {
    const whole = framesOf(connection, side);
    for (const pieces of chunkings(bytes, 6)) {
      const sink = sinkOf(connection, side);
      for (const piece of pieces) sink.receive(piece);
      expect(sink.frames).toEqual(whole);
    }
  });
});

describe.each(SIDES.filter(({ connection }) => connection.keys !== undefined))(
  'the signature by the peer of $name',
  ({ connection, side }) => {
    const sessionKey = connection.keys?.sessionKey ?? new Uint8Array(0);
    const signature = framesOf(connection, side === 'client' ? 'server' : 'client').find(
      ({ tag }) => tag === TAG_AUTH_SIGNATURE,
    )?.segments[0];

    it('is over what was sent before', () => {
      const { transcript = new Uint8Array(0) } = encoded(
        connection,
        side,
        framesOf(connection, side),
      );
      expect(crypto.hmacSha256(sessionKey, transcript)).toEqual(signature);
    });

    it('is over what was received before', () => {
      const sink = sinkOf(connection, side);
      sink.receive(connection[side]);
      expect(crypto.hmacSha256(sessionKey, sink.transcript ?? new Uint8Array(0))).toEqual(
        signature,
      );
    });
  },
);
