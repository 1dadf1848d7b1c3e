import { describe, expect, it } from 'vitest';
import { createHandlerPair } from '../../../../src/msg/async/crypto_onwire.ts';
import { FrameAssembler } from '../../../../src/msg/async/FrameAssembler.ts';
import { TAG_MESSAGE } from '../../../../src/msg/async/frames_v2.ts';
import { SendBuffer } from '../../../../src/msg/SendBuffer.ts';
import { nodeContext } from '../../../../src/node/context.ts';
import { chunkings } from '../../../helpers/chunkings.ts';
import { type Frame, FrameSink, sent, writeFrame } from '../../../helpers/frames.ts';

const cct = nodeContext();
const SECRET = Uint8Array.from({ length: 64 }, (_, i) => i * 7);

type Mode = 'crc' | 'secure';
const MODES: readonly Mode[] = ['crc', 'secure'];

/** The end of a connection that sends, when its peer is authenticated. */
function senderOf(mode: Mode) {
  const out = new SendBuffer(cct.alloc);
  const assembler = new FrameAssembler(cct, out);
  assembler.endTranscript();
  if (mode === 'secure') assembler.secure(createHandlerPair(cct.crypto, SECRET, false).tx);
  return { out, assembler };
}

/** The other end. */
function sinkOf(mode: Mode): FrameSink {
  const isSecure = mode === 'secure';
  return new FrameSink(
    cct,
    0,
    isSecure ? createHandlerPair(cct.crypto, SECRET, true).rx : undefined,
  );
}

function segmentsOf(lengths: readonly number[]): Uint8Array[] {
  return lengths.map((length, s) => Uint8Array.from({ length }, (_, i) => s * 50 + i));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** Comparing arrays of bytes one by one takes a thousand times longer. */
function hexOf(frame: Frame | undefined): string[] | undefined {
  return frame?.segments.map(hex);
}

/** A message of segments of these lengths, on the wire. */
function messageOf(mode: Mode, lengths: readonly number[]): Uint8Array {
  const { out, assembler } = senderOf(mode);
  const segments = segmentsOf(lengths);
  writeFrame(assembler, TAG_MESSAGE, segments, segments.slice(3));
  return sent(out);
}

/** Counted from the layout, not by the code under test. */
function lengthOnWire(mode: Mode, [first = 0, ...rest]: readonly number[]): number {
  const hasMore = rest.some((length) => length > 0);
  if (mode === 'crc') {
    const sum = rest.reduce((a, b) => a + b, 0);
    return 32 + (first > 0 ? first + 4 : 0) + (hasMore ? sum + 13 : 0);
  }
  const blocks = (length: number) => 16 * Math.ceil(length / 16);
  const padded = rest.reduce((sum, length) => sum + blocks(length), 0);
  const behind = first > 48 ? blocks(first) - 48 + 16 : 0;
  return 32 + 48 + 16 + behind + (hasMore ? padded + 16 + 16 : 0);
}

/** First segments that are empty, inlined, just inlined, and longer; with and without each other. */
const LAYOUTS = [0, 41, 48, 100].flatMap((first) =>
  Array.from({ length: 8 }, (_, bits) => [
    first,
    bits & 1 ? 101 : 0,
    bits & 2 ? 202 : 0,
    bits & 4 ? 303 : 0,
  ]),
);

describe.each(MODES)('in %s mode', (mode) => {
  it.each(LAYOUTS)('a frame of %i + %i + %i + %i bytes arrives as it was', (...lengths) => {
    const bytes = messageOf(mode, lengths);
    const sink = sinkOf(mode);
    sink.receive(bytes);
    expect(sink.frames).toEqual([
      { tag: TAG_MESSAGE, segments: segmentsOf(lengths), isAborted: false },
    ]);
    expect(bytes.length).toBe(lengthOnWire(mode, lengths));
  });

  it('frames of all layouts follow one another on one connection', () => {
    const { out, assembler } = senderOf(mode);
    const sink = sinkOf(mode);
    for (const lengths of LAYOUTS) {
      const segments = segmentsOf(lengths);
      writeFrame(assembler, TAG_MESSAGE, segments, segments.slice(3));
    }
    sink.receive(sent(out));
    expect(sink.frames.map(({ segments }) => segments)).toEqual(LAYOUTS.map(segmentsOf));
  });

  it.each([0, 1, 2, 3])('segment %i may have any length', (at) => {
    const { out, assembler } = senderOf(mode);
    const sink = sinkOf(mode);
    const lengths = [41, 10, 20, 30];
    for (let length = 0; length <= 1100; length++) {
      lengths[at] = length;
      const segments = segmentsOf(lengths);
      writeFrame(assembler, TAG_MESSAGE, segments, segments.slice(3));
      const bytes = sent(out);
      expect(bytes.length).toBe(lengthOnWire(mode, lengths));
      sink.receive(bytes);
      expect(hexOf(sink.frames.pop())).toEqual(segments.map(hex));
    }
  });

  it('no part of a frame is a frame', () => {
    const bytes = messageOf(mode, [41, 101, 0, 303]);
    for (let length = 0; length < bytes.length; length++) {
      const sink = sinkOf(mode);
      sink.receive(bytes.subarray(0, length));
      expect(sink.frames).toEqual([]);
    }
  });

  it('a frame is the same however it is cut', () => {
    // A front in place and one that is not; data that the receive buffer cannot hold.
    for (const lengths of [
      [41, 16_000, 70, 0],
      [41, 17_000, 70, 70_000],
    ]) {
      const bytes = messageOf(mode, lengths);
      const whole = segmentsOf(lengths).map(hex);
      for (const pieces of chunkings(bytes, 6)) {
        const sink = sinkOf(mode);
        for (const piece of pieces) sink.receive(piece);
        expect(sink.frames.map(hexOf)).toEqual([whole]);
      }
    }
  });

  it('data in pieces is one segment', () => {
    const { out, assembler } = senderOf(mode);
    const sink = sinkOf(mode);
    const [header, front, middle, data = new Uint8Array(0)] = segmentsOf([41, 9, 0, 20_000]);
    const cuts = [0, 3, 5000, 5000, 12_345, data.length];
    const pieces = cuts.slice(1).map((end, i) => data.subarray(cuts[i], end));
    writeFrame(
      assembler,
      TAG_MESSAGE,
      [header, front, middle].flatMap((s) => s ?? []),
      pieces,
    );
    sink.receive(sent(out));
    expect(sink.frames[0]?.segments[3]).toEqual(data);
  });
});

const SAMPLES = [
  [30, 0, 0, 0],
  [41, 200, 0, 0],
  [100, 20, 0, 60],
];

/** What became of `bytes`: refused, or delivered so. */
function fate(mode: Mode, bytes: Uint8Array): unknown {
  const sink = sinkOf(mode);
  try {
    sink.receive(bytes);
  } catch {
    return 'refused';
  }
  return sink.frames;
}

/** Each bit that may be changed, as `byte.bit`, and what becomes of the frame then. */
function fatesOfFlips(mode: Mode, bytes: Uint8Array): Map<string, unknown> {
  const fates = new Map<string, unknown>();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = new Uint8Array(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const result = fate(mode, flipped);
    if (result !== 'refused') fates.set(`${bit >> 3}.${bit & 7}`, result);
  }
  return fates;
}

describe('a frame in which one bit was changed', () => {
  it.each(SAMPLES)('is refused in secure mode (%i + %i + %i + %i bytes)', (...lengths) => {
    expect([...fatesOfFlips('secure', messageOf('secure', lengths)).keys()]).toEqual([]);
  });

  it.each(SAMPLES)('is refused or the same in crc mode (%i + %i + %i + %i bytes)', (...lengths) => {
    const bytes = messageOf('crc', lengths);
    const harmless = fatesOfFlips('crc', bytes);
    const numSegments = bytes[1] ?? 0;
    // As in Ceph: the high half of late_status, and crcs of segments that are not there.
    const epilogue = bytes.length - 13;
    const unchecked = [4, 5, 6, 7].map((bit) => `${epilogue}.${bit}`);
    for (let i = epilogue + 1 + 4 * (numSegments - 1); i < bytes.length; i++) {
      for (let bit = 0; bit < 8; bit++) unchecked.push(`${i}.${bit}`);
    }
    expect([...harmless.keys()]).toEqual(numSegments === 1 ? [] : unchecked);
    for (const frames of harmless.values()) expect(frames).toEqual(fate('crc', bytes));
  });
});
