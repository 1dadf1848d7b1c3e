import { beforeEach, describe, expect, it } from 'vitest';
import type { CephContext } from '../../../../src/common/CephContext.ts';
import { crc32c } from '../../../../src/common/crc32c.ts';
import { DecodeError } from '../../../../src/common/errors.ts';
import { createHandlerPair } from '../../../../src/msg/async/crypto_onwire.ts';
import { FrameAssembler } from '../../../../src/msg/async/FrameAssembler.ts';
import { FrameReader } from '../../../../src/msg/async/FrameReader.ts';
import { TAG_AUTH_REQUEST, TAG_HELLO, TAG_MESSAGE } from '../../../../src/msg/async/frames_v2.ts';
import { RecvBuffer } from '../../../../src/msg/RecvBuffer.ts';
import { SendBuffer } from '../../../../src/msg/SendBuffer.ts';
import { nodeContext } from '../../../../src/node/context.ts';
import { FrameSink, sent, writeFrame } from '../../../helpers/frames.ts';

const GIB = 2 ** 30;
const SECRET = new Uint8Array(40).fill(7);

let allocated: number;
let cct: CephContext;
let reader: FrameReader;
beforeEach(() => {
  allocated = 0;
  cct = nodeContext({
    alloc: (length) => {
      allocated += length;
      return new Uint8Array(length);
    },
  });
  reader = new FrameReader(cct, new RecvBuffer(cct.alloc));
  allocated = 0;
});

function receive(bytes: Uint8Array): void {
  reader.readBuffer().set(bytes);
  reader.onRead(bytes.length);
}

/** Laid out by hand, with a crc that is right. */
function preamble(
  tag: number,
  numSegments: number,
  lengths: readonly number[],
  { flags = 0, align = 8 } = {},
): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  bytes[0] = tag;
  bytes[1] = numSegments;
  for (let i = 0; i < 4; i++) {
    view.setUint32(2 + 6 * i, lengths[i] ?? 0, true);
    view.setUint16(6 + 6 * i, align, true);
  }
  bytes[26] = flags;
  view.setUint32(28, crc32c(0, bytes, 0, 28), true);
  return bytes;
}

describe('a preamble is refused before anything is allocated', () => {
  it.each([
    ['of no segment', preamble(TAG_MESSAGE, 0, []), 'preamble.num_segments'],
    ['of 5 segments', preamble(TAG_MESSAGE, 5, [41, 1, 1, 1]), 'preamble.num_segments'],
    ['of 255 segments', preamble(TAG_MESSAGE, 255, [41, 1, 1, 1]), 'preamble.num_segments'],
    ['of a control frame in two', preamble(TAG_HELLO, 2, [41, 1]), 'preamble.num_segments'],
    ['whose last segment is empty', preamble(TAG_MESSAGE, 3, [41, 9, 0]), 'preamble.num_segments'],
    ['of tag 0', preamble(0, 1, [8]), 'preamble.tag'],
    ['of an unknown tag', preamble(99, 1, [8]), 'preamble.tag'],
    ['of a HELLO of 3.75 GiB', preamble(TAG_HELLO, 1, [0xf0000000]), 'segments[0].length'],
    ['of a HELLO above 32 KiB', preamble(TAG_HELLO, 1, [32 * 1024 + 1]), 'segments[0].length'],
    ['of a header above 4 KiB', preamble(TAG_MESSAGE, 2, [4097, 1]), 'segments[0].length'],
    [
      'of a front of 4 GiB',
      preamble(TAG_MESSAGE, 4, [41, 4 * GIB - 1, 1, 1]),
      'segments[1].length',
    ],
    ['of a middle of 1 GiB', preamble(TAG_MESSAGE, 4, [41, 1, GIB, 1]), 'segments[2].length'],
    ['of data of 1 GiB', preamble(TAG_MESSAGE, 4, [41, 1, 1, GIB]), 'segments[3].length'],
    ['that says compressed', preamble(TAG_MESSAGE, 1, [41], { flags: 1 }), 'preamble.flags'],
    ['with a flag that nobody knows', preamble(TAG_HELLO, 1, [8], { flags: 2 }), 'preamble.flags'],
    ['whose crc is wrong', preamble(TAG_HELLO, 1, [8]).fill(0, 28), 'preamble.crc'],
  ])('%s', (_, bytes, field) => {
    receive(bytes);
    const refusal = expect.objectContaining({ field: expect.stringContaining(field) });
    expect(() => reader.readPreamble()).toThrow(refusal);
    expect(allocated).toBe(0);
  });
});

it.each([0, 3, 65535])('an alignment of %i means nothing', (align) => {
  receive(preamble(TAG_HELLO, 1, [8], { align }));
  expect(reader.readPreamble()).toBe(true);
});

it('lengths of segments that are left out mean nothing', () => {
  receive(preamble(TAG_MESSAGE, 1, [41, 4 * GIB - 1, 7, 7]));
  expect(reader.readPreamble()).toBe(true);
  expect(reader.messageLength).toBe(0);
});

it('nothing is allocated by a preamble that is right', () => {
  receive(preamble(TAG_MESSAGE, 4, [41, 20_000_000, 16_000_000, 100_000_000]));
  expect(reader.readPreamble()).toBe(true);
  expect(reader.messageLength).toBe(136_000_000);
  expect(allocated).toBe(0);
});

it('no more than 64 KiB are read before the peer is authenticated', () => {
  const out = new SendBuffer(cct.alloc);
  const assembler = new FrameAssembler(cct, out);
  const enc = assembler.startFrame(TAG_AUTH_REQUEST);
  enc.zeros(30_000);
  assembler.finishFrame();
  const frame = sent(out);
  const sink = new FrameSink(cct, 100, undefined);
  sink.receive(
    Uint8Array.from([...new TextEncoder().encode('ceph v2\n'), 16, 0, 1, ...new Uint8Array(15)]),
  );
  sink.receive(frame);
  sink.receive(frame);
  expect(() => sink.receive(frame.subarray(0, 32))).toThrow('before the peer is authenticated');
});

describe('the end of a message', () => {
  /** Header and front of one byte, laid out by hand. */
  function message(lateStatus: number): Uint8Array {
    const bytes = new Uint8Array(32 + 5 + 1 + 13);
    const view = new DataView(bytes.buffer);
    bytes.set(preamble(TAG_MESSAGE, 2, [1, 1]));
    view.setUint32(33, crc32c(0xffffffff, bytes, 32, 33), true);
    bytes[38] = lateStatus;
    view.setUint32(39, crc32c(0xffffffff, bytes, 37, 38), true);
    return bytes;
  }

  it.each([
    [0x0e, false],
    [0xfe, false],
    [0x01, true],
    [0xa1, true],
  ])('with late_status 0x%x: taken back is %s', (lateStatus, isAborted) => {
    receive(message(lateStatus));
    expect(reader.readPreamble()).toBe(true);
    reader.endTranscript();
    expect(reader.readSegments()).toBe(true);
    expect(reader.isAborted).toBe(isAborted);
  });

  it.each([0x00, 0x02, 0x0f, 0xe0])('with late_status 0x%x is refused', (lateStatus) => {
    receive(message(lateStatus));
    reader.readPreamble();
    expect(() => reader.readSegments()).toThrow(DecodeError);
  });

  it('a frame after one that was taken back is not taken back', () => {
    reader.endTranscript();
    receive(new Uint8Array([...message(0x01), ...message(0x0e)]));
    expect([reader.readPreamble(), reader.readSegments(), reader.isAborted]).toEqual([
      true,
      true,
      true,
    ]);
    expect([reader.readPreamble(), reader.readSegments(), reader.isAborted]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('data that is not there yet', () => {
  it('is received straight into its place', () => {
    const out = new SendBuffer(cct.alloc);
    const data = new Uint8Array(100_000).fill(9);
    writeFrame(
      new FrameAssembler(cct, out),
      TAG_MESSAGE,
      [new Uint8Array(41), new Uint8Array(5)],
      [data],
    );
    const bytes = sent(out);
    reader.endTranscript();
    const before = 32 + 45 + 5 + 1000;
    receive(bytes.subarray(0, before));
    expect(reader.readPreamble()).toBe(true);
    expect(reader.readSegments()).toBe(false);
    expect(reader.readBuffer().length).toBe(99_000);
    receive(bytes.subarray(before, before + 99_000));
    expect(reader.readSegments()).toBe(false);
    receive(bytes.subarray(before + 99_000));
    expect(reader.readSegments()).toBe(true);
    expect(reader.data).toEqual(data);
  });
});

describe('without ms_crc_data', () => {
  it('no crc of a segment is checked', () => {
    const lax = nodeContext({ conf: { ms_crc_data: false } });
    const bytes = new Uint8Array(32 + 8 + 4);
    bytes.set(preamble(TAG_HELLO, 1, [8]));
    const sink = new FrameSink(lax, 0, undefined);
    sink.receive(bytes);
    expect(sink.frames.length).toBe(1);
  });

  it('crcs of segments are sent as 0', () => {
    const out = new SendBuffer(cct.alloc);
    const lax = nodeContext({ conf: { ms_crc_data: false } });
    const [header, front] = [Uint8Array.of(1), Uint8Array.of(2)];
    writeFrame(new FrameAssembler(lax, out), TAG_MESSAGE, [header, front], []);
    const bytes = sent(out);
    expect([...bytes.subarray(32)]).toEqual([1, 0, 0, 0, 0, 2, 0xe, ...new Uint8Array(12)]);
  });
});

describe('in secure mode', () => {
  function sealed(secret: Uint8Array): Uint8Array {
    const out = new SendBuffer(cct.alloc);
    const assembler = new FrameAssembler(cct, out);
    assembler.secure(createHandlerPair(cct.crypto, secret, false).tx);
    writeFrame(assembler, TAG_MESSAGE, [new Uint8Array(41), new Uint8Array(9)], []);
    return sent(out);
  }

  function open(bytes: Uint8Array): void {
    const { rx } = createHandlerPair(cct.crypto, SECRET, true);
    new FrameSink(cct, 0, rx).receive(bytes);
  }

  it('a frame with another key is refused', () => {
    expect(() => open(sealed(new Uint8Array(40).fill(8)))).toThrow(
      'preamble at offset 0: is not authentic',
    );
  });

  it('a frame that comes a second time is refused', () => {
    const bytes = sealed(SECRET);
    expect(() => open(bytes)).not.toThrow();
    expect(() => open(new Uint8Array([...bytes, ...bytes]))).toThrow('is not authentic');
  });

  it('what comes in the open is refused', () => {
    expect(() =>
      open(new Uint8Array([...preamble(TAG_HELLO, 1, [8]), ...new Uint8Array(64)])),
    ).toThrow('is not authentic');
  });
});

describe.each(['crc', 'secure'])('in %s mode data that is wanted somewhere', (mode) => {
  const DATA = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) >> 3);

  function messages(count: number): { bytes: Uint8Array; sink: FrameSink } {
    const out = new SendBuffer(cct.alloc);
    const assembler = new FrameAssembler(cct, out);
    const isSecure = mode === 'secure';
    if (isSecure) assembler.secure(createHandlerPair(cct.crypto, SECRET, false).tx);
    const segments = [new Uint8Array(41), Uint8Array.of(1, 2, 3)];
    for (let i = 0; i < count; i++) writeFrame(assembler, TAG_MESSAGE, segments, [DATA]);
    const { rx } = createHandlerPair(cct.crypto, SECRET, true);
    return { bytes: sent(out), sink: new FrameSink(cct, 0, isSecure ? rx : undefined) };
  }

  it('is put there', () => {
    const { bytes, sink } = messages(2);
    const buffers = [new Uint8Array(DATA.length), new Uint8Array(DATA.length)];
    let asked = 0;
    sink.reader.receiveInto((_header, length) => {
      expect(length).toBe(DATA.length);
      return buffers[asked++];
    });
    sink.receive(bytes);
    for (const [i, { segments }] of sink.frames.entries()) {
      const [, front, , data = new Uint8Array(0)] = segments;
      expect(front).toEqual(Uint8Array.of(1, 2, 3));
      expect(data.buffer).toBe(buffers[i]?.buffer);
      expect(Buffer.compare(data, DATA)).toBe(0);
    }
    expect(sink.frames).toHaveLength(2);
  });

  it('takes no memory for each message', () => {
    const { bytes, sink } = messages(10);
    const buffer = new Uint8Array(DATA.length);
    sink.reader.receiveInto(() => buffer);
    allocated = 0;
    sink.receive(bytes);
    expect(sink.frames).toHaveLength(10);
    expect(allocated).toBeLessThan(2 * DATA.length);
  });
});
