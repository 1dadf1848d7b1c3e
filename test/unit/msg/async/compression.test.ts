import { describe, expect, it } from 'vitest';
import type { Compressor } from '../../../../src/common/Compressor.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import { OPTION_DEFAULTS, type Options } from '../../../../src/common/options.ts';
import {
  agreedCompressor,
  CompressionTx,
  compressionDone,
  compressionRequest,
  wantsCompression,
} from '../../../../src/msg/async/compression_onwire.ts';
import { createHandlerPair } from '../../../../src/msg/async/crypto_onwire.ts';
import { FrameAssembler } from '../../../../src/msg/async/FrameAssembler.ts';
import { TAG_ACK, TAG_MESSAGE } from '../../../../src/msg/async/frames_v2.ts';
import { SendBuffer } from '../../../../src/msg/SendBuffer.ts';
import { nodeContext } from '../../../../src/node/context.ts';
import { ZlibCompressor } from '../../../../src/node/ZlibCompressor.ts';
import { FrameSink, sent, writeFrame } from '../../../helpers/frames.ts';

const [CLIENT, OSD, MON] = [CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD, CEPH_ENTITY_TYPE_MON];
const zlib = new ZlibCompressor();
const FORCE = { ms_osd_compress_mode: 'force', ms_osd_compression_algorithm: 'snappy, zlib' };

function cctOf(conf: Partial<Options>, compressors: readonly Compressor[] = [zlib]) {
  return { conf: { ...OPTION_DEFAULTS, ...conf }, compressors };
}

describe('frames shall be compressed', () => {
  it.each([
    [OSD, {}, false, false],
    [OSD, FORCE, false, true],
    [CLIENT, FORCE, false, false],
    [MON, FORCE, false, false],
    [OSD, FORCE, true, false],
    [OSD, { ...FORCE, ms_compress_secure: true }, true, true],
  ])('with a peer of type %i, options %j, secure %s: %s', (peerType, conf, isSecure, wanted) => {
    expect(wantsCompression(cctOf(conf), peerType, isSecure)).toBe(wanted);
  });
});

describe('what is agreed on', () => {
  const cct = cctOf(FORCE);
  const none = { isCompress: false, method: 0 };

  it('is asked for with what there is of what is configured', () => {
    expect(compressionRequest(cct, OSD, false)).toEqual({
      isCompress: true,
      preferredMethods: [2],
    });
    const snappy = cctOf({ ...FORCE, ms_osd_compression_algorithm: 'snappy' });
    expect(compressionRequest(snappy, OSD, false).preferredMethods).toEqual([]);
  });

  it("is the first of the asker's methods that the other side has", () => {
    const request = { isCompress: true, preferredMethods: [1, 2] };
    expect(compressionDone(cct, OSD, false, request)).toEqual({ isCompress: true, method: 2 });
  });

  it.each([
    ['there is no common method', cct, OSD, { isCompress: true, preferredMethods: [1, 3] }],
    ['the asker wants none', cct, OSD, { isCompress: false, preferredMethods: [2] }],
    ['a client asks', cct, CLIENT, { isCompress: true, preferredMethods: [2] }],
    ['we want none', cctOf({}), OSD, { isCompress: true, preferredMethods: [2] }],
    ['there is no compressor', cctOf(FORCE, []), OSD, { isCompress: true, preferredMethods: [2] }],
  ])('is nothing when %s', (_, ours, peerType, request) => {
    expect(compressionDone(ours, peerType, false, request)).toEqual(none);
  });

  it('is a compressor when both want it', () => {
    expect(agreedCompressor(cct, true, { isCompress: true, method: 2 })).toBe(zlib);
    expect(agreedCompressor(cct, true, none)).toBeUndefined();
    expect(agreedCompressor(cct, false, { isCompress: true, method: 2 })).toBeUndefined();
  });

  it('is refused when it is a method that was not offered', () => {
    expect(() => agreedCompressor(cct, true, { isCompress: true, method: 3 })).toThrow(
      'COMPRESSION_DONE.method at offset 1: 3 was not offered',
    );
  });
});

const cct = nodeContext();
const SECRET = new Uint8Array(40).fill(3);
type Mode = 'crc' | 'secure';

function endsOf(mode: Mode) {
  const out = new SendBuffer(cct.alloc);
  const assembler = new FrameAssembler(cct, out);
  assembler.endTranscript();
  const isSecure = mode === 'secure';
  if (isSecure) assembler.secure(createHandlerPair(cct.crypto, SECRET, false).tx);
  const rx = isSecure ? createHandlerPair(cct.crypto, SECRET, true).rx : undefined;
  return { out, assembler, sink: new FrameSink(cct, 0, rx) };
}

function segmentsOf(lengths: readonly number[]): Uint8Array[] {
  return lengths.map((length, s) => Uint8Array.from({ length }, (_, i) => (s + i) & 15));
}

describe.each<Mode>(['crc', 'secure'])('in %s mode', (mode) => {
  it.each([
    [41, 3000, 0, 0],
    [41, 10, 2000, 0],
    [41, 200, 0, 40_000],
    [41, 20_000, 5, 200_000],
    [2000, 0, 0, 0],
    [41, 5, 0, 6],
  ])('a compressed frame of %i + %i + %i + %i bytes arrives as it was', (...lengths) => {
    const { out, assembler, sink } = endsOf(mode);
    assembler.compress(new CompressionTx(zlib, 1024));
    sink.reader.decompress(zlib);
    const [header, front, middle, data = new Uint8Array(0)] = segmentsOf(lengths);
    for (let i = 0; i < 3; i++) {
      const pieces = [data.subarray(0, 3), data.subarray(3)];
      writeFrame(
        assembler,
        TAG_MESSAGE,
        [header, front, middle].flatMap((s) => s ?? []),
        pieces,
      );
      writeFrame(assembler, TAG_ACK, [new Uint8Array(8)], []);
    }
    sink.receive(sent(out));
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    const messages = sink.frames.filter(({ tag }) => tag === TAG_MESSAGE);
    expect(sink.frames.length).toBe(6);
    for (const { segments } of messages) {
      expect(segments.map(hex)).toEqual(segmentsOf(lengths).map(hex));
    }
  });
});

describe('a frame', () => {
  function written(minSize: number | undefined, lengths: readonly number[]): Uint8Array {
    const { out, assembler } = endsOf('crc');
    if (minSize !== undefined) assembler.compress(new CompressionTx(zlib, minSize));
    const segments = segmentsOf(lengths);
    writeFrame(assembler, TAG_MESSAGE, segments, segments.slice(3));
    return sent(out);
  }

  it('below the least size is sent as without compression', () => {
    expect(written(1024, [41, 900, 0, 82])).toEqual(written(undefined, [41, 900, 0, 82]));
  });

  it('of the least size is compressed', () => {
    const bytes = written(1024, [41, 900, 0, 83]);
    expect(bytes[26]).toBe(1);
    expect(bytes.length).toBeLessThan(written(undefined, [41, 900, 0, 83]).length);
  });

  it('that is not compressed although it says so is refused', () => {
    const { out, assembler, sink } = endsOf('crc');
    const liar: Compressor = {
      algorithm: 2,
      compress: () => Uint8Array.of(0, 7, 7),
      decompress: () => undefined,
    };
    assembler.compress(new CompressionTx(liar, 0));
    writeFrame(assembler, TAG_MESSAGE, segmentsOf([41]), []);
    sink.reader.decompress(zlib);
    expect(() => sink.receive(sent(out))).toThrow('segments[0] at offset 0: is not compressed');
  });

  it('that grows beyond what may be announced is refused', () => {
    const { out, assembler, sink } = endsOf('crc');
    assembler.compress(new CompressionTx(zlib, 0));
    writeFrame(assembler, TAG_MESSAGE, [new Uint8Array(32 * 1024 + 1)], []);
    sink.reader.decompress(zlib);
    expect(() => sink.receive(sent(out))).toThrow('was above 32768 bytes');
  });

  it('that is compressed is refused where that was not agreed on', () => {
    expect(() => endsOf('crc').sink.receive(written(0, [41, 10]))).toThrow('was not agreed on');
  });
});
