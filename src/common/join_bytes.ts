const EMPTY: Uint8Array = new Uint8Array(0);

/** The pieces one after the other. A lone piece is itself, not a copy. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const [first = EMPTY] = pieces;
  if (pieces.length < 2) return first;
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
