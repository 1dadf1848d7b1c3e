/** Ceph's hashes, written from their description and not from our own code: src/common/ceph_hash.cc, src/crush/hash.c. */

type Three = [number, number, number];

function mix([a0, b0, c0]: Three): Three {
  let [a, b, c] = [a0, b0, c0];
  const rounds: readonly Three[] = [
    [13, 8, 13],
    [12, 16, 5],
    [3, 10, 15],
  ];
  for (const [right, left, last] of rounds) {
    a = (a - b - c) ^ (c >>> right);
    b = (b - c - a) ^ (a << left);
    c = (c - a - b) ^ (b >>> last);
  }
  return [a, b, c];
}

/** Of an object's name. */
export function naiveNameHash(name: Uint8Array): number {
  const word = (at: number, bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value |= (name[at + i] ?? 0) << (8 * i);
    return value;
  };
  let state: Three = [0x9e3779b9 | 0, 0x9e3779b9 | 0, 0];
  let at = 0;
  for (; name.length - at >= 12; at += 12) {
    const [a, b, c] = state;
    state = mix([a + word(at, 4), b + word(at + 4, 4), c + word(at + 8, 4)]);
  }
  const [a, b, c] = state;
  // The lowest byte of the last word is the length's.
  const rest: Three = [
    a + word(at, 4),
    b + word(at + 4, 4),
    c + name.length + (word(at + 8, 3) << 8),
  ];
  return mix(rest)[2] >>> 0;
}

const SEED = 1315423911;
const X = 231232;
const Y = 1232;

export function naiveHash2(a: number, b: number): number {
  let hash = SEED ^ a ^ b;
  let [i, j, x, y] = [a, b, X, Y];
  [i, j, hash] = mix([i, j, hash]);
  [x, i, hash] = mix([x, i, hash]);
  [j, y, hash] = mix([j, y, hash]);
  return hash >>> 0;
}

export function naiveHash3(a: number, b: number, c: number): number {
  let hash = SEED ^ a ^ b ^ c;
  let [i, j, k, x, y] = [a, b, c, X, Y];
  [i, j, hash] = mix([i, j, hash]);
  [k, x, hash] = mix([k, x, hash]);
  [y, i, hash] = mix([y, i, hash]);
  [j, x, hash] = mix([j, x, hash]);
  [y, k, hash] = mix([y, k, hash]);
  return hash >>> 0;
}
