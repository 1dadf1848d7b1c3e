import type { CallOptions } from './CallOptions.ts';
import { CloseSignal } from './CloseSignal.ts';
import { checkCount, checkExtent, invalid } from './check_arguments.ts';

/** Who has the bytes: an IoCtx, a Striper. */
export interface ByteSource {
  /** Fewer than `length` where the object ends before. */
  read(
    oid: string,
    options: CallOptions & { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array>;
}

/** `timeout` is that of each read. */
export interface StreamOptions extends CallOptions {
  /** Bytes; default 0. */
  readonly offset?: number | undefined;
  /** Bytes; default: to the end of the object. */
  readonly length?: number | undefined;
  /** Bytes of one read, and of one chunk; default 4 MiB. */
  readonly highWaterMark?: number | undefined;
  /** How many chunks are fetched before they are asked for; default 1. */
  readonly readAhead?: number | undefined;
}

interface Fetch {
  readonly length: number;
  readonly chunk: Promise<Uint8Array>;
}

const CHUNK = 4 * 1024 * 1024;
const READ_AHEAD_MAX = 1024;
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The bytes of an object, chunk by chunk, none of which is fetched earlier than `readAhead` chunks before
 * it is asked for. Each chunk is a read of its own: who writes meanwhile may be seen from some chunk on.
 * After `return`, as `break` in a `for await` calls it, nothing is fetched any more.
 */
export class ObjectChunks implements AsyncIterableIterator<Uint8Array, undefined> {
  /** Bytes; the last one may be shorter. */
  readonly chunkLength: number;
  readonly #source: ByteSource;
  readonly #oid: string;
  readonly #readAhead: number;
  readonly #timeout: number | undefined;
  readonly #closing: CloseSignal;
  readonly #fetches: Fetch[] = [];
  #offset: number;
  /** Infinity: to wherever the object ends. */
  #left: number;

  /** Throws InvalidArgumentError. */
  constructor(source: ByteSource, oid: string, options: StreamOptions = {}) {
    const { offset = 0, length, highWaterMark = CHUNK, readAhead = 1, timeout, signal } = options;
    checkExtent(offset, length);
    checkCount('read', 'highWaterMark', highWaterMark);
    if (highWaterMark === 0) throw invalid('read', 'chunks of no bytes');
    checkCount('read', 'readAhead', readAhead, READ_AHEAD_MAX);
    this.#source = source;
    this.#oid = oid;
    this.chunkLength = highWaterMark;
    this.#readAhead = readAhead;
    this.#timeout = timeout;
    this.#offset = offset;
    this.#left = length ?? Number.POSITIVE_INFINITY;
    this.#closing = new CloseSignal(signal);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#fetch(1 + this.#readAhead);
    const fetch = this.#fetches.shift();
    if (fetch === undefined) return this.#end();
    let chunk: Uint8Array;
    try {
      chunk = await fetch.chunk;
    } catch (error) {
      this.#close();
      throw error;
    }
    if (chunk.length < fetch.length) this.#close();
    return chunk.length === 0 ? DONE : { done: false, value: chunk };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#close();
    return DONE;
  }

  /** Makes it so many that are under way, or here and not asked for. */
  #fetch(count: number): void {
    while (this.#fetches.length < count && this.#left > 0 && !this.#closing.aborted) {
      const length = Math.min(this.chunkLength, this.#left);
      const chunk = this.#source.read(this.#oid, {
        offset: this.#offset,
        length,
        timeout: this.#timeout,
        signal: this.#closing,
      });
      // Whoever asks for it learns of it.
      chunk.catch(() => {});
      this.#fetches.push({ length, chunk });
      this.#offset += length;
      this.#left -= length;
    }
  }

  #end(): IteratorReturnResult<undefined> {
    const { aborted, reason } = this.#closing;
    if (aborted && reason !== LEFT) throw reason;
    this.#close();
    return DONE;
  }

  #close(): void {
    this.#left = 0;
    this.#fetches.length = 0;
    this.#closing.close(LEFT);
  }
}

/** Why a stream was closed that nobody has aborted. */
const LEFT = new Error('the stream was left');
