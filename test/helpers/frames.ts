import type { CephContext } from '../../src/common/CephContext.ts';
import {
  BANNER_START_LENGTH,
  decodeBannerPayload,
  decodeBannerStart,
} from '../../src/msg/async/banner.ts';
import type { RxHandler } from '../../src/msg/async/crypto_onwire.ts';
import type { FrameAssembler } from '../../src/msg/async/FrameAssembler.ts';
import { FrameReader } from '../../src/msg/async/FrameReader.ts';
import { TAG_MESSAGE } from '../../src/msg/async/frames_v2.ts';
import { RecvBuffer } from '../../src/msg/RecvBuffer.ts';
import type { SendBuffer } from '../../src/msg/SendBuffer.ts';

/** A frame's tag and the segments that are in it. */
export interface Frame {
  readonly tag: number;
  readonly segments: readonly Uint8Array[];
  readonly isAborted: boolean;
}

/** What sits behind a socket: takes bytes as they come and keeps the frames that they are. */
export class FrameSink {
  readonly reader: FrameReader;
  readonly frames: Frame[] = [];
  /** What came before `authFrames` frames had been read, and they themselves. */
  transcript: Uint8Array | undefined;
  readonly #authFrames: number;
  readonly #rx: RxHandler | undefined;
  #bannerLength: number | undefined;
  #hasBanner: boolean;
  #hasPreamble = false;

  /** `authFrames`: so many frames after the banner the peer is authenticated; 0: it already is. */
  constructor(cct: CephContext, authFrames: number, rx: RxHandler | undefined) {
    this.reader = new FrameReader(cct, new RecvBuffer(cct.alloc));
    this.#authFrames = authFrames;
    this.#rx = rx;
    this.#hasBanner = authFrames === 0;
    if (authFrames === 0) this.#authenticated();
  }

  receive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const room = this.reader.readBuffer();
      const count = Math.min(room.length, bytes.length - at);
      if (count === 0) throw new Error('no room to receive into');
      room.set(bytes.subarray(at, at + count));
      this.reader.onRead(count);
      at += count;
      while (this.#step());
    }
  }

  #step(): boolean {
    const { reader } = this;
    if (!this.#hasBanner) return this.#readBanner();
    if (!this.#hasPreamble) this.#hasPreamble = reader.readPreamble();
    if (!this.#hasPreamble || !reader.readSegments()) return false;
    this.#hasPreamble = false;
    this.frames.push(frameOf(reader));
    if (this.#authFrames === this.frames.length) this.#authenticated();
    return true;
  }

  #authenticated(): void {
    this.transcript = this.reader.endTranscript();
    if (this.#rx !== undefined) this.reader.secure(this.#rx);
  }

  #readBanner(): boolean {
    if (this.#bannerLength === undefined) {
      const start = this.reader.readRaw(BANNER_START_LENGTH, 'banner');
      if (start === undefined) return false;
      this.#bannerLength = decodeBannerStart(start);
    }
    const payload = this.reader.readRaw(this.#bannerLength, 'banner');
    if (payload === undefined) return false;
    decodeBannerPayload(payload, { supported: 1n, required: 0n });
    this.#hasBanner = true;
    return true;
  }
}

function frameOf(reader: FrameReader): Frame {
  const { tag, isAborted } = reader;
  const first = reader.first();
  const header = new Uint8Array(first.raw(first.remaining));
  if (tag !== TAG_MESSAGE) return { tag, segments: [header], isAborted };
  const front = reader.front();
  const segments = [header, front.raw(front.remaining).slice(), reader.middle, reader.data];
  return { tag, segments, isAborted };
}

/** Writes a frame of these segments; of the data, pieces as given. */
export function writeFrame(
  assembler: FrameAssembler,
  tag: number,
  [first, front, middle]: readonly Uint8Array[],
  data: readonly Uint8Array[],
): void {
  const enc = assembler.startFrame(tag);
  if (first !== undefined) enc.raw(first);
  if (tag === TAG_MESSAGE) assembler.startFront();
  if (front !== undefined) enc.raw(front);
  assembler.finishFrame(middle, data);
}

/** What would have gone to a socket. */
export function sent(out: SendBuffer): Uint8Array {
  return new Uint8Array(Buffer.concat(out.take()));
}
