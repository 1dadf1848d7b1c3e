import type { Decoder } from '../../common/Decoder.ts';
import { DecodeError } from '../../common/errors.ts';
import { CEPH_BANNER } from '../msgr.ts';
import type { RecvBuffer } from '../RecvBuffer.ts';

/** What a handshake waits for: so many bytes, called so in errors. */
export interface Want {
  readonly bytes: number;
  readonly what: string;
}

/**
 * One side of the handshake as a machine that does no I/O: it writes to the Encoder that it was
 * given, yields what it wants to read (what it has written is sent then), goes on with a Decoder on
 * those bytes, and returns what was agreed. Throws `DecodeError` when the peer cannot be talked to.
 */
export type Handshake<Result> = Generator<Want, Result, Decoder>;

/** The most bytes of an authorizer, or of the reply to one, that are read from a peer not yet known. */
const AUTHORIZER_LENGTH_MAX = 32 * 1024;

/** The most bytes that are read from a peer before it has authenticated. */
const HANDSHAKE_BYTES_MAX = 64 * 1024;

const BANNER_SHOWN_MAX = 16;

export const BANNER: Want = { bytes: CEPH_BANNER.length, what: 'banner' };

/** Runs a handshake on what is received. */
export class HandshakeRunner {
  readonly #recv: RecvBuffer;
  readonly #machine: Handshake<void>;
  /** Sends what the machine has written. */
  readonly #flush: () => void;
  /** Undefined: it is over. */
  #want: Want | undefined = { bytes: 0, what: 'nothing' };
  #left = HANDSHAKE_BYTES_MAX;

  constructor(recv: RecvBuffer, machine: Handshake<void>, flush: () => void) {
    this.#recv = recv;
    this.#machine = machine;
    this.#flush = flush;
  }

  /** What it waits for, in words. */
  get wanted(): string {
    return this.#want?.what ?? 'nothing';
  }

  start(): void {
    this.#afterStep(this.#machine.next());
  }

  /** Nothing more comes of it. */
  stop(): void {
    this.#want = undefined;
  }

  readBuffer(): Uint8Array {
    const buffer = this.#recv.readBuffer();
    return buffer.length > this.#left ? buffer.subarray(0, this.#left) : buffer;
  }

  /** Throws `DecodeError` when the peer cannot be talked to. */
  onRead(count: number): void {
    const recv = this.#recv;
    recv.onRead(count);
    this.#left -= count;
    for (let want = this.#want; want !== undefined; want = this.#want) {
      if (recv.available < want.bytes) break;
      this.#afterStep(this.#machine.next(recv.take(want.bytes, want.what)));
    }
    if (this.#want !== undefined && this.#left === 0) {
      const most = `${HANDSHAKE_BYTES_MAX} bytes, and it is not over`;
      throw new DecodeError('handshake', HANDSHAKE_BYTES_MAX, most);
    }
  }

  /** What was written last goes out with the first messages. */
  #afterStep(step: IteratorResult<Want, void>): void {
    if (step.done) {
      this.#want = undefined;
    } else if (this.#want !== undefined) {
      this.#want = step.value;
      this.#flush();
    }
  }
}

export function checkBanner(dec: Decoder): void {
  const banner = dec.raw(CEPH_BANNER.length);
  const at = CEPH_BANNER.findIndex((byte, i) => banner[i] !== byte);
  if (at >= 0) {
    throw new DecodeError('banner', at, `'${printable(banner)}' is not that of msgr v1`);
  }
}

export function wantAuthorizer(length: number, field: string, offset: number): Want {
  if (length > AUTHORIZER_LENGTH_MAX) {
    throw new DecodeError(field, offset, `${length} bytes, at most ${AUTHORIZER_LENGTH_MAX}`);
  }
  return { bytes: length, what: 'authorizer' };
}

/** What a stranger sent, fit for a log. */
export function printable(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, BANNER_SHOWN_MAX);
  return Array.from(shown, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}
