import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { type ByteSource, ObjectChunks, type StreamOptions } from '../librados/ObjectChunks.ts';
import { streamSource } from '../librados/stream_source.ts';

/**
 * The bytes of an object of an IoCtx, or of a striped object of a Striper. Not more is fetched than the reader keeps
 * up with: at most one chunk and those that are read ahead. An aborted signal destroys the stream, with
 * Node's AbortError. Throws InvalidArgumentError.
 */
export function createReadStream(
  source: ByteSource,
  oid: string,
  { signal, ...options }: StreamOptions & { readonly signal?: AbortSignal | undefined } = {},
): Readable {
  const chunks = new ObjectChunks(source, oid, options);
  return new Readable({
    highWaterMark: chunks.chunkLength,
    signal,
    read() {
      chunks.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, callback) {
      chunks.return().then(() => callback(error), callback);
    },
  });
}

/** The same as a web stream. What it was aborted with is its error. */
export function readableStream(
  source: ByteSource,
  oid: string,
  options: StreamOptions = {},
): ReadableStream<Uint8Array> {
  return new ReadableStream(streamSource(source, oid, options), { highWaterMark: 0 });
}
