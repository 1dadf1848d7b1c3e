import { crc32c } from '../../src/common/crc32c.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import type { Socket, SocketEvents } from '../../src/common/Stack.ts';
import { encodeBanner } from '../../src/msg/async/banner.ts';
import { FRAME_PREAMBLE_SIZE, type Preamble, sealPreamble } from '../../src/msg/async/frames_v2.ts';

/** What `write` encodes. */
export function bytesOf(write: (enc: Encoder) => void): Uint8Array {
  const enc = new Encoder();
  write(enc);
  return enc.take();
}

export function banner(supported = 1n, required = 0n): Uint8Array {
  return bytesOf((enc) => encodeBanner(enc, { supported, required }));
}

/** 32 bytes that announce whatever they are told to, with the right crc. */
export function preamble(
  tag: number,
  numSegments: number,
  lengths: Preamble['lengths'],
): Uint8Array {
  return bytesOf((enc) => {
    enc.zeros(FRAME_PREAMBLE_SIZE);
    sealPreamble(enc, 0, { tag, numSegments, lengths, flags: 0 });
  });
}

/** A frame of one segment, in crc mode. */
export function control(tag: number, write: (enc: Encoder) => void): Uint8Array {
  const payload = bytesOf(write);
  const start = preamble(tag, 1, [payload.length, 0, 0, 0]);
  if (payload.length === 0) return start;
  return Buffer.concat([start, payload, crcOf(payload)]);
}

function crcOf(bytes: Uint8Array): Uint8Array {
  return bytesOf((enc) => enc.u32(crc32c(0xffffffff, bytes)));
}

/** A peer that says what the test tells it to, and takes all that it hears. */
export class Puppet implements SocketEvents {
  socket: Socket | undefined;
  /** The other side has ended the connection. */
  hasEnded = false;
  heardBytes = 0;
  readonly #buffer = new Uint8Array(1 << 16);

  say(...bytes: Uint8Array[]): void {
    this.socket?.send(bytes);
  }

  onConnect(): void {}
  onWritable(): void {}

  readBuffer(): Uint8Array {
    return this.#buffer;
  }

  onRead(count: number): void {
    this.heardBytes += count;
  }

  onClose(): void {
    this.hasEnded = true;
  }
}
