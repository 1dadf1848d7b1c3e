import type { Alloc } from '../common/Encoder.ts';
import { Encoder } from '../common/Encoder.ts';
import type { Socket } from '../common/Stack.ts';

const SLAB = 64 * 1024;
/** Shorter pieces are copied beside what was encoded; longer ones go to the socket as they are. */
export const COPY_MAX = 4096;

/**
 * What one connection sends in one turn, in as few chunks as can be. Between turns it is empty, so
 * one serves all connections of a messenger.
 */
export class SendBuffer {
  readonly enc: Encoder;
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;

  constructor(alloc: Alloc) {
    this.enc = new Encoder(SLAB, alloc);
  }

  /** Bytes not yet given to a socket. */
  get pending(): number {
    return this.#chunkBytes + this.enc.length;
  }

  /** Puts `piece` behind what `enc` has; a long one must not be changed any more. */
  push(piece: Uint8Array): void {
    if (piece.length < COPY_MAX) {
      this.enc.raw(piece);
      return;
    }
    this.#takeChunk();
    this.#chunks.push(piece);
    this.#chunkBytes += piece.length;
  }

  /** Gives everything to `socket` at once; answers as `Socket.send` does. */
  sendTo(socket: Socket): boolean {
    const chunks = this.take();
    return chunks.length === 0 || socket.send(chunks);
  }

  /** Everything, to be sent now or later. */
  take(): readonly Uint8Array[] {
    this.#takeChunk();
    const chunks = this.#chunks;
    if (chunks.length > 0) this.#chunks = [];
    this.#chunkBytes = 0;
    return chunks;
  }

  /** Drops what was not given to a socket. */
  discard(): void {
    this.enc.discard();
    this.#chunks = [];
    this.#chunkBytes = 0;
  }

  #takeChunk(): void {
    if (this.enc.length === 0) return;
    this.#chunkBytes += this.enc.length;
    this.#chunks.push(this.enc.take());
  }
}
