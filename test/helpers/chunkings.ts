/** Cuts of a byte stream: whole, one by one, and `count` random ones that a seed gives. */
export function* chunkings(bytes: Uint8Array, count = 20): Generator<Uint8Array[]> {
  yield [bytes];
  yield Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
  let state = bytes.length;
  for (let n = 0; n < count; n++) {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const length = 1 + ((state >>> 16) % (n % 2 === 0 ? 40 : 2000));
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
    yield pieces;
  }
}
