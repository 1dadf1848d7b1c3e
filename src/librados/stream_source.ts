import { type ByteSource, ObjectChunks, type StreamOptions } from './ObjectChunks.ts';

/** What a ReadableStream takes in its constructor, in Node and in browsers alike. */
export interface StreamSource {
  pull(controller: { enqueue(chunk: Uint8Array): void; close(): void }): Promise<void>;
  cancel(): Promise<void>;
}

/**
 * `new ReadableStream(streamSource(ioctx, 'obj'), { highWaterMark: 0 })` has the bytes of an object;
 * reads wait until they are asked for, but for those that are read ahead. Throws InvalidArgumentError.
 */
export function streamSource(
  source: ByteSource,
  oid: string,
  options: StreamOptions = {},
): StreamSource {
  const chunks = new ObjectChunks(source, oid, options);
  return {
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return();
    },
  };
}
