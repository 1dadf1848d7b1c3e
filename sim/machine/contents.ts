/** Bytes that no other version of any object has, at any place: what is read tells what it was. */
export function contentsOf(object: number, version: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = Math.imul(object + 1, 0x9e3779b1) ^ Math.imul(version + 1, 0x85ebca6b);
  for (let at = 0; at < size; at++) {
    if (at % 4 === 0) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    bytes[at] = state >>> (8 * (at % 4));
  }
  return bytes;
}
