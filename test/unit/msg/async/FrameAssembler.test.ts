import { beforeEach, expect, it } from 'vitest';
import { createHandlerPair } from '../../../../src/msg/async/crypto_onwire.ts';
import { FrameAssembler } from '../../../../src/msg/async/FrameAssembler.ts';
import { TAG_ACK, TAG_MESSAGE } from '../../../../src/msg/async/frames_v2.ts';
import { SendBuffer } from '../../../../src/msg/SendBuffer.ts';
import { nodeContext } from '../../../../src/node/context.ts';
import { writeFrame } from '../../../helpers/frames.ts';

const cct = nodeContext();
const HEADER = new Uint8Array(41);
const FRONT = new Uint8Array(200);

let out: SendBuffer;
let assembler: FrameAssembler;
beforeEach(() => {
  out = new SendBuffer(cct.alloc);
  assembler = new FrameAssembler(cct, out);
});

function secure(): void {
  assembler.secure(createHandlerPair(cct.crypto, new Uint8Array(40), false).tx);
}

it.each(['crc', 'secure'])('small frames of one turn are one chunk in %s mode', (mode) => {
  if (mode === 'secure') secure();
  for (let i = 0; i < 10; i++) writeFrame(assembler, TAG_MESSAGE, [HEADER, FRONT], [FRONT]);
  writeFrame(assembler, TAG_ACK, [new Uint8Array(8)], []);
  expect(out.take().length).toBe(1);
  expect(out.pending).toBe(0);
});

it('in crc mode long data goes to the socket without a copy', () => {
  const data = new Uint8Array(4 * 1024 * 1024);
  writeFrame(assembler, TAG_MESSAGE, [HEADER, FRONT], [data]);
  const chunks = out.take();
  expect(chunks.length).toBe(3);
  expect(chunks[1]).toBe(data);
});

it('in secure mode long data is copied by the cipher alone', () => {
  secure();
  const data = new Uint8Array(4 * 1024 * 1024);
  writeFrame(assembler, TAG_MESSAGE, [HEADER, FRONT], [data]);
  expect(out.take().map(({ length }) => length)).toEqual([96 + 208, data.length, 32]);
});

it('the transcript is all that was sent until it ended', () => {
  assembler.writeRaw(Uint8Array.of(1, 2, 3));
  writeFrame(assembler, TAG_ACK, [new Uint8Array(8)], []);
  const sentBefore = Buffer.concat(out.take());
  expect(Buffer.from(assembler.endTranscript())).toEqual(sentBefore);
  writeFrame(assembler, TAG_ACK, [new Uint8Array(8)], []);
  expect(assembler.endTranscript().length).toBe(0);
});

it('frames of two connections share a buffer', () => {
  const other = new FrameAssembler(cct, out);
  writeFrame(assembler, TAG_ACK, [new Uint8Array(8)], []);
  const first = out.take();
  writeFrame(other, TAG_ACK, [new Uint8Array(8)], []);
  expect(out.take()).toEqual(first);
});
