import { keepCrc32c } from '../../../src/common/crc32c_kept.ts';

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** So many pieces are joined where they touch: an object that is written bit by bit stays quick to read. */
const PIECES_MAX = 256;

const NO_BYTES = new Uint8Array(0);

/**
 * The bytes of an object, which may have holes. Never changed: what writes answers another one, so
 * replies can hold what was read. Bytes that are given belong to it from then on.
 */
export class Extents {
  static readonly EMPTY: Extents = new Extents([], 0);
  readonly size: number;
  /** In order, apart or touching, none of them empty. */
  readonly #pieces: readonly Piece[];

  private constructor(pieces: readonly Piece[], size: number) {
    this.#pieces = pieces.length > PIECES_MAX ? joined(pieces) : pieces;
    this.size = size;
  }

  static of(bytes: Uint8Array): Extents {
    if (bytes.length === 0) return Extents.EMPTY;
    keepCrc32c(bytes);
    return new Extents([{ at: 0, bytes }], bytes.length);
  }

  /** What there is of the range; holes are zeros. The whole of a piece is the one array that it is: its crc is kept. */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.size);
    if (offset >= end) return NO_BYTES;
    const first = this.#firstBehind(offset);
    const piece = this.#pieces[first];
    if (piece !== undefined && piece.at <= offset && end <= piece.at + piece.bytes.length) {
      return viewOf(piece, offset, end);
    }
    const bytes = new Uint8Array(end - offset);
    for (let i = first; i < this.#pieces.length; i++) {
      const next = this.#pieces[i];
      if (next === undefined || next.at >= end) break;
      const from = Math.max(offset, next.at);
      bytes.set(viewOf(next, from, Math.min(end, next.at + next.bytes.length)), from - offset);
    }
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): Extents {
    if (bytes.length === 0) return this;
    const end = offset + bytes.length;
    if (offset === 0 && end >= this.size) return Extents.of(bytes);
    const piece = { at: offset, bytes };
    const pieces = [...this.#until(offset), piece, ...this.#from(end)];
    return new Extents(pieces, Math.max(this.size, end));
  }

  /** Makes a hole; the size stays. */
  punch(offset: number, length: number): Extents {
    return new Extents([...this.#until(offset), ...this.#from(offset + length)], this.size);
  }

  /** Cuts, or goes on with a hole. */
  truncate(size: number): Extents {
    return new Extents(size < this.size ? this.#until(size) : this.#pieces, size);
  }

  /** What is not a hole in the range, touching pieces as one. Ceph: ObjectStore::fiemap. */
  mapped(offset: number, length: number): Extent[] {
    const end = Math.min(offset + length, this.size);
    const found: { offset: number; length: number }[] = [];
    for (let i = this.#firstBehind(offset); i < this.#pieces.length; i++) {
      const piece = this.#pieces[i];
      if (piece === undefined || piece.at >= end) break;
      const from = Math.max(offset, piece.at);
      const until = Math.min(end, piece.at + piece.bytes.length);
      const last = found.at(-1);
      if (last !== undefined && last.offset + last.length === from)
        last.length = until - last.offset;
      else found.push({ offset: from, length: until - from });
    }
    return found;
  }

  /** Index of the first piece that ends behind `offset`. */
  #firstBehind(offset: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = this.#pieces[middle];
      if (piece !== undefined && piece.at + piece.bytes.length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #until(end: number): Piece[] {
    const index = this.#firstBehind(end);
    const kept = this.#pieces.slice(0, index);
    const cut = this.#pieces[index];
    if (cut !== undefined && cut.at < end)
      kept.push({ at: cut.at, bytes: viewOf(cut, cut.at, end) });
    return kept;
  }

  #from(start: number): Piece[] {
    const index = this.#firstBehind(start);
    const cut = this.#pieces[index];
    if (cut === undefined || cut.at >= start) return this.#pieces.slice(index);
    const rest = { at: start, bytes: viewOf(cut, start, cut.at + cut.bytes.length) };
    return [rest, ...this.#pieces.slice(index + 1)];
  }
}

function viewOf({ at, bytes }: Piece, from: number, until: number): Uint8Array {
  const isWhole = from === at && until === at + bytes.length;
  return isWhole ? bytes : bytes.subarray(from - at, until - at);
}

function joined(pieces: readonly Piece[]): Piece[] {
  const runs: Piece[][] = [];
  let end = -1;
  for (const piece of pieces) {
    const run = runs.at(-1);
    if (run !== undefined && piece.at === end) run.push(piece);
    else runs.push([piece]);
    end = piece.at + piece.bytes.length;
  }
  return runs.map(joinRun);
}

function joinRun(run: readonly Piece[]): Piece {
  const [first] = run;
  if (first === undefined || run.length === 1) return first ?? { at: 0, bytes: NO_BYTES };
  const bytes = new Uint8Array(run.reduce((sum, piece) => sum + piece.bytes.length, 0));
  for (const piece of run) bytes.set(piece.bytes, piece.at - first.at);
  return { at: first.at, bytes };
}
