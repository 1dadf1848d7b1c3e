import type { CephContext } from '../../common/CephContext.ts';
import { crc32c } from '../../common/crc32c.ts';
import { Decoder } from '../../common/Decoder.ts';
import type { Encoder } from '../../common/Encoder.ts';
import { Destination } from '../Destination.ts';
import type { RecvBuffer } from '../RecvBuffer.ts';
import {
  checkCrc,
  decodePreamble,
  EPILOGUE_CRC_SIZE,
  FRAME_CRC_SIZE,
  FRAME_PREAMBLE_SIZE,
  isAborted,
  type Preamble,
  SEGMENT_CRC_SEED,
} from './frames_v2.ts';

/** A header and a front that are together not longer are decoded where they were received. */
const IN_PLACE_MAX = 16 * 1024;

const EMPTY: Uint8Array = new Uint8Array(0);

const PREAMBLE = 0;
const FIRST = 1;
const FRONT = 2;
const MIDDLE = 3;
const DATA = 4;
const EPILOGUE = 5;
const COMPLETE = 6;

/**
 * Frames in crc mode. Ceph: disasm_first_crc_rev1, disasm_remaining_crc_rev1.
 *
 * Segment 0 and a front of the usual length stay in the receive buffer. Middle and data get buffers
 * of their own.
 */
export class CrcFrameReader {
  /** FRAME_* that were agreed on. */
  flagsAllowed = 0;
  isAborted = false;
  /** Somebody may call `transcribe`. */
  isTranscribed = true;
  /** Whom to ask where the data of a message is wanted, by its header. */
  rxBuffer: ((header: Decoder, length: number) => Uint8Array | undefined) | undefined;
  middle: Uint8Array = EMPTY;
  data: Uint8Array = EMPTY;
  readonly #recv: RecvBuffer;
  readonly #preamble: Preamble;
  readonly #withCrc: boolean;
  readonly #destination: Destination;
  #phase = PREAMBLE;
  /** As it was received. */
  readonly #preambleBytes = new Uint8Array(FRAME_PREAMBLE_SIZE);
  /** Segment 0 with its crc, on the wire. */
  #firstLength = 0;
  #frontInPlace = true;
  /** A front too long to be decoded in place. */
  #front: Uint8Array = EMPTY;
  #frontCrc = 0;
  #middleCrc = 0;
  #dataCrc = 0;

  constructor(cct: CephContext, recv: RecvBuffer, preamble: Preamble) {
    this.#recv = recv;
    this.#preamble = preamble;
    this.#withCrc = cct.conf.ms_crc_data;
    this.#destination = new Destination(cct.alloc, recv);
  }

  readBuffer(): Uint8Array {
    return this.#destination.readBuffer();
  }

  onRead(count: number): void {
    this.#destination.onRead(count);
  }

  readPreamble(): boolean {
    const recv = this.#recv;
    this.#release();
    if (recv.available < FRAME_PREAMBLE_SIZE) return false;
    const at = recv.head;
    if (this.isTranscribed) {
      this.#preambleBytes.set(recv.bytes.subarray(at, at + FRAME_PREAMBLE_SIZE));
    }
    const crc = crc32c(0, recv.bytes, at, at + FRAME_PREAMBLE_SIZE - FRAME_CRC_SIZE);
    decodePreamble(
      recv.take(FRAME_PREAMBLE_SIZE, 'preamble'),
      this.#preamble,
      crc,
      this.flagsAllowed,
    );
    const [first, front] = this.#preamble.lengths;
    this.#firstLength = first === 0 ? 0 : first + FRAME_CRC_SIZE;
    this.#frontInPlace = this.#firstLength + front <= IN_PLACE_MAX;
    this.#phase = FIRST;
    return true;
  }

  readSegments(): boolean {
    if (this.#phase === FIRST && !this.#readFirst()) return false;
    if (this.#phase === FRONT && !this.#readFront()) return false;
    if (this.#phase === MIDDLE && !this.#readMiddle()) return false;
    if (this.#phase === DATA && !this.#readData()) return false;
    if (this.#phase === EPILOGUE && !this.#readEpilogue()) return false;
    return true;
  }

  first(): Decoder {
    return this.#pinned(0, this.#preamble.lengths[0], 'segment 0');
  }

  front(): Decoder {
    if (!this.#frontInPlace) return new Decoder(this.#front, 'front');
    return this.#pinned(this.#firstLength, this.#preamble.lengths[1], 'front');
  }

  /** Appends a frame of one segment as it was on the wire. */
  transcribe(transcript: Encoder): void {
    const { bytes, pinned } = this.#recv;
    transcript.raw(this.#preambleBytes);
    transcript.raw(bytes.subarray(pinned, pinned + this.#firstLength));
  }

  #release(): void {
    if (this.#phase === PREAMBLE) return;
    this.#phase = PREAMBLE;
    this.#recv.unpin();
    this.#destination.begin(0, undefined);
    this.#front = EMPTY;
    this.middle = EMPTY;
    this.data = EMPTY;
    this.isAborted = false;
  }

  #pinned(offset: number, length: number, type: string): Decoder {
    const { decoder, pinned } = this.#recv;
    decoder.window(pinned + offset, pinned + offset + length, type);
    return decoder;
  }

  #readFirst(): boolean {
    const recv = this.#recv;
    const length = this.#firstLength;
    if (recv.available < length) return false;
    if (length > 0 && this.#withCrc) {
      const end = recv.head + length - FRAME_CRC_SIZE;
      const crc = crc32c(SEGMENT_CRC_SEED, recv.bytes, recv.head, end);
      recv.decoder.window(end, end + FRAME_CRC_SIZE, 'segment 0');
      checkCrc('segments[0].crc', 0, recv.decoder.u32(), crc);
    }
    if (this.#preamble.numSegments === 1) {
      this.#keep(length);
      this.#phase = COMPLETE;
      return true;
    }
    if (!this.#frontInPlace) {
      this.#keep(length);
      this.#begin(this.#preamble.lengths[1]);
    }
    this.#phase = FRONT;
    return true;
  }

  #readFront(): boolean {
    const recv = this.#recv;
    if (this.#frontInPlace) {
      const length = this.#firstLength + this.#preamble.lengths[1];
      if (recv.available < length) return false;
      const end = recv.head + length;
      if (this.#withCrc) {
        const start = recv.head + this.#firstLength;
        this.#frontCrc = crc32c(SEGMENT_CRC_SEED, recv.bytes, start, end);
      }
      this.#keep(length);
    } else {
      if (!this.#destination.fill()) return false;
      this.#front = this.#destination.bytes;
      this.#frontCrc = this.#destination.crc;
    }
    this.#begin(this.#preamble.lengths[2]);
    this.#phase = MIDDLE;
    return true;
  }

  #readMiddle(): boolean {
    if (!this.#destination.fill()) return false;
    this.middle = this.#destination.bytes;
    this.#middleCrc = this.#destination.crc;
    this.#beginData(this.#preamble.lengths[3]);
    this.#phase = DATA;
    return true;
  }

  #readData(): boolean {
    if (!this.#destination.fill()) return false;
    this.data = this.#destination.bytes;
    this.#dataCrc = this.#destination.crc;
    this.#phase = EPILOGUE;
    return true;
  }

  #readEpilogue(): boolean {
    const recv = this.#recv;
    if (recv.available < EPILOGUE_CRC_SIZE) return false;
    const { numSegments } = this.#preamble;
    const dec = recv.take(EPILOGUE_CRC_SIZE, 'epilogue');
    this.isAborted = isAborted(dec.u8());
    const frontCrc = dec.u32();
    const middleCrc = dec.u32();
    const dataCrc = dec.u32();
    if (this.#withCrc) {
      checkCrc('epilogue.front_crc', 1, frontCrc, this.#frontCrc);
      if (numSegments > 2) checkCrc('epilogue.middle_crc', 5, middleCrc, this.#middleCrc);
      if (numSegments > 3) checkCrc('epilogue.data_crc', 9, dataCrc, this.#dataCrc);
    }
    this.#phase = COMPLETE;
    return true;
  }

  /** Consumes `length` bytes, which stay where they can be found until the frame is done with. */
  #keep(length: number): void {
    this.#recv.pin(length);
    this.#recv.head += length;
  }

  #beginData(length: number): void {
    const isPlain = length > 0 && this.#preamble.flags === 0;
    const rxBuffer = isPlain ? this.rxBuffer?.(this.first(), length) : undefined;
    this.#destination.begin(length, this.#withCrc ? SEGMENT_CRC_SEED : undefined, rxBuffer);
  }

  #begin(length: number): void {
    this.#destination.begin(length, this.#withCrc ? SEGMENT_CRC_SEED : undefined);
  }
}
