import { assert } from '../../common/errors.ts';

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What one side has sent and nobody has taken yet, and when each piece of it was seen. */
export class StreamBytes {
  readonly #pieces: Piece[] = [];
  available = 0;

  push(at: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push({ at, bytes });
    this.available += bytes.length;
  }

  /** The first `count` bytes, which must be there, and when the last of them was seen. */
  peek(count: number): Piece {
    assert(count <= this.available, 'more bytes than there are');
    const [first] = this.#pieces;
    if (first === undefined) return { at: 0, bytes: new Uint8Array(0) };
    if (first.bytes.length >= count) return { at: first.at, bytes: first.bytes.subarray(0, count) };
    const bytes = new Uint8Array(count);
    let filled = 0;
    let at = first.at;
    for (const piece of this.#pieces) {
      if (filled === count) break;
      const part = piece.bytes.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      at = piece.at;
    }
    return { at, bytes };
  }

  take(count: number): Piece {
    const taken = this.peek(count);
    this.#drop(count);
    return taken;
  }

  /** What was seen first, as one piece; undefined: there is nothing. */
  takePiece(): Piece | undefined {
    const [first] = this.#pieces;
    return first && this.take(first.bytes.length);
  }

  #drop(count: number): void {
    this.available -= count;
    let left = count;
    for (let first = this.#pieces[0]; left > 0 && first !== undefined; first = this.#pieces[0]) {
      if (first.bytes.length > left) {
        this.#pieces[0] = { at: first.at, bytes: first.bytes.subarray(left) };
        return;
      }
      left -= first.bytes.length;
      this.#pieces.shift();
    }
  }
}
