import { POLYNOMIAL_REVERSED } from './crc32c_plain.ts';

/** x^8, as crcs are written: the highest bit is x^0. */
const X_8 = 0x0080_0000;
const POWERS_COUNT = 53;

/** The k-th is x^(8 * 2^k) mod P: what 2^k zero bytes multiply a crc by. */
const POWERS: Int32Array = powers();

/**
 * The crc of `length` zero bytes, going on from `seed`, without going over them. As crcs are linear,
 * it also takes a crc that is known to another seed: `crc32c(seed, bytes)` is
 * `crc32cZeros(seed, bytes.length) ^ crc32c(0, bytes)`. Ceph: ceph_crc32c_zeros.
 */
export function crc32cZeros(seed: number, length: number): number {
  if (seed === 0) return 0;
  let crc = seed | 0;
  for (let left = length, k = 0; left > 0; left = Math.floor(left / 2), k++) {
    if (left % 2 === 1) crc = multiply(crc, POWERS[k] ?? 0);
  }
  return crc >>> 0;
}

/** a * b mod P, one power of x after the other. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let left = a; left !== 0; left <<= 1) {
    if (left < 0) product ^= shifted;
    shifted = (shifted >>> 1) ^ (shifted & 1 ? POLYNOMIAL_REVERSED : 0);
  }
  return product;
}

function powers(): Int32Array {
  const found = new Int32Array(POWERS_COUNT);
  for (let k = 0, power = X_8; k < POWERS_COUNT; k++) {
    found[k] = power;
    power = multiply(power, power);
  }
  return found;
}
